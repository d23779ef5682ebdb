"""What a stage is: it is given chunks and gives chunks, and knows nothing of time or sockets."""

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

import attrs

from ..chat.chunk import ANY, Chunk
from ..chat.request import ChatRequest
from ..routing.route import Route
from ..settings.schema import Settings


@attrs.frozen
class Context:
    """
    What the stages of one answer may know of it.

    :param request: as the client sent it.
    :param route: who answers.
    :param settings: the settings in force when the request came.
    :param make_id: gives a new identifier for a tool call that came without one.
    :param learn: is told, key by key (see :mod:`pollinations.chat.memory`), what to remember.
    :param cut: is told the finish reason of an answer that a stage cuts off.
    """

    request: ChatRequest
    route: Route
    settings: Settings = attrs.field(factory=Settings)
    make_id: Callable[[], str] = lambda: "call_0"
    learn: Callable[[str, str], None] = lambda key, value: None
    cut: Callable[[str], None] = lambda reason: None

    @property
    def wanted(self) -> int:
        """How many choices were asked for."""
        wanted = self.request.body.get("n")
        return wanted if type(wanted) is int and wanted > 0 else 1


@attrs.define(eq=False)
class Stage:
    """
    One step that the chunks of an answer pass through; one object for each answer.

    What a stage does not want passes it by.
    """

    wants: ClassVar[int] = ANY
    """Which chunks it is given, a sum of the constants of :mod:`pollinations.chat.chunk`."""

    _context: Context
    done: bool = attrs.field(default=False, init=False)
    """Whether this has nothing to do any more with what it receives: all of that passes it by."""

    @classmethod
    def concerns(cls, context: Context) -> bool:
        """Whether an answer of this *context* passes through this stage at all."""
        return True

    def received(self, chunk: Chunk) -> Sequence[Chunk]:
        """
        Take a chunk and give what may go on: the chunk itself, others instead, or nothing yet.

        :raises UpstreamFailed: this is no answer. What it means is in the failure.
        """
        return (chunk,)

    def released(self) -> Sequence[Chunk]:
        """Nothing may be held back for the sake of a refusal any longer: give what was."""
        return ()

    def stopped(self) -> Sequence[Chunk]:
        """The upstream ended its answer properly: give what is still missing from it."""
        return ()


@attrs.define(eq=False)
class Chain:
    """
    Stages one after the other: what one gives, the next one receives.

    :param stages: in order.
    """

    _stages: Sequence[Stage]
    _wanting: dict[int, Sequence[tuple[int, Stage]]] = attrs.field(factory=dict, init=False)
    """What chunks hold, and the stages that want such ones, each with its place."""

    def received(self, chunk: Chunk) -> Sequence[Chunk]:
        """What comes of *chunk* when it has passed all stages."""
        wanting = self._wanting.get(chunk.holds)
        for place, stage in self._find(chunk.holds) if wanting is None else wanting:
            given = stage.received(chunk)
            if stage.done:
                self._wanting.clear()
            if len(given) != 1 or given[0] is not chunk:
                return self._on(given, place + 1)
        return (chunk,)

    def released(self) -> Iterator[Sequence[Chunk]]:
        """What comes of all that was held back for the sake of time, stage by stage."""
        for place, stage in enumerate(self._stages):
            if given := stage.released():
                yield self._on(given, place + 1)

    def stopped(self) -> Iterator[Sequence[Chunk]]:
        """What comes of all that was still missing, stage by stage."""
        for place, stage in enumerate(self._stages):
            if given := stage.stopped():
                yield self._on(given, place + 1)

    def _on(self, chunks: Sequence[Chunk], start: int) -> Sequence[Chunk]:
        """What comes of *chunks* when they have passed the stages from *start* on."""
        for stage in self._stages[start:]:
            chunks = [
                given
                for chunk in chunks
                for given in (stage.received(chunk) if chunk.holds & stage.wants else (chunk,))
            ]
        return chunks

    def _find(self, holds: int) -> Sequence[tuple[int, Stage]]:
        found = [
            (place, stage)
            for place, stage in enumerate(self._stages)
            if holds & stage.wants and not stage.done
        ]
        self._wanting[holds] = found
        return found
