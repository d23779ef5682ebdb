"""Sends a request that is ready to an upstream and gives the body of its answer."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import attrs
from twisted.internet.defer import CancelledError, Deferred, TimeoutError
from twisted.internet.error import ConnectError, ConnectionClosed, DNSLookupError
from twisted.internet.error import TimeoutError as ConnectTimeout
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure
from twisted.web.client import RequestTransmissionFailed, ResponseFailed
from twisted.web.http_headers import Headers
from twisted.web.iweb import IResponse

from ..chat.request import ChatRequest
from ..errors import UpstreamFailed
from ..routing.error_reply import failure_from
from ..routing.traceparent import TraceContext
from ..stages import stages_for
from ..stages.answer import Answer
from ..stages.stage import Context, Stage
from .agent import Client, Whole
from .body import Body
from .sent import Fixed
from .whole import Beginning

REJECTION_LIMIT = 64 * 1024
"""The most bytes that are read of a reply that is no answer; the rest is dropped."""

REJECTION_PATIENCE = 2.0
"""Seconds for which the rest of such a reply is waited for."""


def _current(url: str | Callable[[], str]) -> Callable[[], str]:
    """What gives the address that counts at the moment: *url*, or what gives *url*."""
    return url if callable(url) else lambda: url


@attrs.define(eq=False, slots=False)
class Upstream:
    """
    A server that answers chat requests.

    :param client: a treq client; see :mod:`pollinations.upstream.agent`.
    :param url: where chat completions are posted, or what gives that at the moment.
    :param clock: measures its limits of time.
    :param key: gives the Bearer key at this moment, or ``None`` for a server that wants none.
    :param now: tells the time of day, in seconds since the epoch; by default *clock* does.
    :param stages: gives what an answer passes through, in order.
    """

    _client: Client
    _url: Callable[[], str] = attrs.field(converter=_current)
    _clock: IReactorTime
    _key: Callable[[], str | None] = attrs.field(default=lambda: None, repr=False)
    _now: Callable[[], float] = attrs.field(
        default=attrs.Factory(lambda self: self._clock.seconds, takes_self=True)
    )
    _stages: Callable[[Context], Sequence[Stage]] = attrs.field(default=stages_for)
    _given: tuple[str, str | None] | None = attrs.field(default=None, init=False, repr=False)
    """The name and the key that the usual headers are made of, which seldom change."""

    _usual: Fixed = attrs.field(factory=Fixed, init=False, repr=False)

    async def open(self, sent: bytes, context: Context, trace: TraceContext | None = None) -> Body:
        """
        Ask, and wait until the answer is known to be one: its first bytes are ready to leave.

        :param sent: the request that is posted, as JSON.
        :param context: what the stages of the answer may know.
        :param trace: where this stands in a trace, if somebody follows it.
        :raises UpstreamFailed: there is no answer; nothing has reached the client.
        """
        response = await self._ask(sent, context, trace)
        if response.code != 200:
            raise await self._rejection(response)
        body = self._body(response, context)
        response.deliverBody(body)
        await body.started
        return body

    async def _ask(self, sent: bytes, context: Context, trace: TraceContext | None) -> IResponse:
        asked = self._client.post(
            self._url(),
            data=Whole(sent),
            headers=self._headers(context.settings.user_agent, trace),
            allow_redirects=False,
            unbuffered=True,
            reactor=self._clock,
        )
        waiting = _Waiting(asked)
        limit = self._clock.callLater(context.settings.timeouts.first_byte, waiting.give_up)
        try:
            return await waiting.response
        except (ConnectError, DNSLookupError) as e:
            raise _unreached(e) from e
        except (ResponseFailed, RequestTransmissionFailed, ConnectionClosed) as e:
            raise UpstreamFailed("first_byte", 502, "The upstream hung up.") from e
        finally:
            if limit.active():
                limit.cancel()

    def _headers(self, user_agent: str, trace: TraceContext | None) -> Headers:
        given = user_agent, self._key()
        if given != self._given:
            self._given, self._usual = given, Fixed(_usual_headers(*given))
        followed = trace.headers if trace else None
        if not followed:
            return self._usual
        return Headers({**dict(self._usual.getAllRawHeaders()), **_listed(followed)})

    def _body(self, response: IResponse, context: Context) -> Body:
        timeouts = context.settings.timeouts
        answer = Answer(context, self._stages(context), _sends_events(response, context.request))
        keepalive = context.settings.keepalive if context.request.stream else None
        return Body(answer, self._clock, timeouts.idle, keepalive, timeouts.first_token)

    async def _rejection(self, response: IResponse) -> UpstreamFailed:
        body = Beginning(REJECTION_LIMIT)
        response.deliverBody(body)
        with suppress(TimeoutError):
            await body.ended.addTimeout(REJECTION_PATIENCE, self._clock)
        return failure_from(response.code, response.headers, body.taken, self._now())


def _usual_headers(user_agent: str, key: str | None) -> dict[bytes, list[bytes]]:
    """What an upstream is told with each request."""
    headers = {
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "User-Agent": user_agent,
    }
    return _listed({**headers, "Authorization": f"Bearer {key}"} if key else headers)


def _listed(headers: Mapping[str, str]) -> dict[bytes, list[bytes]]:
    return {name.encode(): [value.encode()] for name, value in headers.items()}


def _unreached(error: Exception) -> UpstreamFailed:
    if isinstance(error, ConnectTimeout):
        return UpstreamFailed("connect", 504, "The upstream could not be reached in time.")
    return UpstreamFailed("connect", 502, "The upstream cannot be reached.")


@attrs.define(eq=False)
class _Waiting:
    """
    Waits for a response, and knows who gave up waiting.

    A request that is cancelled fails with one error or another, depending on how far it had come:
    what it says then is nobody's failure.

    :param asked: the request.
    """

    _asked: "Deferred[IResponse]" = attrs.field(repr=False)
    response: "Deferred[IResponse]" = attrs.field(init=False, repr=False)
    _given_up: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self.response = Deferred(self._left)
        self._asked.addBoth(self._came)

    def give_up(self) -> None:
        """It has taken too long."""
        message = "The upstream did not answer in time."
        self.response.errback(UpstreamFailed("first_byte", 504, message))
        self._left()

    def _left(self, _: object = None) -> None:
        """Whoever waited has gone."""
        self._given_up = True
        self._asked.cancel()

    def _came(self, result: Any) -> None:
        if not self._given_up:
            self.response.callback(result)
        elif not isinstance(result, Failure):
            # It came all the same: nobody reads it.
            body = Beginning(0)
            body.ended.addErrback(lambda failure: failure.trap(CancelledError))
            result.deliverBody(body)
            body.ended.cancel()


def _sends_events(response: IResponse, asked: ChatRequest) -> bool:
    """Whether the body is a stream of events, by what the upstream says, else by what we asked."""
    kind = (response.headers.getRawHeaders("Content-Type") or [""])[0].lower()
    if kind.startswith("text/event-stream"):
        return True
    return asked.stream and not kind.startswith(("application/json", "text/html"))
