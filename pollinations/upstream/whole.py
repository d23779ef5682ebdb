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
class Beginning(Protocol):
    """
    Takes in the beginning of a body, and hangs up on the rest.

    :param limit: the most bytes that are kept.
    """

    _limit: int
    ended: "Deferred[None]" = attrs.field(init=False)
    """Fires when nothing more is taken in. Cancelling it hangs up."""

    reason: Failure | None = attrs.field(default=None, init=False)
    """Why nothing more comes; ``None`` when there was more than is kept."""

    _pieces: list[bytes] = attrs.field(factory=list, init=False)
    _room: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._room, self.ended = self._limit, Deferred(lambda _: self._hang_up())

    @property
    def taken(self) -> bytes:
        """What has come so far."""
        return b"".join(self._pieces)

    def dataReceived(self, data: bytes) -> None:
        """Some of the body has come."""
        self._pieces.append(data[: self._room])
        if len(data) > self._room:
            self._hang_up()
            self._end()
        self._room = max(0, self._room - len(data))

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Nothing more comes."""
        self._end(reason)

    def _end(self, reason: Failure | None = None) -> None:
        if not self.ended.called:
            self.reason = reason
            self.ended.callback(None)

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
    body = Beginning(limit)
    response.deliverBody(body)
    await body.ended
    if body.reason is None:
        raise BodyTooLarge(f"the reply is larger than {limit} bytes")
    # Without a length, a closed connection is the end; what is cut off is not valid JSON.
    if not body.reason.check(ResponseDone, PotentialDataLoss):
        body.reason.raiseException()
    return body.taken
