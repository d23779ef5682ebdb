"""Makes the client's bytes of chunks, in the form that the client asked for."""

from typing import Protocol

import attrs

from ..chat import loose, sse
from ..chat.chunk import Chunk
from ..chat.completion import Completion
from ..chat.request import ChatRequest
from ..errors import UpstreamFailed


class Writer(Protocol):
    """One of the two forms."""

    def write(self, chunk: Chunk) -> bytes:
        """
        What leaves because of *chunk*.

        :raises UpstreamFailed: it cannot be written.
        """

    def end(self, done: bytes | None) -> bytes:
        """
        What leaves at the end.

        :param done: the upstream's own end of its stream, if it has said that.
        """


def writer_for(request: ChatRequest) -> Writer:
    """The form in which *request* wants its answer."""
    return EventWriter() if request.stream else JSONWriter()


class EventWriter:
    """The client asked for a stream: each chunk is an event, as it came if it is unchanged."""

    def write(self, chunk: Chunk) -> bytes:
        """See :meth:`Writer.write`."""
        return chunk.raw or sse.encode(dumps(chunk.data))

    def end(self, done: bytes | None) -> bytes:
        """See :meth:`Writer.end`."""
        return done or sse.encode(sse.DONE)


@attrs.define(eq=False)
class JSONWriter:
    """The client asked for one JSON text: nothing leaves before the end."""

    _first: Chunk | None = None
    """The first chunk. An only one that is as it came leaves as that: as the body that came."""

    _completion: Completion | None = None
    """All of them together, once there are several."""

    def write(self, chunk: Chunk) -> bytes:
        """See :meth:`Writer.write`."""
        if self._first is None:
            self._first = chunk
        else:
            self._together().add(chunk)
        return b""

    def end(self, done: bytes | None) -> bytes:
        """See :meth:`Writer.end`."""
        first = self._first
        if self._completion is None and first is not None and first.raw is not None:
            return first.raw
        return dumps(self._together().whole())

    def _together(self) -> Completion:
        if self._completion is None:
            self._completion = Completion()
            if self._first is not None:
                self._completion.add(self._first)
        return self._completion


def dumps(data: object) -> bytes:
    """
    *data* as JSON.

    :raises UpstreamFailed: it cannot be written.
    """
    try:
        return loose.dumps(data)
    except ValueError:
        message = "The upstream's answer was nested too deeply."
        raise UpstreamFailed("reply", 502, message, "not_json") from None
