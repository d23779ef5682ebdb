"""
One connection to an upstream: requests go over it one after the other.

The rule of this file: one call for each read. What came with a read is given on at once and whole,
however many chunks it holds.
"""

from collections.abc import Callable
from typing import Any, Final, cast

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError, ConnectionDone
from twisted.internet.interfaces import (
    IHandshakeListener,
    IProtocol,
    IPushProducer,
    ITCPTransport,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone, ResponseFailed, ResponseNeverReceived
from twisted.web.http import PotentialDataLoss
from twisted.web.iweb import UNKNOWN_LENGTH, IResponse
from zope.interface import implementer

from ..prompt import sent
from .parser import BadReply, ResponseHead, ResponseParser

TOGETHER: Final = 64 * 1024
"""The most bytes of a body that are copied to be sent with the head."""


class HandshakeFailed(ConnectError):
    """The other side did not show that it is who we wanted to talk to."""


@implementer(IResponse, IPushProducer)
class Response:
    """
    A reply whose head has come; and what its body's protocol has as its transport, which has no
    say in what becomes of the connection once the body is over.

    Nobody has to take the body at once: until then it stays with the upstream.

    :param connection: brings the body.
    """

    request: Any = None
    previousResponse: IResponse | None = None

    def __init__(self, connection: "Connection", head: ResponseHead) -> None:
        self.version = head.version
        self.code = head.code
        self.phrase = head.phrase
        self.headers = head.headers
        self.length: Any = UNKNOWN_LENGTH if head.length is None else head.length
        self._connection: Connection | None = connection
        self._early: list[bytes] = []
        self._over: Failure | None = None
        self._protocol: IProtocol | None = None
        self.received: Callable[[bytes], object] = self._early.append
        """Is told what has come of the body: whoever has asked for it, once somebody has."""

        self.unwanted = True
        """Whether nobody has asked for the body yet."""

    # What whoever asked calls.

    def deliverBody(self, protocol: IProtocol) -> None:
        """
        Give what has come of the body, and what will, to *protocol*.

        :raises RuntimeError: somebody has it already.
        """
        if self._protocol is not None:
            raise RuntimeError("The body was given to somebody else.")
        self._protocol, self.received, self.unwanted = protocol, protocol.dataReceived, False
        # First of all: whoever takes the body may want a pause at once.
        self.resumeProducing()
        protocol.makeConnection(cast(Any, self))
        early, self._early = self._early, []
        if early:
            protocol.dataReceived(b"".join(early))
        if self._over is not None:
            protocol.connectionLost(self._over)

    def setPreviousResponse(self, previousResponse: IResponse) -> None:
        """Keep what led to this."""
        self.previousResponse = previousResponse

    # What the body's protocol calls.

    def pauseProducing(self) -> None:
        """Let no more come for now."""
        if self._connection is not None:
            self._connection.pause()

    def resumeProducing(self) -> None:
        """Let it come again."""
        if self._connection is not None:
            self._connection.resume()

    def stopProducing(self) -> None:
        """Hang up, at once: the rest is wanted no more."""
        if self._connection is not None:
            self._connection.hang_up()

    loseConnection = abortConnection = stopProducing

    # What the connection calls.

    def over(self, reason: Failure) -> None:
        """The body is over."""
        self._connection, self._over = None, reason
        if self._protocol is not None:
            self._protocol.connectionLost(reason)


@implementer(IHandshakeListener)
class Connection(Protocol):
    """
    A connection.

    :param secure: whether it takes a handshake before anything may be sent.
    :param idle: is told each time that another request may be sent.
    :param gone: is told when none may be sent any more.
    """

    transport: ITCPTransport

    def __init__(
        self,
        secure: bool,
        idle: Callable[["Connection"], None],
        gone: Callable[["Connection"], None],
    ) -> None:
        self.made: Deferred[None] = Deferred(lambda _: self.hang_up())
        self._secure = secure
        self._idle = idle
        self._gone = gone
        self._asked: Deferred[IResponse] | None = None
        self._reply: ResponseParser | None = None
        self._response: Response | None = None
        self._paused = False
        self._over = False

    # What whoever asks calls.

    def ask(self, head: bytes, body: bytes) -> "Deferred[IResponse]":
        """
        Send a request, and wait for the head of the reply.

        :return: fails with ``ResponseNeverReceived``, when nothing has come, or ``ResponseFailed``.
            Cancelling hangs up.
        """
        asked: Deferred[IResponse] = Deferred(self._left)
        self._reply, self._asked = ResponseParser(), asked
        if len(body) <= TOGETHER:
            self._send(head + body)
        else:
            self._send(head)
            self.transport.write(body)
        return asked

    def pause(self) -> None:
        """Read no more for now."""
        if not self._paused:
            self._paused = True
            cast(IPushProducer, self.transport).pauseProducing()

    def resume(self) -> None:
        """Read on."""
        if self._paused:
            self._paused = False
            cast(IPushProducer, self.transport).resumeProducing()

    def hang_up(self) -> None:
        """Close at once: a polite end would have to be waited for."""
        if not self._over:
            self._over = True
            self.transport.abortConnection()

    # What the network calls.

    def connectionMade(self) -> None:
        """The other side is there."""
        # The end of a request must not wait until its beginning was received.
        if ITCPTransport.providedBy(self.transport):
            self.transport.setTcpNoDelay(True)
        if not self._secure:
            self.made.callback(None)

    def handshakeCompleted(self) -> None:
        """The other side is who it should be, unless that was found wanting just now."""
        if not getattr(self.transport, "disconnecting", False):
            self.made.callback(None)

    def dataReceived(self, data: bytes) -> None:
        """Something has come; while nothing was asked, that is nothing that we want."""
        if self._over:
            return None
        if self._reply is None:
            return self._drop()
        try:
            self._reply.feed(data)
        except BadReply as error:
            self._give(self._reply)
            return self._broken(error)
        return self._give(self._reply)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The connection is gone, and whatever was under way with it."""
        self._over = True
        self._gone(self)
        if not self.made.called:
            self.made.errback(HandshakeFailed(string=type(reason.value).__name__))
        self._end(reason)

    # What happens within.

    def _send(self, data: bytes) -> None:
        """Send in this turn what the connection takes at once, and the rest when it can."""
        rest = data[sent(self.transport, data) :]
        if rest:
            self.transport.write(rest)

    def _left(self, _: object) -> None:
        """Whoever asked has gone."""
        self._asked = None
        self.hang_up()

    def _give(self, reply: ResponseParser) -> None:
        """Give on what came with this read."""
        response = self._response
        if response is None:
            if reply.head is None:
                return
            self._response = response = Response(self, reply.head)
            asked, self._asked = self._asked, None
            assert asked is not None
            asked.callback(response)
        data = reply.take()
        if data and not self._over:
            response.received(data)
        if self._over:
            # Whoever took it has hung up.
            return
        if reply.whole:
            self._done(reply, response)
        elif response.unwanted:
            self.pause()

    def _done(self, reply: ResponseParser, response: Response) -> None:
        """The reply is whole."""
        self._reply = self._response = None
        if reply.reusable:
            self.resume()
            self._idle(self)
        else:
            self._drop()
        response.over(Failure(ResponseDone()))

    def _broken(self, error: BadReply) -> None:
        """What came is not HTTP."""
        self._drop()
        self._end(Failure(error))

    def _drop(self) -> None:
        """Never use it again."""
        self._gone(self)
        self.hang_up()

    def _end(self, reason: Failure) -> None:
        """Say what *reason* means for what was under way."""
        asked, response, reply = self._asked, self._response, self._reply
        self._asked = self._response = self._reply = None
        if asked is not None:
            begun = reply is not None and reply.begun
            asked.errback((ResponseFailed if begun else ResponseNeverReceived)([reason]))
        elif response is not None and reply is not None:
            complete = _by_its_end(reply) and reason.check(ConnectionDone)
            response.over(Failure(PotentialDataLoss() if complete else ResponseFailed([reason])))


def _by_its_end(reply: ResponseParser) -> bool:
    """Whether the end of the connection is that of the body, as far as anybody can tell."""
    head = reply.head
    return head is not None and head.length is None and not head.chunked
