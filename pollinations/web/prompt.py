"""
Sends an answer in as few pieces as may be, each at once. Twisted sends the head by itself; here it
leaves with what follows.
"""

from collections.abc import Sequence
from typing import Any

from twisted.web.http import HTTPChannel
from twisted.web.http_headers import Headers

from ..prompt import sent


class PromptChannel(HTTPChannel):
    """The connection of one client: what there is for it leaves in as few pieces as may be."""

    transport: Any

    _head = b""
    """The head of an answer of which nothing else was written yet."""

    def writeHeaders(self, version: bytes, code: bytes, reason: bytes, headers: Headers) -> None:
        """An answer begins; :meth:`flush` sends it off if nothing follows at once."""
        if code == b"204":
            # It has no body, and so no length (RFC 9110 section 8.6); Twisted gives it one.
            headers.removeHeader(b"Content-Length")
        lines = [b"%b %b %b" % (version, code, reason)]
        for name, values in headers.getAllRawHeaders():
            lines += [b"%b: %b" % (name, value) for value in values]
        self._head += b"\r\n".join(lines) + b"\r\n\r\n"

    def write(self, data: bytes) -> None:
        """A piece of an answer: what the connection takes of it leaves at once."""
        if self._head:
            data, self._head = self._head + data, b""
        taken = sent(self.transport, data)
        if taken < len(data):
            self.transport.write(data[taken:])

    def writeSequence(self, iovec: Sequence[bytes]) -> None:
        """Some pieces of an answer."""
        self.write(b"".join(iovec))

    def flush(self) -> None:
        """Send what is kept."""
        if self._head:
            self.write(b"")
