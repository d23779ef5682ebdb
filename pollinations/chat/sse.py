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

# The usual event, with its data; any other, without; what is left. One pass in C for all events of
# a read costs a third of what cutting them one by one does.
_EVENT = re.compile(rb"(data: ([^\n]*+)\n\n|(?:[^\n]++|\n(?!\n))*+\n\n|.+)", re.DOTALL)

Event = tuple[bytes, bytes | None]
"""
One event of a stream: its bytes as they came, the blank line that ends it included, and its
``data`` lines, joined, or ``None`` when it has none. A plain tuple, because so many are made.
"""


def is_comment(raw: bytes) -> bool:
    """Whether an event is nothing but comments, which keep a connection alive."""
    lines = [line for line in raw.splitlines() if line]
    return bool(lines) and all(line.startswith(b":") for line in lines)


def is_error(raw: bytes) -> bool:
    """Whether the name of an event says that it is an error, whatever its data are."""
    if raw.startswith(b"data:") and b"event" not in raw:
        return False
    names = [value for name, value in map(_field, _lines(raw)) if name == b"event"]
    return bool(names) and names[-1].strip() == b"error"


def encode(data: bytes) -> bytes:
    """The event whose data is *data*, a single line."""
    return b"data: " + data + b"\n\n"


@attrs.define(eq=False)
class EventDecoder:
    """
    Cuts a stream of bytes into events.

    Each byte is looked at once, however small the pieces are in which it comes.

    :param limit: the most bytes that an event may have; one that is larger is an error, not a
        reason to need more memory.
    """

    _limit: int = LIMIT
    _pieces: list[bytes] = attrs.field(factory=list, init=False)
    _size: int = attrs.field(default=0, init=False)
    _tail: bytes = attrs.field(default=b"", init=False)
    """The last bytes that were kept, as many as a blank line may begin with."""

    _returns: bool = attrs.field(default=False, init=False)
    """Whether there are carriage returns in what was kept."""

    def feed(self, data: bytes) -> list[Event]:
        """
        The events that *data* completes.

        :raises UpstreamFailed: an event is larger than the limit.
        """
        returns = self._returns or b"\r" in data
        if data.endswith(b"\n\n") and not (self._pieces or returns or len(data) > self._limit):
            # The usual read has events that are whole, and often just one.
            if data.startswith(b"data: ") and data.find(b"\n") == len(data) - 2:
                return [(data, data[6:-2])]
            return _cut(data)[0]
        if not self._ends_an_event(data, returns):
            self._keep(data, returns)
            return []
        if self._pieces:
            data = b"".join((*self._pieces, data))
            self._pieces, self._size, self._tail, self._returns = [], 0, b"", False
        events, rest = _cut_anywhere(data) if returns else _cut(data)
        self._keep(rest, b"\r" in rest)
        if len(data) > self._limit and any(len(raw) > self._limit for raw, _ in events):
            raise _too_large(self._limit)
        return events

    def close(self) -> list[Event]:
        """The event that had begun when the stream ended without its blank line, if any."""
        rest = b"".join(self._pieces)
        self._pieces, self._size, self._tail, self._returns = [], 0, b"", False
        raw = rest.rstrip(b"\r\n") + b"\n\n"
        return [(raw, _data(raw))] if rest.strip() else []

    def _ends_an_event(self, data: bytes, returns: bool) -> bool:
        """Whether a blank line may end within *data*: false only when it surely does not."""
        if returns:
            return _BLANK.search(self._tail + data) is not None
        return b"\n\n" in data or (self._tail.endswith(b"\n") and data.startswith(b"\n"))

    def _keep(self, data: bytes, returns: bool) -> None:
        self._size += len(data)
        if self._size > self._limit:
            raise _too_large(self._limit)
        if data:
            self._pieces.append(data)
            self._tail = (self._tail + data[-3:])[-3:]
            self._returns = returns


def _too_large(limit: int) -> UpstreamFailed:
    return UpstreamFailed("stream", 502, f"An event was larger than {limit} bytes.", "too_large")


def _cut(data: bytes) -> tuple[list[Event], bytes]:
    """The whole events in *data*, which has no carriage returns, and what is left."""
    events: list[Event] = [
        event if event[1] else (event[0], _data(event[0])) for event in _EVENT.findall(data)
    ]
    if data.endswith(b"\n\n"):
        return events, b""
    rest, _ = events.pop()
    return events, rest


def _cut_anywhere(data: bytes) -> tuple[list[Event], bytes]:
    """The same, for lines that end in any way."""
    events, start = [], 0
    for blank in _BLANK.finditer(data):
        # A carriage return at the very end may be half of a line's end.
        if blank.end() == len(data) and data.endswith(b"\r"):
            break
        raw = data[start : blank.end()]
        events.append((raw, _data(raw)))
        start = blank.end()
    return events, data[start:]


def _data(raw: bytes) -> bytes | None:
    lines = [value for name, value in map(_field, _lines(raw)) if name == b"data"]
    return b"\n".join(lines) if lines else None


def _lines(raw: bytes) -> list[bytes]:
    return raw.removeprefix(b"\xef\xbb\xbf").splitlines()


def _field(line: bytes) -> tuple[bytes, bytes]:
    """The name and the value of a line."""
    name, _, value = line.partition(b":")
    return name, value.removeprefix(b" ")
