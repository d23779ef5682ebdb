"""
Puts a head together out of what comes through a connection.

Whole lines are looked at as soon as they have come, all at once where they came at once, which they
do nearly always; and so is the rest, as soon as no end would make it a line of HTTP.
"""

import attrs

from ..errors import InvalidRequest
from .head import CRLF, FIELD, HEAD, LINE, Head, too_long

HANDSHAKE = b"\x16"
"""What a client that wants to speak TLS says first (RFC 8446 section 5.1). It would wait for an
answer in kind as long as we would for the end of its line."""


@attrs.define
class Arriving:
    """What has come of a request's head."""

    head: Head | None = attrs.field(default=None, init=False)
    """The lines that were looked at, once there is one."""

    rest: bytes = attrs.field(default=b"", init=False)
    """What was not: in a head, the end of the last line and what follows it."""

    _empty: bool = attrs.field(default=False, init=False)

    def feed(self, data: bytes) -> Head | None:
        """
        Take *data*.

        :return: the head, once it has come; the rest is what follows it.
        :raises InvalidRequest: the request is refused for it.
        """
        self.rest += data
        if self.head is None:
            self.head = self._begun()
        if self.head is None:
            return None
        lines, end, rest = self.rest.partition(CRLF + CRLF)
        if not end:
            lines, last, rest = self.rest.rpartition(CRLF)
            rest = last + rest
        self.rest = rest
        if lines:
            self.head.add(lines)
        if end:
            return self.head
        self._look_ahead(rest[len(CRLF) :], FIELD, HEAD - self.head.size)
        return None

    def clear(self) -> None:
        """Begin with another one, which the rest may hold already."""
        self.head, self._empty = None, False

    def _begun(self) -> Head | None:
        line, end, rest = self.rest.partition(CRLF)
        if end and not line and not self._empty:
            # One empty line before a request is let through, as old clients send one after theirs.
            self._empty, self.rest = True, rest
            return self._begun()
        if not end:
            self._look_ahead(line, LINE)
            return None
        self.rest = end + rest
        return Head.begun(line)

    def _look_ahead(self, line: bytes, *most: int) -> None:
        """Refuse a line that has no end yet, and that none would make a line of HTTP."""
        first = self.head is None
        if first and line.startswith(HANDSHAKE):
            raise InvalidRequest("This port speaks HTTP without TLS: ask http://, not https://.")
        if b"\n" in line:
            raise InvalidRequest("Lines must end with CRLF.")
        # The last byte may be the first of the line's end.
        if len(line) - 1 > min(most):
            raise too_long(first)
