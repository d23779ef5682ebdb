"""
One client's connection: what comes through it is bounded in size and time, and refused in words.

Twisted's channel parses; this one looks at each line before it does, and says why it refuses, where
Twisted's says nothing but 400. The names of Twisted's that are used here and are not public are
marked where that is; the tests fail if one of them goes.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast

from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from ..errors import InvalidRequest, UpstreamFailed
from ..settings.schema import Listener
from .connections import COURTESY, descriptors, room
from .departing import DepartingChannel
from .errors import write_error
from .guard import request_id
from .head import FIELD, FIELDS, HEAD, METHODS, Head, field, too_long
from .prompt import sent

AHEAD = 16 * 1024
"""How many bytes are read of what a client asks while it has not got its answers yet."""

HANDSHAKE = b"\x16"
"""What a client that wants to speak TLS says first (RFC 8446 section 5.1). It would wait for an
answer in kind as long as we would for the end of its line."""

LINGER = 5.0
"""Seconds for which a client that was refused may go on sending, so that it reads the refusal."""


class BoundedChannel(DepartingChannel):
    """The connection of one client to a :class:`~pollinations.web.request.BoundedSite`."""

    # Twisted's own limits answer with less; they are a second net.
    MAX_LENGTH = FIELD
    maxHeaders = 2 * FIELDS
    totalHeadersSize = 2 * HEAD

    transport: Any
    site: Any
    callLater: Any
    timeOut: Any
    _log = Logger()

    refused = False
    """Whether this client was refused, or has gone: nothing that it sends is read any more."""

    _head: Head | None = None
    _answering = False
    _full = False
    _deadline: IDelayedCall | None = None
    _closing: IDelayedCall | None = None

    @property
    def bounds(self) -> Listener:
        """The limits in force."""
        return cast(Listener, self.site.bounds())

    # What the transport calls.

    def connectionMade(self) -> None:
        """Somebody has come; there may be too many of them."""
        self.timeOut = self.bounds.idle
        super().connectionMade()
        self.site.connections += 1
        most = room(self.bounds, descriptors())
        if self.site.connections > most + min(most, COURTESY):
            self.transport.abortConnection()
        elif self.site.connections > most:
            words = (
                "The proxy already holds as many connections as 'listener.connections' and the"
                " system allow; ask again in a moment."
            )
            self.refuse(UpstreamFailed("connect", 503, words, retry_after=1))

    def dataReceived(self, data: bytes) -> None:
        """Bytes have come, which are dropped once there is nothing more to say."""
        if self.refused:
            return
        if not self._answering:
            self._expect()
        super().dataReceived(data)
        if self.line_mode and not (self.paused or self.refused):
            self._look_ahead()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The client has gone."""
        self.site.connections -= 1
        self.refused = True
        super().connectionLost(reason)
        _cancel(self._deadline)
        _cancel(self._closing)

    def pauseProducing(self) -> None:
        """The client does not read."""
        self._full = True
        super().pauseProducing()

    def resumeProducing(self) -> None:
        """The client has read."""
        self._full = False
        super().resumeProducing()
        if self.paused:
            self.site.turns.wait(self.go_on)

    # What Twisted's parser calls.

    def lineReceived(self, line: bytes) -> None:
        """Look at a line of the head before it is parsed."""
        self._expect()
        try:
            self._look(line)
        except InvalidRequest as refusal:
            self.refuse(refusal)
        else:
            super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:
        """A line does not end."""
        self.refuse(too_long(first=self._head is None))

    def allHeadersReceived(self) -> None:
        """The head has come. Who may not come in anyway need not send a body."""
        head, request = self._head, self.requests[-1]
        if self.length != 0 and head is not None:
            refusal = request.refusal(head)
            if refusal is not None:
                self.refuse(refusal)
                return
        super().allHeadersReceived()

    def allContentReceived(self) -> None:
        """The request has come."""
        if self.refused:
            return
        try:
            # Names of Twisted's, which drops what stands behind chunks, whatever that is.
            for line in getattr(self._transferDecoder, "_trailerHeaders", ()):
                field(bytes(line))
        except InvalidRequest as refusal:
            self.refuse(refusal)
            return
        self._stop_waiting()
        self._head, self._answering = None, True
        super().allContentReceived()

    def writeSequence(self, iovec: Sequence[bytes]) -> None:
        """A piece of an answer: what the connection takes of it leaves at once."""
        data = b"".join(iovec)
        rest = data[sent(self.transport, data) :]
        if rest:
            super().writeSequence([rest])

    def requestDone(self, request: Any) -> None:
        """
        The request was answered. What came meanwhile is looked at in its turn.

        Without that, who sends a thousand requests at once is served a thousand times before
        anybody else, whether it reads the answers or not.
        """
        self._answering, self.paused = False, True
        super().requestDone(request)
        if len(self._buffer) > AHEAD:
            self.transport.pauseProducing()
        if self._buffer:
            self.site.turns.wait(self.go_on)
        else:
            self.paused = False

    def timeoutConnection(self) -> None:
        """Nothing has come for a while."""
        self._too_slow()

    def _respondToBadRequestAndDisconnect(self) -> None:
        # Twisted's own refusal, for what only the parser sees: chunks, above all.
        where = "request" if self.line_mode else "body"
        self.refuse(InvalidRequest(f"The {where} is not valid HTTP."))

    # What becomes of it.

    def refuse(self, error: InvalidRequest | UpstreamFailed) -> None:
        """Answer with *error*, and read nothing more."""
        self.refused = True
        self.clearLineBuffer()
        self._stop_waiting()
        self.setTimeout(None)
        request = self.requests[-1] if self.requests else self.requestFactory(self)
        request.setHeader(b"x-request-id", request_id(request))
        request.setHeader(b"Connection", b"close")
        if error.status == 405:
            request.setHeader(b"Allow", METHODS.encode())
        body = write_error(request, error)
        code, phrase = b"%d" % error.status, HTTPStatus(error.status).phrase.encode()
        self.writeHeaders(b"HTTP/1.1", code, phrase, request.responseHeaders)
        if self._head is None or self._head.method != b"HEAD":
            self.write(body)
        # A connection that is closed while bytes of the client wait is reset, and the refusal lost.
        self._deadline = self.callLater(LINGER, self.loseConnection)
        why = {"status": error.status, "reason": error.message}
        self._log.debug("a request was refused: {status}, {reason}", **why)
        target = self._head.target if self._head is not None else b""
        self.site.refused(target.partition(b"?")[0], error.status)

    def go_on(self) -> None:
        """Look at what came meanwhile, unless the client has gone or does not take its answers."""
        if self.paused and not (self._full or self.refused):
            self.paused = False
            self.dataReceived(b"")

    def loseConnection(self) -> None:
        """Close when what was written has left, within the time that anybody may be idle."""
        super().loseConnection()
        if self._closing is None:
            self._closing = self.callLater(self.bounds.idle, self.transport.abortConnection)

    def _look_ahead(self) -> None:
        """Refuse a line that has no end yet, and that none would make a line of HTTP."""
        # _buffer: what LineReceiver has of the next line. It waits for CRLF, and would for ever.
        if self._head is None and self._buffer.startswith(HANDSHAKE):
            self.refuse(
                InvalidRequest("This port speaks HTTP without TLS: ask http://, not https://.")
            )
        elif b"\n" in self._buffer:
            self.refuse(InvalidRequest("Lines must end with CRLF."))

    def _look(self, line: bytes) -> None:
        """
        Check a line of the head.

        :raises InvalidRequest: the request is refused for it.
        """
        if self._head is None:
            # One empty line before a request is let through, as old clients send one after theirs.
            self._head = Head.begun(line) if line else None
        elif line:
            self._head.add(line)
        else:
            self._head.end(self.bounds.body_limit)

    def _expect(self) -> None:
        """Give the request that begins its time."""
        if self._deadline is None:
            self._deadline = self.callLater(self.bounds.arrival, self._too_slow)

    def _stop_waiting(self) -> None:
        _cancel(self._deadline)
        self._deadline = None

    def _too_slow(self) -> None:
        if self._full:
            # Who takes nothing would not take a refusal either.
            self.transport.abortConnection()
        elif self._head is None and not self._buffer:
            # Nobody asked anything, so there is nothing to answer.
            self.loseConnection()
        else:
            self.refuse(InvalidRequest("The request took too long to arrive.", status=408))


def _cancel(call: IDelayedCall | None) -> None:
    if call is not None and call.active():
        call.cancel()
