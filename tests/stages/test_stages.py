"""The stages of an answer, and that none was forgotten."""

import importlib
import inspect
import pkgutil

from pollinations import stages
from pollinations.settings.schema import Settings
from pollinations.stages import STAGES, Stage, stages_for
from pollinations.stages.stage import Chain
from pollinations.testing.chunks import chunk, context


def test_every_stage_is_in_the_tuple() -> None:
    """A file that nobody named would do nothing."""
    found = set()
    for module in pkgutil.iter_modules(stages.__path__):
        members = vars(importlib.import_module(f"pollinations.stages.{module.name}")).values()
        found |= {m for m in members if inspect.isclass(m) and issubclass(m, Stage)}
    assert found - {Stage} == set(STAGES)


def test_each_answer_has_stages_of_its_own() -> None:
    """And only those that concern it."""
    one, other = stages_for(context()), stages_for(context(settings=Settings(guillotine=False)))
    assert not set(map(id, one)) & set(map(id, other))
    assert [type(stage).__name__ for stage in one if type(stage) not in map(type, other)] == []
    assert "Notice" not in [type(stage).__name__ for stage in one]


def test_a_stage_by_itself_changes_nothing() -> None:
    """What it does not say is that of its parent."""
    stage, said = Stage(context()), chunk("Hi")
    assert stage.received(said) == (said,)
    assert not stage.released()
    assert not stage.stopped()


class _Twice(Stage):
    """Says everything twice, and a last word."""

    def received(self, one):  # type: ignore[no-untyped-def]
        return (one, one)

    def stopped(self):  # type: ignore[no-untyped-def]
        return (chunk("end"),)


def test_what_one_gives_the_next_receives() -> None:
    """Also what it gives at the end."""
    chain = Chain([_Twice(context()), _Twice(context())])
    assert chain.received(chunk("a")) == [chunk("a")] * 4
    assert [len(given) for given in chain.stopped()] == [2, 1]


class _Once(Stage):
    """Drops one chunk, and has nothing to do with the others."""

    asked = 0

    def received(self, one):  # type: ignore[no-untyped-def]
        self.asked += 1
        self.done = True
        return ()


def test_a_stage_that_is_done_is_asked_no_more() -> None:
    """What it would have received passes it by."""
    stage = _Once(context())
    chain = Chain([stage])
    assert [list(chain.received(chunk(text))) for text in "abc"] == [[], [chunk("b")], [chunk("c")]]
    assert stage.asked == 1
