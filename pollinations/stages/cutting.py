"""
Ends an answer in the middle of its text, when it goes on as no reader wants it to.

What to look for in a text is the business of watches; each has a file of its own. They are all
here in one stage because every word of every answer passes through it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import attrs

from ..chat.chunk import CALLS, FINISH, TEXT, THOUGHT, Chunk
from ..chat.request import without
from .guillotine import TurnWatch, asks_for_turns
from .held import Held
from .repetition import RepetitionWatch
from .stage import Stage
from .usage import estimate

FIELDS = ("reasoning_content", "reasoning", "content")
"""The fields of a message that are watched, in the order in which a model writes them."""

BYTE_LIMIT = 64 * 1024
"""
The most bytes that the chunks of one choice may have which are held back: enough for the beginning
of a marker, a character at a time, in events of the usual size.
"""


class Watch(Protocol):
    """Reads one text as it comes, and finds where it must end."""

    reason: str
    """The finish reason of an answer that is cut there."""

    @property
    def found(self) -> bool:
        """Whether the text must end where :meth:`feed` last said, short of its end."""

    def feed(self, text: str) -> int:
        """
        How many characters of *text* may go on.

        The rest must wait for what follows, or, when this :attr:`found` something, never goes on.
        """


@attrs.define(eq=False)
class _Choice:
    """
    One choice of the answer.

    :param watches: those for each field of its message that has come.
    :param held: chunks that must wait.
    :param lead: how many characters of the first of them may go on: white space, which waits with
        what follows it so that the chunk can leave as it came.
    :param length: how many characters have come, without those that a cut has taken.
    :param waiting: how many of them are not known yet to be ordinary.
    :param called: whether tool calls have gone to the client.
    :param over: whether it was cut.
    :param finished: whether it needs no more of the upstream: it was cut, or it has its end.
    """

    watches: dict[str, Sequence[Watch]] = attrs.field(factory=dict)
    held: Held = attrs.field(factory=Held)
    lead: int = 0
    length: int = 0
    waiting: int = 0
    called: bool = False
    over: bool = False
    finished: bool = False

    def wait(self, length: int, passing: int) -> None:
        """Of the *length* characters that came last, only *passing* are known to be ordinary."""
        before = 0 if passing or not self.held.chunks else self.waiting
        self.waiting = before + length - passing


@attrs.define(eq=False)
class Cutting(Stage):
    """Passes text on until a watch finds what must not be read on from."""

    wants = TEXT | THOUGHT | FINISH | CALLS
    _choices: dict[int, _Choice] = attrs.field(factory=dict, init=False)

    def received(self, chunk: Chunk) -> Sequence[Chunk]:
        """See :meth:`.stage.Stage.received`."""
        choices = chunk.data["choices"]
        if len(choices) != 1:
            return self._apart(chunk)
        choice = choices[0]
        state = self._choices.get(choice["index"]) or self._begin(choice)
        if state.over:
            return ()
        waiting = None
        for field, text in choice["delta"].items():
            if field in FIELDS and type(text) is str:
                watches = state.watches.get(field)
                if watches is None:
                    watches = state.watches[field] = self._watches(field)
                passing, first = _fed(watches, text)
                state.length += len(text)
                if first is not None:
                    state.wait(len(text), passing)
                    if first.found:
                        return self._cut(state, chunk, field, passing, first.reason)
                    waiting = field, passing
        if chunk.holds & CALLS:
            state.called = True
        if chunk.holds & FINISH:
            chunk = self._finish(state, chunk)
        elif waiting is not None:
            return _waiting(state, chunk, *waiting)
        if state.held.chunks and chunk.holds & (FINISH | TEXT):
            return (*state.held.let_go(), chunk)
        return (chunk,)

    def _begin(self, choice: Mapping[str, Any]) -> _Choice:
        begun = self._choices[choice["index"]] = _Choice()
        return begun

    def _watches(self, field: str) -> Sequence[Watch]:
        """New watches of a *field*, as the settings will have them."""
        settings = self._context.settings
        if field != "content":
            return (RepetitionWatch(),) if settings.repetition else ()
        if not (settings.guillotine or settings.repetition):
            return ()
        turns = TurnWatch(self._may_take_turns)
        # It also knows what is code, and must have read a text before the other is asked.
        return (turns, RepetitionWatch(turns.in_code)) if settings.repetition else (turns,)

    def _may_take_turns(self) -> bool:
        """Whether turns of the user in an answer are what the user wants, or nobody minds."""
        return not self._context.settings.guillotine or asks_for_turns(self._context.request)

    def _finish(self, state: _Choice, chunk: Chunk) -> Chunk:
        """*chunk*, which ends a choice; it is the last if the upstream need not go on."""
        state.finished = True
        cut = any(choice.over for choice in self._choices.values())
        return chunk._replace(last=True) if cut and self._all_finished else chunk

    @property
    def _all_finished(self) -> bool:
        """
        Whether the choices that have begun need no more, or as many as were asked for.

        One that would begin later is lost: an upstream that ignores ``n`` never begins it.
        """
        finished = sum(choice.finished for choice in self._choices.values())
        return finished >= min(self._context.wanted, len(self._choices))

    def _apart(self, chunk: Chunk) -> Sequence[Chunk]:
        """What goes on of a chunk with several choices, each as if it had come by itself."""
        for choice in chunk.choices:
            if choice["index"] not in self._choices:
                self._begin(choice)
        pieces = [chunk.with_choices([choice]) for choice in chunk.choices]
        given = [self.received(piece) for piece in pieces]
        if all(len(out) == 1 and out[0] is own for out, own in zip(given, pieces, strict=True)):
            return (chunk,)
        return [out for outs in given for out in outs]

    def _cut(
        self, state: _Choice, chunk: Chunk, field: str, passing: int, reason: str
    ) -> Sequence[Chunk]:
        """The end of a choice whose text must not go on after *passing* characters of *chunk*."""
        state.over = state.finished = True
        state.length -= state.waiting
        self._context.cut(reason)
        gone, chunk, passing, _ = _divided(state, chunk, field, passing)
        [choice] = chunk.choices
        index, delta = choice["index"], choice["delta"]
        kept = without(delta, "tool_calls", *FIELDS[FIELDS.index(field) + 1 :])
        kept[field] = delta[field][:passing]
        before = [chunk.saying(index, kept)] if any(kept.values()) else []
        held = state.held.let_go()
        if not passing and held:
            # What was found began in what is held back.
            held = [_only(held[0], field, state.lead)] if state.lead else []
        if state.called and reason == "stop":
            reason = "tool_calls"
        end = {"index": index, "delta": {}, "finish_reason": reason}
        last = chunk.but(choices=[end], usage=self._usage(chunk))
        return (*gone, *held, *before, last._replace(last=self._all_finished))

    def _usage(self, chunk: Chunk) -> Mapping[str, Any]:
        """What the upstream has counted by *chunk*, else an estimate for all choices together."""
        usage: Mapping[str, Any] = chunk.data.get("usage") or estimate(
            self._context.request, sum(choice.length for choice in self._choices.values())
        )
        return usage


def _fed(watches: Sequence[Watch], text: str) -> tuple[int, Watch | None]:
    """How much of *text* all of *watches* let pass, and which one lets the least, if any."""
    passing, first = len(text), None
    for watch in watches:
        may = watch.feed(text)
        if may < passing:
            passing, first = may, watch
    return passing, first


def _divided(
    state: _Choice, chunk: Chunk, field: str, passing: int
) -> tuple[Sequence[Chunk], Chunk, int, Sequence[Chunk]]:
    """
    Where *chunk* stands for several, and *passing* characters of all may go on: those that go on,
    the one of which only a part does, how much of it, and those after it.
    """
    parts = (chunk,) if chunk.parts is None else chunk.parts()
    place = 0
    while passing >= (length := len(parts[place].choices[0]["delta"][field])):
        passing -= length
        place += 1
    gone = (*state.held.let_go(), *parts[:place]) if place else ()
    return gone, parts[place], passing, parts[place + 1 :]


def _waiting(state: _Choice, chunk: Chunk, field: str, passing: int) -> Sequence[Chunk]:
    """What goes on of *chunk*, of which only *passing* characters may."""
    gone, part, passing, later = _divided(state, chunk, field, passing)
    given = [_hold(state, part, field, passing), *(_kept(state, one) for one in later)]
    return (*gone, *(out for outs in given for out in outs))


def _hold(state: _Choice, chunk: Chunk, field: str, passing: int) -> Sequence[Chunk]:
    """
    Keep *chunk*, of which only *passing* characters may go on.

    Where these are more than white space, they do; tool calls never wait.
    """
    [choice] = chunk.choices
    text: str = choice["delta"][field]
    gone: Sequence[Chunk] = ()
    if passing or not state.held.chunks:
        # Whatever waited until now is ordinary.
        gone, state.lead = state.held.let_go(), passing
    if not (text[:passing].strip() or chunk.holds & CALLS):
        return (*gone, *_kept(state, chunk))
    if not state.held.chunks:
        state.lead = 0
    first = {**choice, "delta": {**choice["delta"], field: text[:passing]}}
    rest = _kept(state, _only(chunk, field, None, passing))
    return (*gone, chunk.with_choices([first]), *rest)


def _kept(state: _Choice, chunk: Chunk) -> Sequence[Chunk]:
    """Nothing, unless *chunk* is one too many to be held: then all that were."""
    state.held.add(chunk)
    return () if state.held.size <= BYTE_LIMIT else state.held.let_go()


def _only(chunk: Chunk, field: str, stop: int | None, start: int = 0) -> Chunk:
    """A chunk that says a part of what *chunk* says, and nothing else."""
    [choice] = chunk.choices
    return chunk.saying(choice["index"], {field: choice["delta"][field][start:stop]})
