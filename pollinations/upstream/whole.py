"""Takes in a reply as a whole, for replies that are small: lists, account pages."""

from typing import Any, Protocol, cast

import attrs
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import ITCPTransport
from twisted.internet.protocol import Protocol as NetworkProtocol
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.iweb import IResponse


class Getter(Protocol):
    """What is asked of a treq client."""

    def get(
        self, url: str, /, *, headers: Any, allow_redirects: bool, unbuffered: bool, reactor: Any
    ) -> "Deferred[Any]": ...


class BodyTooLarge(Exception):
    """A reply was larger than it may be. The rest was not taken in."""


@attrs.define(eq=False, slots=False)
class _Whole(NetworkProtocol):
    _limit: int
    whole: Deferred[bytes] = attrs.field(init=False)
    _pieces: list[bytes] = attrs.field(factory=list, init=False)
    _size: int = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self.whole = Deferred(lambda _: self._hang_up())

    def dataReceived(self, data: bytes) -> None:
        self._size += len(data)
        if self._size <= self._limit:
            self._pieces.append(data)
        elif not self.whole.called:
            self.whole.errback(BodyTooLarge(f"the reply is larger than {self._limit} bytes"))
            self._hang_up()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self.whole.called:
            return
        # Without a length, a closed connection is the end; what is cut off is not valid JSON.
        if reason.check(ResponseDone, PotentialDataLoss):
            self.whole.callback(b"".join(self._pieces))
        else:
            self.whole.errback(reason)

    def _hang_up(self) -> None:
        if self.transport is not None:
            cast(ITCPTransport, self.transport).loseConnection()


async def read_whole(response: IResponse, limit: int) -> bytes:
    """
    The body of *response*, which must have been asked for unbuffered.

    Cancelling hangs up.

    :param limit: the most bytes that it may have.
    :raises BodyTooLarge: it has more.
    :raises twisted.web.client.ResponseFailed: the connection broke.
    """
    body = _Whole(limit)
    response.deliverBody(body)
    return await body.whole
