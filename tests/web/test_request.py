"""Requests are bounded in size and in the time they take to arrive, before anybody reads them."""

from typing import Any

import orjson
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource

from pollinations.settings.schema import Listener
from pollinations.web.channel import LINGER
from pollinations.web.guard import Guard
from pollinations.web.request import BoundedSite

BOUNDS = Listener(body_limit=2000, arrival=10.0)
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


class Echo(Resource):
    """Answers with the length of what it was sent."""

    isLeaf = True

    def render_POST(self, request: Any) -> bytes:
        return b"%d" % len(request.content.read())


class BoundedSiteTests(SynchronousTestCase):
    """Tests for :class:`pollinations.web.request.BoundedSite`."""

    def setUp(self) -> None:
        self.clock, self.looks = Clock(), 0
        resource: Any = Guard(Echo(), lambda: BOUNDS, self.token)
        site = BoundedSite(resource, lambda: BOUNDS, reactor=self.clock)
        self.told: list[tuple[str, int]] = []
        site.observers.append(lambda path, status: self.told.append((path, status)))
        self.channel: Any = site.buildProtocol(None)
        self.transport = StringTransport()
        self.transport.abortConnection = self.transport.loseConnection
        self.channel.makeConnection(self.transport)

    def token(self) -> None:
        """There is none; but the guard has looked."""
        self.looks += 1

    def sent(self, *pieces: bytes) -> bytes:
        """Send *pieces*; all that came back so far."""
        for piece in pieces:
            self.channel.dataReceived(piece)
        return self.transport.value()

    def assertRefused(self, status: bytes) -> None:
        """There was one answer, in OpenAI's form, that closes the connection."""
        head, _, body = self.transport.value().partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 " + status), head)
        self.assertIn(b"Connection: close", head)
        self.assertEqual(orjson.loads(body)["error"]["type"], "invalid_request_error")

    def test_a_body_within_the_limit(self) -> None:
        """Is read whole, however it came."""
        got = self.sent(HEAD + b"Content-Length: 2000\r\n\r\n", b"x" * 1000, b"x" * 1000)
        self.assertTrue(got.endswith(b"2000"))

    def test_the_guard_is_asked_once(self) -> None:
        """Before the body comes; or when there is none to come."""
        for length in (b"2", b"0"):
            self.looks = 0
            self.sent(HEAD + b"Content-Length: " + length + b"\r\n\r\n", b"x" * int(length))
            self.assertEqual(self.looks, 1)

    def test_a_length_over_the_limit_is_refused_at_once(self) -> None:
        """Before any of the body has come."""
        self.sent(HEAD + b"Content-Length: 2001\r\n\r\n")
        self.assertRefused(b"413")

    def test_a_refusal_is_told_to_those_who_count(self) -> None:
        """With the path, without what was asked of it; what came whole is the guard's to tell."""
        self.sent(HEAD + b"Content-Length: 1\r\n\r\n", b"x")
        self.assertEqual(self.told, [])
        self.sent(HEAD.replace(b" HTTP", b"?q=1 HTTP", 1) + b"Content-Length: 3000\r\n\r\n")
        path = HEAD.split()[1].decode()
        self.assertEqual(self.told, [(path, 413)])

    def test_a_refusal_of_what_is_no_request_is_told_too(self) -> None:
        """It has no path."""
        self.sent(b"\x16\x03\x01\r\n")
        self.assertEqual(self.told, [("", 400)])

    def test_what_is_sent_all_the_same_is_dropped(self) -> None:
        """The connection stays open for it a while, so that the client reads the refusal."""
        self.sent(HEAD + b"Content-Length: 3000\r\n\r\n", b"x" * 1500, b"x" * 1500)
        self.assertFalse(self.transport.disconnecting)
        self.sent(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertRefused(b"413")

    def test_nobody_goes_on_for_ever(self) -> None:
        """Some seconds are enough to read a refusal."""
        self.sent(HEAD + b"Content-Length: 3000\r\n\r\n")
        self.clock.advance(LINGER + 1)
        self.assertTrue(self.transport.disconnecting)
        self.assertRefused(b"413")

    def test_a_chunked_body_is_counted(self) -> None:
        """It names no length, and is refused where it passes the limit."""
        chunk = b"3e8\r\n" + b"x" * 1000 + b"\r\n"
        self.sent(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunk, chunk)
        self.assertEqual(self.transport.value(), b"")
        self.sent(chunk)
        self.assertRefused(b"413")
        self.sent(b"0\r\n\r\n")
        self.clock.advance(LINGER)
        self.assertTrue(self.transport.disconnecting)

    def test_a_body_that_drips_is_refused(self) -> None:
        """The whole of it has so many seconds to arrive, and each byte does not give it more."""
        self.sent(HEAD + b"Content-Length: 100\r\n\r\n")
        for _ in range(9):
            self.clock.advance(1)
            self.sent(b"x")
        self.assertEqual(self.transport.value(), b"")
        self.clock.advance(2)
        self.assertRefused(b"408")

    def test_headers_that_drip_are_refused(self) -> None:
        """A line now and then does not give them more time either."""
        self.sent(HEAD)
        for _ in range(9):
            self.clock.advance(1)
            self.sent(b"X-More: 1\r\n")
        self.assertEqual(self.transport.value(), b"")
        self.clock.advance(2)
        self.assertRefused(b"408")

    def test_a_refusal_has_a_name(self) -> None:
        """The client's, if it sent a sane one."""
        self.sent(HEAD + b"X-Request-Id: mine\r\nContent-Length: 3000\r\n\r\n")
        self.assertIn(b"X-Request-Id: mine", self.transport.value())

    def test_a_client_that_leaves_leaves_nothing(self) -> None:
        """No timer waits for a body that never comes."""
        self.sent(HEAD + b"Content-Length: 100\r\n\r\n")
        self.channel.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_two_hosts_are_refused(self) -> None:
        """Which of them counts is a matter of taste, and tastes differ."""
        got = self.sent(HEAD + b"Host: evil.example\r\nContent-Length: 0\r\n\r\n")
        self.assertTrue(got.startswith(b"HTTP/1.1 400"))

    def test_no_host_is_refused(self) -> None:
        """Browsers always send one; nobody else need be let in without."""
        got = self.sent(b"GET / HTTP/1.0\r\n\r\n")
        self.assertIn(b" 400 ", got.partition(b"\r\n")[0])

    def test_a_form_is_not_taken(self) -> None:
        """Pages may send forms without asking first."""
        head = HEAD.replace(b"application/json", b"multipart/form-data; boundary=x")
        got = self.sent(head + b"Content-Length: 5\r\n\r\n--x--")
        self.assertTrue(got.startswith(b"HTTP/1.1 415"))
