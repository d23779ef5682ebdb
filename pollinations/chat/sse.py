"""
Server-sent events: bytes in, events out, however the network cut them.

The rule of this file: a decoder keeps the bytes of an event together with what they mean, so that
an event which nobody changed leaves as it came.
"""

import re

import attrs

from ..errors import UpstreamFailed

LIMIT = 8 * 1024 * 1024
"""The most bytes that one event may have."""

DONE = b"[DONE]"
"""The data of the event that ends an answer."""

# A blank line, in any of the three ways in which a line may end.
_BLANK = re.compile(rb"(?:\r\n|\r(?!\n)|\n)(?:\r\n|\r(?!\n)|\n)")


@attrs.frozen
class Event:
    """
    One event of a stream.

    :param raw: its bytes as they came, the blank line that ends it included.
    :param data: its ``data`` lines, joined, or ``None`` when it has none.
    """

    raw: bytes
    data: bytes | None

    @property
    def comment(self) -> bool:
        """Whether this is nothing but comments, which keep a connection alive."""
        return self.data is None and all(
            line.startswith(b":") for line in self.raw.splitlines() if line
        )


def encode(data: bytes) -> bytes:
    """The event whose data is *data*, a single line."""
    return b"data: " + data + b"\n\n"


@attrs.define(eq=False)
class EventDecoder:
    """
    Cuts a stream of bytes into events.

    :param limit: the most bytes that an event may have; one that is larger is an error, not a
        reason to need more memory.
    """

    _limit: int = LIMIT
    _pieces: list[bytes] = attrs.field(factory=list, init=False)
    _size: int = attrs.field(default=0, init=False)

    def feed(self, data: bytes) -> list[Event]:
        """
        The events that *data* completes.

        :raises UpstreamFailed: an event is larger than the limit.
        """
        if not self._ends_an_event(data):
            self._keep(data)
            return []
        data = b"".join((*self._pieces, data))
        self._pieces, self._size = [], 0
        raws, rest = _cut(data)
        self._keep(rest)
        return [self._event(raw) for raw in raws]

    def close(self) -> list[Event]:
        """The event that had begun when the stream ended without its blank line, if any."""
        rest = b"".join(self._pieces)
        self._pieces, self._size = [], 0
        return [self._event(raw) for raw in (rest,) if raw.strip()]

    def _ends_an_event(self, data: bytes) -> bool:
        """Whether a blank line may end within *data*: false only when it surely does not."""
        if b"\n\n" in data or b"\r" in data:
            return True
        tail = self._pieces[-1][-1:] if self._pieces else b""
        return tail == b"\r" or (tail == b"\n" and data.startswith(b"\n"))

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._limit:
            raise _too_large(self._limit)
        if data:
            self._pieces.append(data)

    def _event(self, raw: bytes) -> Event:
        if len(raw) > self._limit:
            raise _too_large(self._limit)
        # The usual case, without the cost of the general one.
        if raw.startswith(b"data: ") and raw.find(b"\n") == len(raw) - 2 and b"\r" not in raw:
            return Event(raw, raw[6:-2])
        return Event(raw, _data(raw))


def _too_large(limit: int) -> UpstreamFailed:
    return UpstreamFailed("stream", 502, f"An event was larger than {limit} bytes.")


def _cut(data: bytes) -> tuple[list[bytes], bytes]:
    """The whole events in *data*, with the blank lines that end them, and what is left."""
    if b"\r" not in data:
        *raws, rest = data.split(b"\n\n")
        return [raw + b"\n\n" for raw in raws], rest
    raws, start = [], 0
    for blank in _BLANK.finditer(data):
        # A carriage return at the very end may be half of a line's end.
        if blank.end() == len(data) and data.endswith(b"\r"):
            break
        raws.append(data[start : blank.end()])
        start = blank.end()
    return raws, data[start:]


def _data(raw: bytes) -> bytes | None:
    lines = []
    for line in raw.removeprefix(b"\xef\xbb\xbf").splitlines():
        name, colon, value = line.partition(b":")
        if name == b"data":
            lines.append(value.removeprefix(b" ") if colon else b"")
    return b"\n".join(lines) if lines else None
