"""Takes in a reply as a whole, for replies that are small: lists, account pages."""

from typing import Any, NoReturn, cast

import attrs
import orjson
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime, ITCPTransport
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.iweb import IResponse

from .agent import Client, was_cancelled


class Unavailable(Exception):
    """A page was not to be had; the message says why, without its words."""


class BodyTooLarge(Unavailable):
    """A reply was larger than it may be. The rest was not taken in."""


async def get_json(
    client: Client,
    url: str,
    key: str | None,
    clock: IReactorTime,
    *,
    timeout: float,
    limit: int,
    user_agent: str,
) -> tuple[int, Any]:
    """
    The status of a page, and what it holds; ``None`` when that is not JSON.

    :param client: a treq client. It keeps to *url*: a redirect is a page like any other.
    :param key: the Bearer key, or ``None`` to send none.
    :param clock: measures the limit of time.
    :param timeout: seconds until all of it must be there.
    :param limit: the most bytes that it may have.
    :param user_agent: what the server is told that we are.
    :raises Unavailable: it was not to be had.
    """
    headers = {"Accept": "application/json", "User-Agent": user_agent}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    asked = Deferred.fromCoroutine(_asked(client, url, headers, clock, limit))
    try:
        status, body = await asked.addTimeout(timeout, clock, _too_slow)
    except Unavailable:
        raise
    except Exception as e:
        if was_cancelled(e):
            raise CancelledError() from e
        # A network fails in more ways than anyone has listed, and none of them is ours.
        raise Unavailable(type(e).__name__) from e
    return status, _parsed(body)


async def _asked(
    client: Client, url: str, headers: dict[str, str], clock: IReactorTime, limit: int
) -> tuple[int, bytes]:
    response: IResponse = await client.get(
        url, headers=headers, allow_redirects=False, unbuffered=True, reactor=clock
    )
    return response.code, await read_whole(response, limit)


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _too_slow(_: Any, patience: float) -> NoReturn:
    raise Unavailable(f"it took longer than {patience:g} s")


@attrs.define(eq=False, slots=False)
class _Whole(Protocol):
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
