"""The connections to upstreams: made when they are needed, and kept to be used again."""

from collections.abc import Callable
from typing import Any, Final

import attrs
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.defer import Deferred, fail
from twisted.internet.endpoints import (
    HostnameEndpoint,
    TCP4ClientEndpoint,
    TCP6ClientEndpoint,
    wrapClientTLS,
)
from twisted.internet.error import TimeoutError as ConnectTimeout
from twisted.internet.interfaces import IDelayedCall, IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.web.client import BrowserLikePolicyForHTTPS
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IBodyProducer, IPolicyForHTTPS, IResponse
from zope.interface import implementer

from .connection import Connection
from .sent import Unsendable, Whole, address_of, head_of

CONNECTIONS: Final = 64
"""The most idle connections that are kept for one server; Twisted's two would mean a handshake for
nearly every request."""

IDLE: Final = 50.0
"""Seconds for which an idle connection is kept; less than upstreams keep theirs."""


@implementer(IAgent)
@attrs.define(eq=False, slots=False)
class PooledAgent:
    """
    Sends requests whose bodies are in memory over connections that it keeps.

    It follows no redirects, keeps no cookies and asks for no compression: what comes is what was
    sent, as it was sent. Its errors are Twisted's.

    :param reactor: makes the connections, and tells the time.
    :param patience: gives the seconds within which one must stand, its handshake included.
    :param policy: gives a server's TLS options; asked once for each.
    """

    _reactor: Any
    _patience: Callable[[], float]
    _policy: IPolicyForHTTPS = attrs.field(factory=BrowserLikePolicyForHTTPS)
    _servers: "dict[tuple[bool, str, int], _Server]" = attrs.field(factory=dict, init=False)
    _closed: bool = attrs.field(default=False, init=False)

    def request(
        self,
        method: bytes,
        uri: bytes,
        headers: Headers | None = None,
        bodyProducer: IBodyProducer | None = None,
    ) -> "Deferred[IResponse]":
        """
        See :class:`twisted.web.iweb.IAgent`.

        :param bodyProducer: a :class:`.sent.Whole`.
        """
        try:
            server, head, body = self._ready(method, uri, headers, bodyProducer)
        except Exception:
            return fail()
        return server.ask(head, body)

    def close(self) -> None:
        """Keep no connections any more; those on which something is under way go with that."""
        self._closed = True
        for server in self._servers.values():
            server.close()

    def _ready(
        self,
        method: bytes,
        uri: bytes,
        headers: Headers | None,
        body: IBodyProducer | None,
    ) -> "tuple[_Server, bytes, bytes]":
        """Who is asked, and what is sent there."""
        if not (body is None or isinstance(body, Whole)):
            raise TypeError(f"a body must be in memory, and this is a {type(body).__name__}")
        address = address_of(uri)
        head = head_of(method, address, headers, None if body is None else body.length)
        server = self._servers.get(address.server)
        if server is None:
            server = self._servers[address.server] = self._server(*address.server)
        return server, head, b"" if body is None else body.body

    def _server(self, secure: bool, host: str, port: int) -> "_Server":
        options: Any = None
        if secure:
            # A context for each connection would cost more than the connection.
            try:
                options = self._policy.creatorForNetloc(host.encode("ascii"), port)
            except ValueError as e:
                raise Unsendable(string="This is no name of a server.") from e

        def endpoint(patience: float) -> IStreamClientEndpoint:
            plain = _plain(host)(self._reactor, host, port, patience)
            return plain if options is None else wrapClientTLS(options, plain)

        return _Server(self._reactor, endpoint, self._patience, secure, lambda: self._closed)


@attrs.define(eq=False, slots=False)
class _Server:
    """The connections to one server."""

    _reactor: Any
    _endpoint: Callable[[float], IStreamClientEndpoint]
    _patience: Callable[[], float]
    _secure: bool
    _closed: Callable[[], bool]
    _idle: dict[Connection, float] = attrs.field(factory=dict, init=False)
    """Since when each of them rests, the longest first."""

    _sweeping: IDelayedCall | None = attrs.field(default=None, init=False)

    def ask(self, head: bytes, body: bytes) -> "Deferred[IResponse]":
        """Ask on the connection that was used last, or on a new one."""
        if not self._idle:
            return Deferred.fromCoroutine(self._ask_anew(head, body))
        # One that was closed at the other end meanwhile fails like any other: whether the request
        # had come there, nobody knows.
        return self._idle.popitem()[0].ask(head, body)

    async def _ask_anew(self, head: bytes, body: bytes) -> IResponse:
        connection = await self._connected()
        return await connection.ask(head, body)

    def close(self) -> None:
        """Close those that rest."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            self._sweeping = None
        while self._idle:
            self._idle.popitem()[0].hang_up()

    async def _connected(self) -> Connection:
        patience = self._patience()
        factory = Factory.forProtocol(self._connection)
        # Each connection of ours is not news.
        factory.noisy = False
        try:
            connection: Any = await self._endpoint(patience).connect(factory)
        except ValueError as e:
            raise Unsendable(string="This is no name of a server.") from e
        if self._secure:
            connection.made.addTimeout(patience, self._reactor, _too_slow)
            await connection.made
        made: Connection = connection
        return made

    def _connection(self) -> Connection:
        return Connection(self._secure, self._rests, self._gone)

    def _rests(self, connection: Connection) -> None:
        if self._closed():
            return connection.hang_up()
        self._idle[connection] = self._reactor.seconds()
        if len(self._idle) > CONNECTIONS:
            self._hang_up_oldest()
        if self._sweeping is None:
            self._sweeping = self._reactor.callLater(IDLE, self._sweep)
        return None

    def _gone(self, connection: Connection) -> None:
        self._idle.pop(connection, None)

    def _hang_up_oldest(self) -> None:
        oldest = next(iter(self._idle))
        del self._idle[oldest]
        oldest.hang_up()

    def _sweep(self) -> None:
        """Close what has rested for too long; one timer does for all."""
        now, self._sweeping = self._reactor.seconds(), None
        while self._idle:
            due = next(iter(self._idle.values())) + IDLE - now
            if due > 0:
                self._sweeping = self._reactor.callLater(due, self._sweep)
                return
            self._hang_up_oldest()


def _plain(host: str) -> Callable[..., IStreamClientEndpoint]:
    """What connects to *host*. What a name means is found out in a thread; an address is known."""
    if isIPAddress(host):
        return TCP4ClientEndpoint
    return TCP6ClientEndpoint if isIPv6Address(host) else HostnameEndpoint


def _too_slow(result: object, patience: float) -> None:
    raise ConnectTimeout(string=f"no handshake within {patience:g} s")
