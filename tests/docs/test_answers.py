"""What the documentation says of answers: each stage, with what comes in and what goes out."""

from pathlib import Path

import pytest
from from_code.answers import EXAMPLES, cases

from pollinations.settings.schema import Settings
from pollinations.stages import STAGES
from pollinations.testing import scripts
from pollinations.testing.together import Together

CASES = {path: stage for stage in STAGES for path in cases(stage)}


def given(path: Path) -> str:
    """What the client gets of what is in *path*: the status, if it is an error's, and the body."""
    answer = scripts.raw(path.read_bytes())
    instead = path.name.startswith("notice")
    model = scripts.InTurn(scripts.insufficient_balance(), answer) if instead else answer
    proxy = Together(model, Settings(mode="pro" if instead else "manual", retries=0))
    got = proxy.chat("Hello", model="enter/claude" if instead else "free/mistral", stream=True)
    proxy.advance(5)
    assert got.ended
    return got.data.decode() if got.status == 200 else f"{got.status}\n\n{got.data.decode()}\n"


@pytest.mark.parametrize("before", CASES, ids=lambda path: path.stem)
def test_what_comes_in_goes_out_as_shown(before: Path) -> None:
    """Through a whole proxy."""
    assert given(before) == before.with_suffix(".after").read_text("utf-8")


@pytest.mark.parametrize("before", CASES, ids=lambda path: path.stem)
def test_it_is_that_stage_that_changes_it(before: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, something else goes out."""
    rest = tuple(stage for stage in STAGES if stage is not CASES[before])
    monkeypatch.setattr("pollinations.stages.STAGES", rest)
    assert given(before) != before.with_suffix(".after").read_text("utf-8")


def test_every_stage_is_shown_and_every_file_belongs_to_one() -> None:
    """No example is nobody's."""
    assert set(CASES.values()) == set(STAGES)
    assert set(EXAMPLES.iterdir()) == {*CASES, *(path.with_suffix(".after") for path in CASES)}
