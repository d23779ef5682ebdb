"""
Sends what is written in the very turn of the reactor in which it is written.

Twisted keeps it for the next turn and has the kernel tell when that may be: two calls of the system
and a turn for each event of a stream, nearly all of which a connection takes at once. And it sends
the head of an answer by itself; here it leaves with what follows.
"""

from collections.abc import Sequence
from typing import Any

from twisted.internet.tcp import Connection
from twisted.web.http import HTTPChannel
from twisted.web.http_headers import Headers


class PromptChannel(HTTPChannel):
    """The connection of one client: what there is for it leaves in as few pieces as may be."""

    transport: Any

    _head = b""
    """The head of an answer of which nothing else was written yet."""

    def writeHeaders(self, version: bytes, code: bytes, reason: bytes, headers: Headers) -> None:
        """An answer begins; :meth:`flush` sends it off if nothing follows at once."""
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


def sent(transport: object, data: bytes) -> int:
    """
    Send of *data* what *transport* takes at once.

    :return: how many bytes that was. The rest is to be written as ever; it is all, unless this is a
        connection without TLS on which nothing waits to be sent.
    """
    if not isinstance(transport, Connection) or transport.TLS or _is_busy(transport):
        return 0
    taken = transport.writeSomeData(data)
    # An error is a lost connection, which shows when the rest is written.
    return taken if isinstance(taken, int) else 0


def _is_busy(connection: Connection) -> bool:
    """Whether something waits to be sent, or nothing may be."""
    # Names of Twisted's, of which these two are not public: what waits.
    waiting = connection.dataBuffer or connection._tempDataBuffer
    return bool(waiting or connection.disconnecting or not connection.connected)
