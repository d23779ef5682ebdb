"""
One answer on its way: bytes in, bytes out, through the stages.

The rule of this file: whatever form the upstream sends (events or plain JSON) and whatever form the
client asked for, chunks in between are the same, so everything that is done to an answer is done
once.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import attrs
import orjson

from ..chat import sse
from ..chat.chunk import Chunk
from ..errors import UpstreamFailed
from .stage import Context, Stage

BODY_LIMIT = 64 * 1024 * 1024
"""The most bytes that an answer which must be whole before it can be read may have."""


class _Reader(Protocol):
    """Makes events of an upstream's bytes."""

    def feed(self, data: bytes) -> list[sse.Event]: ...
    def close(self) -> list[sse.Event]: ...


class _Writer(Protocol):
    """Makes the client's bytes of chunks."""

    def write(self, chunk: Chunk) -> bytes: ...
    def comment(self, raw: bytes) -> bytes: ...
    def end(self) -> bytes: ...


@attrs.define(eq=False)
class Answer:
    """
    What an upstream sends and what the client gets of it.

    No method waits. What a method returns may be written to the client at once; as long as nothing
    was returned, nothing has left, and an :class:`UpstreamFailed` that a method raises can still be
    answered by asking somebody else.

    :param context: what the stages may know.
    :param stages: what the chunks pass through, in order.
    :param events: whether the upstream sends server-sent events; else the body is one JSON text.
    """

    _context: Context
    _stages: Sequence[Stage]
    _events: bool
    ended: bool = attrs.field(default=False, init=False)
    """Whether the whole answer has been given: nothing more needs to be read."""

    usage: Mapping[str, Any] | None = attrs.field(default=None, init=False)
    """The tokens that the upstream counted, once it has said."""

    _finished: bool = attrs.field(default=False, init=False)
    _reader: _Reader = attrs.field(init=False)
    _writer: _Writer = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._reader = sse.EventDecoder() if self._events else _Body()
        self._writer = _EventWriter() if self._context.request.stream else _JSONWriter()

    def received(self, data: bytes) -> bytes:
        """
        Take bytes of the upstream and give what may leave now.

        :raises UpstreamFailed: the upstream refuses, or sends what is no answer.
        """
        return b"".join(self._taken(self._reader.feed(data)))

    def closed(self) -> bytes:
        """
        The upstream's body has ended, in whatever way: give what is left of the answer.

        :raises UpstreamFailed: the answer was not whole.
        """
        out = b"".join(self._taken(self._reader.close()))
        if self.ended:
            return out
        if not self._finished:
            raise UpstreamFailed("stream", 502, "The upstream stopped in the middle of its answer.")
        return out + self._stop()

    def release(self) -> bytes:
        """Hold nothing back any longer: the time in which a refusal could be caught is over."""
        return b""

    def _taken(self, events: Iterable[sse.Event]) -> Iterable[bytes]:
        for event in events:
            if self.ended:
                return
            if event.data is None:
                if event.comment:
                    yield self._writer.comment(event.raw)
            elif event.data == sse.DONE:
                yield self._stop()
            else:
                yield from self._chunk(event)

    def _chunk(self, event: sse.Event) -> Iterable[bytes]:
        data = _parse(event.data or b"")
        if data is None:
            return
        chunk = Chunk(data, event.raw)
        for out in _through(self._stages, chunk):
            yield self._written(out)
            if out.last:
                yield self._stop()
                return

    def _written(self, chunk: Chunk) -> bytes:
        usage = chunk.data.get("usage")
        if usage:
            self.usage = usage
        for choice in chunk.data.get("choices") or ():
            self._finished = self._finished or bool(choice.get("finish_reason"))
        return self._writer.write(chunk)

    def _stop(self) -> bytes:
        self.ended = True
        out = [self._written(chunk) for chunk in _stopped(self._stages)]
        return b"".join((*out, self._writer.end()))


def _through(stages: Sequence[Stage], chunk: Chunk) -> Iterable[Chunk]:
    if not stages:
        yield chunk
        return
    for out in stages[0].received(chunk):
        yield from _through(stages[1:], out)


def _stopped(stages: Sequence[Stage]) -> Iterable[Chunk]:
    for place, stage in enumerate(stages):
        for chunk in stage.stopped():
            yield from _through(stages[place + 1 :], chunk)


def _parse(data: bytes) -> dict[str, Any] | None:
    try:
        parsed = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return parsed if isinstance(parsed, dict) else None


@attrs.define(eq=False)
class _Body:
    """A body that is one JSON text: one event, when it is whole."""

    _pieces: list[bytes] = attrs.field(factory=list)
    _size: int = 0

    def feed(self, data: bytes) -> list[sse.Event]:
        self._size += len(data)
        if self._size > BODY_LIMIT:
            raise UpstreamFailed("reply", 502, "The upstream's answer was too large.")
        self._pieces.append(data)
        return []

    def close(self) -> list[sse.Event]:
        raw = b"".join(self._pieces)
        data = _parse(raw)
        if data is None:
            raise UpstreamFailed("reply", 502, "The upstream did not answer in JSON.")
        return [sse.Event(raw, orjson.dumps(as_chunk(data)))]


def as_chunk(completion: Mapping[str, Any]) -> dict[str, Any]:
    """A ``chat.completion`` as the one chunk that it is."""
    choices = [
        {"delta" if name == "message" else name: value for name, value in choice.items()}
        for choice in completion.get("choices") or ()
        if isinstance(choice, dict)
    ]
    return {**completion, "object": "chat.completion.chunk", "choices": choices}


class _EventWriter:
    """The client asked for a stream."""

    def write(self, chunk: Chunk) -> bytes:
        return chunk.raw or sse.encode(orjson.dumps(chunk.data))

    def comment(self, raw: bytes) -> bytes:
        return raw

    def end(self) -> bytes:
        return sse.encode(sse.DONE)


class _JSONWriter:
    """The client asked for one JSON text."""

    def __init__(self) -> None:
        self._chunks: list[Chunk] = []

    def write(self, chunk: Chunk) -> bytes:
        self._chunks.append(chunk)
        return b""

    def comment(self, raw: bytes) -> bytes:
        return b""

    def end(self) -> bytes:
        [chunk] = self._chunks
        return chunk.raw or b""
