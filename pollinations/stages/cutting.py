"""
Ends an answer in the middle of its text.

Two stages do so, for different reasons. Here is what they have in common; what to look for in a
text is the business of their watches.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

import attrs

from ..chat.chunk import CALLS, FINISH, TEXT, Chunk
from .stage import Stage
from .usage import estimate


class Watch(Protocol):
    """Reads one text as it comes."""

    @property
    def found(self) -> bool:
        """Whether the text must end where :meth:`feed` last said."""

    def feed(self, text: str) -> int:
        """
        How many characters of *text* may go on.

        The rest must wait for what follows, or, when this :attr:`found` something, never goes on.
        """


@attrs.define(eq=False)
class _Choice:
    """
    One choice of the answer.

    :param watches: the fields of its message that are watched, in the order in which a model
        writes them.
    :param held: chunks that end in what must wait, oldest first.
    :param length: how many characters have come.
    :param called: whether tool calls have gone to the client.
    """

    watches: Sequence[tuple[str, Watch]]
    held: list[Chunk] = attrs.field(factory=list)
    length: int = 0
    called: bool = False
    over: bool = False


@attrs.define(eq=False)
class Cutting(Stage):
    """Passes text on until its watch finds what must not be read on from."""

    reason: ClassVar[str]
    """The finish reason of an answer that was cut."""

    _choices: dict[int, _Choice] = attrs.field(factory=dict, init=False)

    def watches(self) -> Sequence[tuple[str, Watch]]:
        """The fields of a message to watch, each with a new watch."""
        raise NotImplementedError

    def received(self, chunk: Chunk) -> Sequence[Chunk]:
        """See :meth:`.stage.Stage.received`."""
        choices = chunk.data["choices"]
        if len(choices) == 1:
            return self._piece(chunk, choices[0])
        pieces = [chunk.with_choices([choice]) for choice in choices]
        given = [self._piece(piece, choice) for piece, choice in zip(pieces, choices, strict=True)]
        if all(len(out) == 1 and out[0] is own for out, own in zip(given, pieces, strict=True)):
            return (chunk,)
        return [out for outs in given for out in outs]

    def _piece(self, chunk: Chunk, choice: Mapping[str, Any]) -> Sequence[Chunk]:
        """What goes on of *chunk*, which has this *choice* and no other."""
        state = self._choices.get(choice["index"])
        if state is None:
            state = self._choices[choice["index"]] = _Choice(self.watches())
        if state.over:
            return ()
        delta = choice["delta"]
        for field, watch in state.watches:
            text = delta.get(field)
            if text and type(text) is str:
                passing = watch.feed(text)
                state.length += passing
                if watch.found:
                    return self._cut(state, chunk, field, passing)
                if passing < len(text) and not chunk.holds & FINISH:
                    return _hold(state, chunk, field, passing)
        if chunk.holds & CALLS:
            state.called = True
        if state.held and chunk.holds & (FINISH | TEXT):
            held, state.held = state.held, []
            return (*held, chunk)
        return (chunk,)

    def _cut(self, state: _Choice, chunk: Chunk, field: str, passing: int) -> Sequence[Chunk]:
        """The end of a choice whose text must not go on after *passing* characters of *chunk*."""
        state.over = True
        [choice] = chunk.choices
        index, delta = choice["index"], choice["delta"]
        fields = [name for name, _ in state.watches]
        later = ("tool_calls", *fields[fields.index(field) + 1 :])
        kept = {name: value for name, value in delta.items() if name not in later}
        kept[field] = delta[field][:passing]
        before = [chunk.saying(index, kept)] if any(kept.values()) else []
        # What is held back ends in what was found, unless that began in this chunk.
        held, state.held = (state.held if passing else []), []
        return (*held, *before, self._end(state, chunk, index))

    def _end(self, state: _Choice, chunk: Chunk, index: int) -> Chunk:
        reason = "tool_calls" if state.called and self.reason == "stop" else self.reason
        usage = chunk.data.get("usage") or estimate(self._context.request, state.length)
        choice = {"index": index, "delta": {}, "finish_reason": reason}
        over = sum(choice.over for choice in self._choices.values())
        end = chunk.but(choices=[choice], usage=usage)
        return end._replace(last=over >= self._context.wanted)


def _hold(state: _Choice, chunk: Chunk, field: str, passing: int) -> Sequence[Chunk]:
    """Keep what may not go on yet: the chunk as it came, or, if more is in it, that part."""
    if not passing:
        state.held.append(chunk)
        return ()
    [choice] = chunk.choices
    index, delta = choice["index"], choice["delta"]
    first = {**choice, "delta": {**delta, field: delta[field][:passing]}}
    held, state.held = state.held, [chunk.saying(index, {field: delta[field][passing:]})]
    return (*held, chunk.with_choices([first]))
