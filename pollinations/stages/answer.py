"""
One answer on its way: bytes in, bytes out, through the stages.

The rule of this file: whatever form the upstream sends (events or plain JSON) and whatever form the
client asked for, chunks in between are the same, so everything that is done to an answer is done
once.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from ..chat import sse
from ..chat.alike import Alike
from ..chat.chunk import USAGE, Chunk, error, read
from ..errors import UpstreamFailed
from .json_body import JSONBody, is_whole
from .progress import Progress
from .stage import Chain, Context, Stage
from .writers import Writer, writer_for

WHOLE_LIMIT = 64 * 1024 * 1024
"""The most bytes that an answer which must be whole before a byte can leave may have."""

COMMENT_LIMIT = 2048
"""The most bytes of comments that wait for the first chunk to leave."""


@attrs.define(eq=False)
class Answer:
    """
    What an upstream sends and what the client gets of it.

    No method waits. What a method returns may be written to the client at once; as long as nothing
    was returned, nothing has left, and an :class:`UpstreamFailed` that a method raises can still be
    answered by asking somebody else.

    :param context: what the stages may know.
    :param stages: what the chunks pass through, in order.
    :param events: whether the upstream says that it sends server-sent events; else its body should
        be one JSON text. The body's first byte has the last word.
    """

    _context: Context
    _stages: Sequence[Stage]
    _events: bool
    ended: bool = attrs.field(default=False, init=False)
    """Whether the whole answer has been given: nothing more needs to be read."""

    failure: UpstreamFailed | None = attrs.field(default=None, init=False)
    """What broke the answer off just after what was last returned; every further call raises it."""

    _reader: sse.EventDecoder | JSONBody | None = attrs.field(default=None, init=False)
    _size: int = attrs.field(default=0, init=False)
    _chain: Chain = attrs.field(init=False)
    _writer: Writer = attrs.field(init=False)
    _left: bool = attrs.field(default=False, init=False)
    _comments: list[bytes] = attrs.field(factory=list, init=False)
    _progress: Progress = attrs.field(factory=Progress, init=False)
    _alike: Alike = attrs.field(factory=Alike, init=False)

    def __attrs_post_init__(self) -> None:
        self._chain = Chain(self._stages)
        self._writer = writer_for(self._context.request)

    @property
    def usage(self) -> Mapping[str, Any] | None:
        """The tokens that the upstream counted, once it has; else our estimate, marked as one."""
        return self._progress.usage

    def received(self, data: bytes) -> bytes:
        """
        Take bytes of the upstream and give what may leave now.

        :raises UpstreamFailed: the upstream refuses, or sends what is no answer.
        """
        return self._step(self._read, data)

    def closed(self) -> bytes:
        """
        The upstream's body has ended, in whatever way: give what is left of the answer.

        :raises UpstreamFailed: the answer was not whole.
        """
        given = self._step(self._close)
        if self.failure is not None:
            # Nobody will ask again.
            raise self.failure
        return given

    def release(self) -> bytes:
        """Hold nothing back any longer: the time in which a refusal could be caught is over."""
        return self._step(self._release)

    def _step(self, step: Callable[..., None], *taken: bytes) -> bytes:
        """What *step* puts out; its failure if that is nothing, and later if it is something."""
        if self.failure is not None:
            raise self.failure
        out: list[bytes] = []
        try:
            if not self.ended:
                step(out, *taken)
        except UpstreamFailed as failure:
            self.failure = _bare(self._seen(failure, out))
            # What came is of no use any more, and may be large.
            self._reader, self._comments = None, []
        given = b"".join(out)
        if self.failure is not None and not given:
            raise self.failure
        if given:
            self._left = True
        return given

    def _seen(self, failure: UpstreamFailed, out: Sequence[bytes]) -> UpstreamFailed:
        """*failure*, as it looks to a client who has part of the answer, or has nothing."""
        left = self._left or any(out)
        return attrs.evolve(failure, phase="stream") if left else failure

    def _read(self, out: list[bytes], data: bytes) -> None:
        self._size += len(data)
        if self._reader is None:
            data = data.lstrip()
            if not data:
                return
            self._reader = JSONBody() if is_whole(data, self._events) else sse.EventDecoder()
        if self._size > WHOLE_LIMIT and not self._flows:
            raise UpstreamFailed("reply", 502, "The upstream's answer was too large.", "too_large")
        if isinstance(self._reader, JSONBody):
            self._reader.add(data)
        else:
            self._take(self._reader.feed(data), out)

    @property
    def _flows(self) -> bool:
        """Whether the answer leaves as it comes."""
        return self._context.request.stream and not isinstance(self._reader, JSONBody)

    def _close(self, out: list[bytes]) -> None:
        if isinstance(self._reader, JSONBody):
            for chunk in self._reader.chunks(self._context.request.stream):
                self._chunk(chunk, out)
            self._stop(out)
            return
        if self._reader is not None:
            self._take(self._reader.close(), out)
        if self.ended:
            return
        if not self._progress.whole:
            raise UpstreamFailed(
                "stream",
                502,
                "The upstream stopped in the middle of its answer.",
                "incomplete_answer",
            )
        self._stop(out)

    def _release(self, out: list[bytes]) -> None:
        if not self._context.request.stream:
            # An answer that is given whole has no need to hurry.
            return
        last = False
        for chunks in self._chain.released():
            last = self._write(chunks, out) or last
        if last:
            self._stop(out)

    def _take(self, events: Sequence[sse.Event], out: list[bytes]) -> None:
        place = 0
        while place < len(events) and not self.ended:
            chunk, place = self._alike.read(events, place)
            if chunk is None:
                self._event(*events[place], out)
                place += 1
            elif self._chunk(chunk, out):
                self._stop(out)

    def _event(self, raw: bytes, data: bytes | None, out: list[bytes]) -> None:
        """An event that is not like those before it."""
        stream = self._context.request.stream
        if data is None:
            self._comment(raw, out)
        elif data.strip() == sse.DONE and not sse.is_error(raw):
            self._stop(out, raw)
        elif (chunk := read(data, raw if stream else None)) is not None:
            self._alike.learn(chunk, data)
            if self._chunk(chunk, out):
                self._stop(out)
        elif sse.is_error(raw):
            self._chunk(error(data), out)

    def _comment(self, raw: bytes, out: list[bytes]) -> None:
        if not self._context.request.stream or not sse.is_comment(raw):
            return
        if self._left or any(out):
            out.append(raw)
        elif sum(map(len, self._comments)) + len(raw) <= COMMENT_LIMIT:
            # By itself it must not spend the status.
            self._comments.append(raw)

    def _chunk(self, chunk: Chunk, out: list[bytes]) -> bool:
        """Whether the answer ends with what comes of *chunk*."""
        self._progress.received(chunk)
        return self._write(self._chain.received(chunk), out)

    def _write(self, chunks: Sequence[Chunk], out: list[bytes]) -> bool:
        """Whether the answer ends with *chunks*."""
        last = False
        if self._comments and chunks:
            out += self._comments
            self._comments = []
        for chunk in chunks:
            out.append(self._writer.write(chunk))
            last = last or chunk.last
            if chunk.holds & USAGE:
                self._progress.usage = chunk.data["usage"]
        return last

    def _stop(self, out: list[bytes], done: bytes | None = None) -> None:
        """
        The answer is complete, or complete enough: give what its end lacks. Nothing else ends it.

        :param done: the bytes of the upstream's own ``[DONE]``.
        """
        if not self._progress.begun:
            raise UpstreamFailed("reply", 502, "The upstream's answer was empty.", "empty_answer")
        for chunk in self._progress.missing():
            self._chunk(chunk, out)
        for chunks in self._chain.stopped():
            self._write(chunks, out)
        out.append(self._writer.end(done))
        self.ended = True


def _bare(failure: UpstreamFailed) -> UpstreamFailed:
    """*failure* without where it was raised, and from what: those places know what came."""
    failure.__context__ = failure.__cause__ = None
    return failure.with_traceback(None)
