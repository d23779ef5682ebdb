"""Which connection a request goes over, and how long connections live."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import attrs
from twisted.internet.address import IPv4Address
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import (
    ConnectError,
    ConnectingCancelledError,
    ConnectionDone,
    ConnectionLost,
    ConnectionRefusedError,
    DNSLookupError,
)
from twisted.internet.error import TimeoutError as ConnectTimeout
from twisted.internet.interfaces import (
    IHostnameResolver,
    IHostResolution,
)
from twisted.internet.protocol import Protocol
from twisted.internet.ssl import optionsForClientTLS
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import FileBodyProducer, ResponseFailed, ResponseNeverReceived
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IPolicyForHTTPS
from zope.interface import implementer
from zope.interface.verify import verifyObject

from pollinations.upstream.pool import CONNECTIONS, IDLE, PooledAgent
from pollinations.upstream.sent import Unsendable, Whole

URL = b"http://example.org/v1/x?y=z"
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@implementer(IHostResolution)
@attrs.frozen
class Resolution:
    """A name that is being looked up."""

    name: str

    def cancel(self) -> None:
        """Nobody waits for it."""


@implementer(IHostnameResolver)
@attrs.frozen
class Names:
    """Finds one address for each name but one."""

    def resolveHostName(self, receiver: Any, hostName: str, portNumber: int = 0, *_: Any) -> Any:
        """Say it at once."""
        found = Resolution(hostName)
        receiver.resolutionBegan(found)
        if hostName != "nowhere.example":
            receiver.addressResolved(IPv4Address("TCP", "192.0.2.1", portNumber))
        receiver.resolutionComplete()
        return found


class Socket(StringTransport):
    """A transport that can do what those of TCP can."""

    def setTcpNoDelay(self, enabled: bool) -> None:
        """Nothing is ever delayed."""


class Sink(Protocol):
    """Takes a body."""

    body = b""

    def dataReceived(self, data: bytes) -> None:
        self.body += data


@implementer(IPolicyForHTTPS)
@attrs.define
class Policy:
    """Remembers which servers there were to be options for."""

    asked: list[tuple[bytes, int]] = attrs.field(factory=list)

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        """Those that any client has."""
        self.asked.append((hostname, port))
        return optionsForClientTLS(hostname.decode())


class Case(SynchronousTestCase):
    """An agent before servers that the test plays."""

    def setUp(self) -> None:
        self.reactor, self.policy, self.patience = MemoryReactorClock(), Policy(), 10.0
        self.reactor.installNameResolver(Names())
        self.agent = PooledAgent(self.reactor, lambda: self.patience, self.policy)
        self.bodies: list[Sink] = []

    def ask(
        self, url: bytes = URL, method: bytes = b"POST", body: bytes | None = b"{}"
    ) -> "Deferred[Any]":
        """Send a request; what comes of its body is in ``bodies``."""
        sent = None if body is None else Whole(body)
        asked: Any = self.agent.request(method, url, Headers({"A": ["b"]}), sent)
        return asked.addCallback(self.take)

    def take(self, response: Any) -> Any:
        sink = Sink()
        self.bodies.append(sink)
        response.deliverBody(sink)
        return response

    def accept(self) -> Any:
        """Let the last connection that was wanted be made; its protocol."""
        factory = self.reactor.tcpClients[-1][2]
        protocol = factory.buildProtocol(IPv4Address("TCP", "192.0.2.1", 80))
        protocol.makeConnection(Socket())
        return protocol

    def reply(self, protocol: Any, data: bytes = REPLY) -> None:
        """Let a server answer."""
        protocol.dataReceived(data)

    def lose(self, protocol: Any, error: Any = ConnectionDone) -> None:
        """Let a server hang up."""
        protocol.connectionLost(Failure(error()))

    def rested(self, count: int = 1) -> Sequence[Any]:
        """So many connections, on each of which a request was answered."""
        asked = [(self.ask(), self.accept()) for _ in range(count)]
        for _, protocol in asked:
            self.reply(protocol)
        return [protocol for _, protocol in asked]

    @property
    def wanted(self) -> int:
        """How many connections were wanted so far."""
        return len(self.reactor.tcpClients)


class AskingTests(Case):
    """Tests for :meth:`pollinations.upstream.pool.PooledAgent.request`."""

    def test_it_is_an_agent(self) -> None:
        """Treq takes it for one."""
        verifyObject(IAgent, self.agent)

    def test_a_request_whole(self) -> None:
        """It goes out in one piece, and its reply comes back."""
        asked = self.ask()
        self.assertEqual(self.reactor.tcpClients[0][:2], ("192.0.2.1", 80))
        protocol = self.accept()
        head, _, body = protocol.transport.value().partition(b"\r\n\r\n")
        self.assertEqual(
            head.split(b"\r\n"),
            [
                b"POST /v1/x?y=z HTTP/1.1",
                b"Host: example.org",
                b"Accept-Encoding: identity",
                b"A: b",
                b"Content-Length: 2",
            ],
        )
        self.assertEqual(body, b"{}")
        self.reply(protocol)
        self.assertEqual(self.successResultOf(asked).code, 200)
        self.assertEqual(self.bodies[0].body, b"ok")

    def test_an_address_needs_no_resolver(self) -> None:
        """It is connected to as it is, in either form."""
        self.reactor.installNameResolver(None)
        for url in (b"http://192.0.2.7:81/", b"http://[2001:db8::7]:81/"):
            self.ask(url)
        hosts = [client[:2] for client in self.reactor.tcpClients]
        self.assertEqual(hosts, [("192.0.2.7", 81), ("2001:db8::7", 81)])

    def test_a_get_has_no_body(self) -> None:
        """Nor a length of one."""
        self.ask(method=b"GET", body=None)
        sent = self.accept().transport.value()
        self.assertNotIn(b"Content-Length", sent)
        self.assertTrue(sent.endswith(b"\r\n\r\n"))

    def test_patience_is_asked_for_each_time(self) -> None:
        """It is a setting, and may have changed."""
        for patience in (10.0, 3.0):
            self.patience = patience
            self.ask()
            self.assertEqual(self.reactor.tcpClients[-1][3], patience)

    def test_a_body_that_is_not_in_memory(self) -> None:
        """Whoever brings one learns so at once."""
        asked: Any = self.agent.request(b"POST", URL, None, FileBodyProducer(BytesIO(b"{}")))
        self.failureResultOf(asked, TypeError)

    def test_what_cannot_be_asked(self) -> None:
        """It fails as a connection does, and none is wanted."""
        for url in (b"ftp://example.org/", b"http://u:p@example.org/", b"http:///x", b"x"):
            self.failureResultOf(self.ask(url), Unsendable, ConnectError)
        self.assertEqual(self.wanted, 0)

    def test_names_that_nobody_has(self) -> None:
        """They fail as Twisted fails, and ours say so as connections do."""
        self.failureResultOf(self.ask(b"http://nowhere.example/"), DNSLookupError)
        long = b"x" * 70
        for scheme in (b"http", b"https"):
            self.failureResultOf(self.ask(scheme + b"://" + long + b".example/"), ConnectError)

    def test_nobody_there(self) -> None:
        """The last error of a connection counts."""
        asked = self.ask()
        factory = self.reactor.tcpClients[-1][2]
        factory.clientConnectionFailed(None, Failure(ConnectionRefusedError()))
        self.reactor.advance(1)
        self.failureResultOf(asked, ConnectionRefusedError)

    def test_cancelling_while_connecting(self) -> None:
        """The connection is given up in the same turn."""
        asked = self.ask()
        asked.cancel()
        self.failureResultOf(asked, CancelledError, ConnectingCancelledError)
        self.assertTrue(self.reactor.connectors[-1].stoppedConnecting)

    def test_cancelling_later(self) -> None:
        """Before the head, and in the body: the server is freed in the same turn."""
        asked = self.ask()
        protocol = self.accept()
        asked.cancel()
        self.failureResultOf(asked, CancelledError)
        self.assertTrue(protocol.transport.disconnecting)
        self.assertEqual(self.wanted, 1)


class KeepingTests(Case):
    """Tests for connections that serve more than one request."""

    def test_a_connection_is_used_again(self) -> None:
        """For the same server, whatever is asked there."""
        [protocol] = self.rested()
        asked = self.ask(b"http://example.org/other")
        self.assertEqual(self.wanted, 1)
        self.reply(protocol)
        self.assertEqual(self.successResultOf(asked).code, 200)

    def test_servers_do_not_share(self) -> None:
        """Another name, another port and another scheme are other servers."""
        self.rested()
        for url in (b"http://example.com/", b"http://example.org:8080/", b"https://example.org/"):
            before = self.wanted
            self.ask(url)
            self.assertEqual(self.wanted, before + 1)

    def test_one_request_at_a_time(self) -> None:
        """A second one gets a connection of its own; the one that was used last goes first."""
        first, second = self.rested(2)
        sent = []
        for _ in range(3):
            self.ask()
            sent.append([one.transport.value().count(b"POST") for one in (first, second)])
        self.assertEqual(sent, [[1, 2], [2, 2], [2, 2]])
        self.assertEqual(self.wanted, 3)

    def test_a_connection_that_is_closed_while_it_rests(self) -> None:
        """It is forgotten."""
        [protocol] = self.rested()
        self.lose(protocol)
        self.ask()
        self.assertEqual(self.wanted, 2)

    def test_a_connection_that_speaks_while_it_rests(self) -> None:
        """Whatever that is, it could pass for the next reply."""
        [protocol] = self.rested()
        self.reply(protocol)
        self.assertTrue(protocol.transport.disconnecting)
        self.ask()
        self.assertEqual(self.wanted, 2)

    def test_so_many_are_kept_and_no_more(self) -> None:
        """The one that has rested longest goes."""
        protocols = self.rested(CONNECTIONS + 1)
        closed = [bool(one.transport.disconnecting) for one in protocols]
        self.assertEqual(closed, [True] + [False] * CONNECTIONS)

    def test_so_long_and_no_longer(self) -> None:
        """One timer closes each in its time, and none is left after that."""
        [first] = self.rested()
        self.reactor.advance(IDLE / 2)
        self.ask()
        self.ask()
        self.reply(first)
        fresh = self.accept()
        self.reply(fresh)
        self.reactor.advance(IDLE / 2)
        self.assertFalse(first.transport.disconnecting)
        self.reactor.advance(IDLE / 2)
        self.assertTrue(first.transport.disconnecting)
        self.assertTrue(fresh.transport.disconnecting)
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_after_the_end_none_is_kept(self) -> None:
        """Those that rest are closed, others when they are done; no timer is left."""
        [first] = self.rested()
        self.ask()
        self.ask()
        second = self.accept()
        self.agent.close()
        self.assertFalse(first.transport.disconnecting)
        self.reply(first)
        self.reply(second)
        for protocol in (first, second):
            self.assertTrue(protocol.transport.disconnecting)
        self.assertEqual([sink.body for sink in self.bodies], [b"ok"] * 3)
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_the_end_of_those_that_rest(self) -> None:
        """At once."""
        [first] = self.rested()
        self.agent.close()
        self.assertTrue(first.transport.disconnecting)
        self.assertEqual(self.reactor.getDelayedCalls(), [])


class StaleTests(Case):
    """Tests for connections that the server closes just when something is asked on them."""

    def stale(self, said: bytes = b"") -> "Deferred[Any]":
        """A request on a connection that is lost after it."""
        [protocol] = self.rested()
        asked = self.ask()
        if said:
            self.reply(protocol, said)
        self.lose(protocol, ConnectionLost)
        return asked

    def test_nothing_is_sent_twice(self) -> None:
        """The server may have seen it; retries are counted elsewhere."""
        self.failureResultOf(self.stale(), ResponseNeverReceived)
        self.assertEqual(self.wanted, 1)

    def test_something_has_come(self) -> None:
        """The server has seen it."""
        self.failureResultOf(self.stale(b"HTTP/1.1 2"), ResponseFailed)
        self.assertEqual(self.wanted, 1)

    def test_nobody_waits(self) -> None:
        """The connection is not used again either."""
        [protocol] = self.rested()
        asked = self.ask()
        asked.cancel()
        self.failureResultOf(asked, CancelledError)
        self.lose(protocol, ConnectionLost)
        self.assertEqual(self.wanted, 1)


class SecureTests(Case):
    """Tests for servers that are spoken to by TLS; real handshakes are in the integration tests."""

    def test_options_are_made_once_for_a_server(self) -> None:
        """They cost more than a connection."""
        for _ in range(3):
            self.ask(b"https://example.org/")
        self.ask(b"https://example.org:8443/")
        self.assertEqual(self.policy.asked, [(b"example.org", 443), (b"example.org", 8443)])
        self.assertEqual(self.reactor.tcpClients[0][:2], ("192.0.2.1", 443))

    def test_a_handshake_takes_no_longer_than_a_connection_may(self) -> None:
        """A server that is there and says nothing is not there."""
        asked = self.ask(b"https://example.org/")
        protocol = self.accept()
        self.reactor.advance(9)
        self.assertNoResult(asked)
        self.reactor.advance(2)
        self.failureResultOf(asked, ConnectTimeout)
        self.assertTrue(protocol.transport.disconnecting)

    def test_no_key_before_the_handshake(self) -> None:
        """All that is sent is the beginning of one."""
        self.ask(b"https://example.org/")
        self.assertNotIn(b"POST", self.accept().transport.value())

    def test_what_is_no_handshake(self) -> None:
        """A server that speaks plainly cannot be reached."""
        asked = self.ask(b"https://example.org/")
        protocol = self.accept()
        protocol.dataReceived(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        self.lose(protocol)
        self.failureResultOf(asked, ConnectError)

    def test_cancelling_in_the_handshake(self) -> None:
        """It is given up in the same turn."""
        asked = self.ask(b"https://example.org/")
        protocol = self.accept()
        asked.cancel()
        self.failureResultOf(asked, CancelledError)
        self.assertTrue(protocol.transport.disconnecting)
        self.assertEqual([c for c in self.reactor.getDelayedCalls() if c.getTime() > 1], [])
