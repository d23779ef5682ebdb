"""
One client's connection: what comes through it is bounded in size and time, and refused in words.

Of Twisted's channel this takes what an answer needs. What a client sends is read here: a head at
once, by stricter rules, and no more of what is asked ahead than can be kept. The names of Twisted's
that are used and are not public are marked where that is; the tests fail if one of them goes.
"""

from http import HTTPStatus
from typing import Any, cast

from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from ..errors import InvalidRequest, UpstreamFailed, stopping
from ..settings.schema import Listener
from .admission import request_id
from .arriving import Arriving
from .bodies import IncomingBody
from .connections import COURTESY, descriptors, room
from .deadline import Deadline
from .departing import DepartingChannel
from .errors import write_error
from .head import METHODS, Head
from .headers import say

AHEAD = 16 * 1024
"""How many bytes are read of what a client asks while it has not got its answers yet."""

LINGER = 5.0
"""Seconds for which a client that was refused may go on sending, so that it reads the refusal."""


class BoundedChannel(DepartingChannel):
    """The connection of one client to a :class:`~pollinations.web.request.BoundedSite`."""

    transport: Any
    site: Any
    callLater: Any
    timeOut: Any
    _log = Logger()

    refused = False
    """Whether this client was refused, has its last answer, or has gone: nothing that it sends is
    read any more."""

    _body: IncomingBody | None = None
    _answering = False
    _turn = False
    """Whether what came during an answer has yet to be looked at."""

    _full = False
    _reading = True
    _by: float | None = None
    """When the request that arrives has to be here."""

    _closing: IDelayedCall | None = None

    def __init__(self) -> None:
        super().__init__()
        self._arriving = Arriving()

    @property
    def bounds(self) -> Listener:
        """The limits in force."""
        return cast(Listener, self.site.bounds())

    # What a request asks.

    def getPeer(self) -> Any:
        """Where the client is."""
        return self._peer

    def getHost(self) -> Any:
        """Where it came in."""
        return self._host

    # What the transport calls.

    def connectionMade(self) -> None:
        """Somebody has come; there may be too many of them."""
        # Twisted's own timers are not wanted. It reads on, or not, unless a request is answered,
        # as far as it knows (a name that is not public): that is decided here.
        self.timeOut, self._handlingRequest = None, True
        super().connectionMade()
        # Twisted asks the system each time.
        self._peer, self._host = self.transport.getPeer(), self.transport.getHost()
        self._idle = self.bounds.idle
        self._deadline = Deadline(self.site.reactor, self._too_late)
        self._deadline.within(self._idle)
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
        if self._answering or self._turn:
            self._arriving.rest += data
            self._read_on()
            return
        try:
            self._take(data)
        except InvalidRequest as refusal:
            self.refuse(refusal)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The client has gone."""
        self.site.connections -= 1
        self.refused = True
        super().connectionLost(reason)
        self._deadline.cancel()
        if self._closing is not None and self._closing.active():
            self._closing.cancel()

    def pauseProducing(self) -> None:
        """The client does not read."""
        self._full = True
        super().pauseProducing()
        self._read_on()

    def resumeProducing(self) -> None:
        """The client has read."""
        self._full = False
        super().resumeProducing()
        self._read_on()
        if self._turn:
            self.site.turns.wait(self.go_on)

    # How a request comes in.

    def _take(self, data: bytes) -> None:
        """Take a piece of the request that arrives, and answer it when it is whole."""
        self._expect()
        body = self._body
        if body is None:
            head = self._arriving.feed(data)
            if head is None:
                return
            head.end(self.bounds.body_limit)
            body = self._body = self._begin(head)
            data, self._arriving.rest = self._arriving.rest, b""
        body.feed(data)

    def _begin(self, head: Head) -> IncomingBody:
        """The head has come. Who may not come in anyway need not send a body."""
        request = self._made()
        self.requests.append(request)
        self.persistent = head.persistent
        if not self.persistent:
            request.setHeader(b"Connection", b"close")
        refusal = request.refusal(head) if head.length != 0 else None
        if refusal is not None:
            raise refusal
        if head.waits:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return IncomingBody(head, request.handleContentChunk, self._whole)

    def _made(self) -> Any:
        """The request whose head is here, as far as it has come."""
        request: Any = self.requestFactory(self)
        if self._arriving.head is not None:
            request.took(self._arriving.head)
        return request

    def _whole(self, rest: bytes) -> None:
        """The request has come, and *rest* behind it."""
        if self.refused:
            return
        cast(IncomingBody, self._body).check_trailers()
        head = cast(Head, self._arriving.head)
        self._arriving.clear()
        self._arriving.rest, self._body, self._answering = rest, None, True
        self._by = None
        self._deadline.lift()
        self.requests[-1].requestReceived(head.method, head.target, head.version)

    def requestDone(self, request: Any) -> None:
        """
        The request was answered. What came meanwhile is looked at in its turn.

        Without that, who sends a thousand requests at once is served a thousand times before
        anybody else, whether it reads the answers or not.
        """
        self.flush()
        self.requests.remove(request)
        self._answering = False
        if not self.persistent:
            self.loseConnection()
            return
        self._deadline.within(self._idle)
        if self._arriving.rest:
            self._turn = True
            self.site.turns.wait(self.go_on)
        self._read_on()
        self.answered()

    # What becomes of it.

    def refuse(self, error: InvalidRequest | UpstreamFailed) -> None:
        """Answer with *error*, and read nothing more."""
        if self.refused:
            # What comes behind a body that is too large may be wrong, too.
            return
        self.refused, head = True, self._arriving.head
        request = self.requests[-1] if self.requests else self._made()
        self._arriving.rest = b""
        self._read_on()
        said = {b"Date": self.site.date(), b"X-Request-Id": request_id(request)}
        say(request, {**said, b"Connection": b"close"})
        if error.status == 405:
            request.setHeader(b"Allow", METHODS.encode())
        body = write_error(request, error)
        code, phrase = b"%d" % error.status, HTTPStatus(error.status).phrase.encode()
        self.writeHeaders(b"HTTP/1.1", code, phrase, request.responseHeaders)
        self.write(b"" if head is not None and head.method == b"HEAD" else body)
        # A connection that is closed while bytes of the client wait is reset, and the refusal lost.
        self._deadline.within(LINGER)
        why = {"status": error.status, "reason": error.message}
        self._log.debug("a request was refused: {status}, {reason}", **why)
        target = head.target if head is not None else b""
        self.site.refused(target.partition(b"?")[0], error.status)

    def turn_away(self) -> None:
        """Refuse the request that arrives, if one does: there is no time for the rest of it."""
        if self.asked and not (self._answering or self._turn):
            self.refuse(stopping())

    def go_on(self) -> None:
        """Look at what came meanwhile, unless the client has gone or does not take its answers."""
        if self._turn and not (self._full or self.refused):
            self._turn = False
            self.dataReceived(b"")
            self._read_on()

    def loseConnection(self) -> None:
        """Close when what was written has left, within the time that anybody may be idle."""
        # With TLS, what the client has sent already would still come, and be served for nobody.
        self.refused = True
        super().loseConnection()
        if self._closing is None:
            self._closing = self.callLater(self.bounds.idle, self.transport.abortConnection)

    @property
    def asked(self) -> bool:
        """Whether a request is arriving, or being answered."""
        return bool(self.requests or self._arriving.head or self._arriving.rest)

    def _read_on(self) -> None:
        """Read what the client sends while there is room for it, and its answers leave."""
        room = len(self._arriving.rest) <= AHEAD and (self._answering or not self._full)
        if self._reading != (room or self.refused) and not self.transport.disconnecting:
            self._reading = not self._reading
            act = self.transport.resumeProducing if self._reading else self.transport.pauseProducing
            act()

    def _expect(self) -> None:
        """Give the request that begins its time, of which silence takes no more than it may."""
        now = self.site.reactor.seconds()
        if self._by is None:
            self._by = now + self.bounds.arrival
        self._deadline.within(min(self._by - now, self._idle))

    def _too_late(self) -> None:
        if self.refused:
            self.loseConnection()
        elif self._full:
            # Who takes nothing would not take a refusal either.
            self.transport.abortConnection()
        elif not self.asked:
            # Nobody asked anything, so there is nothing to answer.
            self.loseConnection()
        else:
            self.refuse(InvalidRequest("The request took too long to arrive.", status=408))
