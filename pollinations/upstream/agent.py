"""The HTTP client that upstreams are spoken to with."""

from collections.abc import Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Protocol

import attrs
from treq.client import HTTPClient
from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.error import ConnectingCancelledError
from twisted.internet.interfaces import IConsumer
from twisted.web.client import Agent, BrowserLikePolicyForHTTPS, HTTPConnectionPool
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IBodyProducer, IResponse
from zope.interface import implementer

from .current import current_number

CONNECTIONS = 64
"""The most idle connections that are kept for one host; Twisted's two would mean a handshake for
nearly every request."""

IDLE_CONNECTION = 50
"""Seconds for which an idle connection is kept; less than upstreams keep theirs."""


_CANCELLED = (CancelledError, ConnectingCancelledError)


class Client(Protocol):
    """What is asked of a treq client."""

    def get(
        self, url: str, /, *, headers: Any, allow_redirects: bool, unbuffered: bool, reactor: Any
    ) -> "Deferred[Any]": ...

    def post(
        self,
        url: str,
        /,
        *,
        data: Any,
        headers: Any,
        allow_redirects: bool,
        unbuffered: bool,
        reactor: Any,
    ) -> "Deferred[Any]": ...


@implementer(IAgent)
@attrs.frozen
class PlainAgent:
    """
    Asks for bodies as they are: a compressed stream of events is a delayed one.

    :param agent: does the asking.
    """

    _agent: IAgent

    def request(
        self,
        method: bytes,
        uri: bytes,
        headers: Headers | None = None,
        bodyProducer: IBodyProducer | None = None,
    ) -> "Deferred[IResponse]":
        """See :class:`twisted.web.iweb.IAgent`."""
        plain = Headers() if headers is None else headers.copy()
        plain.setRawHeaders(b"Accept-Encoding", [b"identity"])
        return self._agent.request(method, uri, plain, bodyProducer)


@implementer(IBodyProducer)
@attrs.define(eq=False)
class Whole:
    """
    A body that is in memory already, written in one go.

    :param body: the bytes.
    """

    body: bytes = attrs.field(repr=False)
    length: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.length = len(self.body)

    def startProducing(self, consumer: IConsumer) -> "Deferred[None]":
        """Write all of it; the transport does the rest."""
        consumer.write(self.body)
        return succeed(None)

    def pauseProducing(self) -> None:
        """Nothing is left to pause."""

    def resumeProducing(self) -> None:
        """Nothing is left to resume."""

    def stopProducing(self) -> None:
        """Nothing is left to stop."""


@implementer(IAgent)
@attrs.define(eq=False)
class _PatientAgent:
    """
    Connects with the patience that counts at the moment.

    :param pool: keeps the connections, whatever the patience was that they were made with.
    :param patience: gives the seconds until a connection must stand.
    """

    _reactor: Any
    _pool: HTTPConnectionPool
    _patience: Callable[[], float]
    _policy: BrowserLikePolicyForHTTPS = attrs.field(factory=BrowserLikePolicyForHTTPS)

    def request(
        self,
        method: bytes,
        uri: bytes,
        headers: Headers | None = None,
        bodyProducer: IBodyProducer | None = None,
    ) -> "Deferred[IResponse]":
        """See :class:`twisted.web.iweb.IAgent`."""
        agent = Agent(self._reactor, self._policy, self._patience(), pool=self._pool)
        return agent.request(method, uri, headers, bodyProducer)


def http_client(agent: IAgent) -> HTTPClient:
    """A treq client over *agent* that keeps no cookies and asks for bodies as they are."""
    none: Any = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    return HTTPClient(PlainAgent(agent), cookiejar=none)


def network_client(reactor: Any, connect_timeout: float | Callable[[], float]) -> HTTPClient:
    """
    A treq client that reaches the network.

    :param connect_timeout: seconds until a connection must stand, or what gives them.
    """
    pool = HTTPConnectionPool(reactor)
    # Each connection of ours is not news.
    pool._factory.noisy = False
    pool.maxPersistentPerHost = CONNECTIONS
    pool.cachedConnectionTimeout = IDLE_CONNECTION
    return http_client(_PatientAgent(reactor, pool, current_number(connect_timeout)))


def was_cancelled(error: Exception) -> bool:
    """Whether *error* is a cancellation, which a request that was sent wraps."""
    reasons = getattr(error, "reasons", None) or ()
    return isinstance(error, _CANCELLED) or any(r.check(*_CANCELLED) for r in reasons)
