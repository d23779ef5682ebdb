"""What comes through a connection is bounded, and what is not HTTP is refused in words."""

from typing import Any

import attrs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from pollinations.settings.schema import Listener
from pollinations.testing.malformed import BODY_LIMIT, MALFORMED, PORT, Malformed
from pollinations.web.channel import LINGER
from pollinations.web.connections import room
from pollinations.web.guard import Guard
from pollinations.web.request import BODIES, BoundedSite

BOUNDS = Listener(body_limit=BODY_LIMIT, arrival=10.0, idle=30.0, requests=4, connections=2)
GET = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


class Echo(Resource):
    """Answers with its path and what it was sent; late, when the path says so."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[Any] = []
        self.asked: list[bytes] = []

    def render_GET(self, request: Any) -> Any:
        self.asked.append(request.path)
        if request.path == b"/late":
            self.waiting.append(request)
            return NOT_DONE_YET
        return b"<" + request.path + b">"

    def render_POST(self, request: Any) -> bytes:
        self.asked.append(request.path)
        return b"<" + request.content.read() + b">"


class Server:
    """A site, and what clients of it send and get."""

    def __init__(self, bounds: Listener = BOUNDS, token: str | None = None) -> None:
        self.clock, self.echo = Clock(), Echo()
        guard: Any = Guard(self.echo, lambda: bounds, lambda: token)
        self.site = BoundedSite(guard, lambda: bounds, reactor=self.clock)

    def connect(self) -> tuple[Any, Any]:
        """A connection: its channel and its transport."""
        channel: Any = self.site.buildProtocol(None)
        address = IPv4Address("TCP", "127.0.0.1", PORT)
        transport = StringTransport(hostAddress=address, lenient=True)
        channel.makeConnection(transport)
        return channel, transport

    def leave(self, channel: Any) -> None:
        """The client closes its connection."""
        channel.connectionLost(Failure(ConnectionDone()))

    def answer(self, sent: bytes, *, at_once: bool = True) -> bytes:
        """What a client that sends *sent*, at once or byte by byte, gets."""
        channel, transport = self.connect()
        for piece in [sent] if at_once else (bytes([one]) for one in sent):
            channel.dataReceived(piece)
        got = transport.value()
        self.leave(channel)
        return got


def refused(got: bytes, status: int) -> str:
    """What the one refusal that *got* is says."""
    head, _, body = got.partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    assert lines[0].startswith(f"http/1.1 {status} ")
    assert "content-type: application/json" in lines
    assert f"content-length: {len(body)}" in lines
    assert any(line.startswith("x-request-id: ") for line in lines)
    assert any(line.startswith("date: ") for line in lines)
    assert (status == 405) is any(line.startswith("allow: ") for line in lines)
    error = orjson.loads(body)["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    return str(error["message"])


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: case.name)
@pytest.mark.parametrize("at_once", [True, False])
def test_what_is_not_http_is_refused(case: Malformed, at_once: bool) -> None:
    """With a status, a sentence, and a closed connection, however the bytes are cut."""
    server = Server()
    got = server.answer(case.sent, at_once=at_once)
    assert len(refused(got, case.status)) > 20
    assert not server.echo.asked
    # A Host that is wrong, but well-formed HTTP, leaves no doubt where the next request begins.
    assert b"\r\nConnection: close\r\n" in got or "another" in case.name or "a Host" in case.name
    assert server.site.connections == server.site.arriving == 0
    assert not server.clock.getDelayedCalls()


def test_there_are_no_two_of_one_name() -> None:
    """Each says something of its own."""
    assert len({case.name for case in MALFORMED}) == len(MALFORMED) > 100


@given(st.binary(max_size=200))
def test_whatever_comes_is_answered_or_waited_for(sent: bytes) -> None:
    """No bytes raise anything, nor leave anything behind."""
    server = Server()
    got = server.answer(sent + b"\r\n\r\n")
    assert got == b"" or got.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5"))
    assert not server.clock.getDelayedCalls()


@given(st.sampled_from(MALFORMED), st.lists(st.integers(1, 400), max_size=8))
def test_the_cuts_do_not_matter(case: Malformed, sizes: list[int]) -> None:
    """The status is the same wherever the network cuts."""
    channel, transport = Server().connect()
    rest = case.sent
    for size in sizes:
        channel.dataReceived(rest[:size])
        rest = rest[size:]
    channel.dataReceived(rest)
    assert transport.value().startswith(b"HTTP/1.1 %d " % case.status)
    assert transport.value().count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (b"\r\n" + GET % b"a", b"</a>"),
        (b"GET /a HTTP/1.0\r\nHost: localhost\r\n\r\n", b"</a>"),
        (b"GET /a?b=%20;c HTTP/1.1\r\nhOST:localhost\r\n\r\n", b"</a>"),
        (b"GET /a HTTP/1.1\r\nHost: localhost\r\nX-A: caf\xc3\xa9\t!\r\nX-B:\r\n\r\n", b"</a>"),
        (b"GET /a HTTP/1.1\r\nHost: localhost\r\nX_Y: z\r\n\r\n", b"</a>"),
        (b"GET /a HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\n\r\n", b"</a>"),
        (b"GET /a HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 99 + b"\r\n", b"</a>"),
        (b"GET /a HTTP/1.1\r\nHost: localhost\r\n" + b"X" * 256 + b": y\r\n\r\n", b"</a>"),
        (POST + b"Content-Length: 3\r\n\r\na\nb", b"<a\nb>"),
        (POST + b"Content-Length: 003\r\n\r\nabc", b"<abc>"),
        (POST + b"Content-Length: 0\r\n\r\n", b"<>"),
        (POST + b"\r\n", b"<>"),
        (POST + b"transfer-encoding: Chunked\r\n\r\n1\r\na\r\n2;x=y\r\nbc\r\n0\r\n\r\n", b"<abc>"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n003\r\nabc\r\n0\r\nX-T: u\r\n\r\n", b"<abc>"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_what_is_http_is_served(sent: bytes, body: bytes, at_once: bool) -> None:
    """However unusual."""
    got = Server().answer(sent, at_once=at_once)
    assert b" 200 OK\r\n" in got
    assert body in got


class PipelineTests(SynchronousTestCase):
    """Several requests on one connection."""

    def test_are_answered_in_order(self) -> None:
        """Those that came while the first was being answered, after it."""
        server = Server()
        channel, transport = server.connect()
        channel.dataReceived(GET % b"late" + GET % b"b" + POST + b"Content-Length: 1\r\n\r\nc")
        self.assertEqual((transport.value(), server.echo.asked), (b"", [b"/late"]))
        [request] = server.echo.waiting
        request.write(b"<late>")
        request.finish()
        server.clock.pump([0] * 3)
        got = transport.value()
        self.assertTrue(got.index(b"<late>") < got.index(b"</b>") < got.index(b"<c>"))

    def test_a_refusal_comes_in_its_turn(self) -> None:
        """And nothing after it is looked at."""
        server = Server()
        channel, transport = server.connect()
        channel.dataReceived(GET % b"a" + b"nonsense\r\n\r\n" + GET % b"c")
        channel.dataReceived(GET % b"d")
        server.clock.advance(0)
        got = transport.value()
        self.assertLess(got.index(b"</a>"), got.index(b" 400 "))
        self.assertEqual(server.echo.asked, [b"/a"])

    def test_everybody_has_a_turn(self) -> None:
        """Who asks a lot at once waits for those who ask little."""
        server = Server()
        greedy, _ = server.connect()
        greedy.dataReceived(GET % b"greedy" * 1000)
        other, _ = server.connect()
        other.dataReceived(GET % b"other")
        self.assertEqual(server.echo.asked, [b"/greedy", b"/other"])
        server.clock.pump([0] * 1000)
        self.assertEqual(len(server.echo.asked), 1001)

    def test_who_does_not_read_is_not_served(self) -> None:
        """Its answers would pile up here; it goes on when it has taken them."""
        server = Server()
        channel, transport = server.connect()
        channel.dataReceived(GET % b"a" * 1000)
        channel.pauseProducing()
        server.clock.pump([0] * 10)
        self.assertEqual(transport.value().count(b"</a>"), 1)
        channel.resumeProducing()
        server.clock.pump([0] * 1000)
        self.assertEqual(transport.value().count(b"</a>"), 1000)

    def test_who_does_not_read_for_long_is_cut_off(self) -> None:
        """It would not read a refusal either."""
        server = Server()
        channel, transport = server.connect()
        channel.dataReceived(GET % b"a" * 1000)
        channel.pauseProducing()
        server.clock.advance(BOUNDS.idle)
        self.assertTrue(transport.disconnected)

    def test_no_more_is_read_than_can_be_kept(self) -> None:
        """The rest stays with the client until it is wanted."""
        server = Server()
        channel, transport = server.connect()
        channel.dataReceived(GET % b"a" * 1000)
        self.assertEqual(transport.producerState, "paused")
        server.clock.pump([0] * 1000)
        self.assertEqual(transport.producerState, "producing")

    def test_only_the_first_wrong_is_refused(self) -> None:
        """Chunks that are too many may end in what is none."""
        many = b"Transfer-Encoding: chunked\r\n\r\n7d1\r\n" + b"x" * 2001 + b"nonsense"
        refused(Server().answer(POST + many), 413)

    def test_a_body_is_not_a_request(self) -> None:
        """What a refused request was followed by is not served, whatever it looks like."""
        server = Server()
        smuggled = b"0\r\n\r\n" + GET % b"admin"
        both = b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(smuggled)
        refused(server.answer(POST + both + smuggled), 400)
        self.assertEqual(server.echo.asked, [])


class Plain(Resource):
    """Asks what Twisted's resources may ask."""

    isLeaf = True

    def render_GET(self, request: Any) -> Any:
        cookie, args = request.getCookie(b"a"), request.args.get(b"b")
        request.write(b"%b %b %b " % (cookie, args[0], b"/".join(request.postpath)))
        request.finish()
        return NOT_DONE_YET


class ResourceTests(SynchronousTestCase):
    """Any resource of Twisted's is served."""

    def ask(self, resource: Resource, sent: bytes) -> bytes:
        """What *resource* answers."""
        clock = Clock()
        site = BoundedSite(resource, lambda: BOUNDS, reactor=clock)
        channel: Any = site.buildProtocol(None)
        transport = StringTransport(lenient=True)
        channel.makeConnection(transport)
        channel.dataReceived(sent)
        return transport.value()

    def test_cookies_arguments_segments(self) -> None:
        """Are there, as ever."""
        sent = b"GET /x%20y/z?b=c HTTP/1.1\r\nHost: a\r\nCookie: a=d; e=f\r\n\r\n"
        got = self.ask(Plain(), sent)
        self.assertIn(b"d c x y/z ", got)
        self.assertIn(b"\r\nDate: ", got)
        self.assertNotIn(b"\r\nServer: ", got)

    def test_a_resource_that_fails(self) -> None:
        """Is answered for."""
        got = self.ask(Plain(), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertTrue(got.startswith(b"HTTP/1.1 500 "))
        self.assertEqual(len(self.flushLoggedErrors()), 1)

    def test_only_the_head(self) -> None:
        """Where that is what was asked for."""
        got = self.ask(Echo(), b"HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertTrue(got.startswith(b"HTTP/1.1 200 OK\r\n"))
        self.assertTrue(got.endswith(b"\r\n\r\n"))

    def test_a_preflight(self) -> None:
        """What has no body has no length either."""
        asked = b"Host: localhost\r\nOrigin: https://a.b\r\nAccess-Control-Request-Method: POST"
        server = Server(attrs.evolve(BOUNDS, origins=("https://a.b",)))
        got = server.answer(b"OPTIONS / HTTP/1.1\r\n" + asked + b"\r\n\r\n")
        self.assertTrue(got.startswith(b"HTTP/1.1 204 "))
        self.assertTrue(got.endswith(b"\r\n\r\n"))
        self.assertNotIn(b"Content-Length", got)

    def test_a_head_of_which_nothing_follows_yet(self) -> None:
        """Leaves without it."""
        server = Server()
        channel, transport = server.connect()
        channel.dataReceived(GET % b"late")
        server.echo.waiting[0].write(b"")
        self.assertTrue(transport.value().endswith(b"\r\n\r\n"))


class ExpectTests(SynchronousTestCase):
    """``Expect: 100-continue``."""

    def test_who_may_come_in_is_asked_to_go_on(self) -> None:
        """Once its head was looked at."""
        channel, transport = Server().connect()
        channel.dataReceived(POST + b"Content-Length: 3\r\nExpect: 100-Continue\r\n\r\n")
        self.assertEqual(transport.value(), b"HTTP/1.1 100 Continue\r\n\r\n")
        channel.dataReceived(b"abc")
        self.assertIn(b"<abc>", transport.value())

    def test_who_may_not_is_told_at_once(self) -> None:
        """For any reason: the size, the host, the token, the type."""
        ask = b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"
        for head, status in (
            (POST + ask.replace(b"3", b"3000"), 413),
            (POST.replace(b"localhost", b"evil.example") + ask, 403),
            (POST.replace(b"json", b"xml") + ask, 415),
            (POST + b"Origin: https://evil.example\r\n" + ask, 403),
            (POST + ask, 401),
        ):
            refused(Server(token="secret" if status == 401 else None).answer(head), status)


class AdmissionTests(SynchronousTestCase):
    """Who may not come in need not send a body."""

    def test_a_stranger_fills_no_memory(self) -> None:
        """It is refused when the head has come, and what it sends then is dropped."""
        server = Server(token="secret")
        channel, transport = server.connect()
        channel.dataReceived(POST + b"Content-Length: 2000\r\n\r\n")
        refused(transport.value(), 401)
        self.assertIn(b"WWW-Authenticate: Bearer\r\n", transport.value())
        before = transport.value()
        channel.dataReceived(b"x" * 2000)
        self.assertEqual((transport.value(), server.site.arriving), (before, 0))

    def test_bodies_are_bounded_together(self) -> None:
        """Many clients that each send what they may are still too many."""
        server = Server(attrs.evolve(BOUNDS, connections=100))
        head = POST + b"Content-Length: %d\r\n\r\n" % BODY_LIMIT
        clients = [server.connect() for _ in range(BODIES + 1)]
        for channel, _ in clients:
            channel.dataReceived(head + b"x" * (BODY_LIMIT - 1))
        got = [transport.value() for _, transport in clients]
        self.assertEqual(got[:BODIES], [b""] * BODIES)
        self.assertIn(b"Retry-After: 1\r\n", got[-1])
        refused(got[-1], 503)
        clients[0][0].dataReceived(b"x")
        self.assertIn(b" 200 OK", clients[0][1].value())
        for channel, _ in clients:
            server.leave(channel)
        self.assertEqual(server.site.arriving, 0)


class TimeTests(SynchronousTestCase):
    """Nobody may take for ever."""

    def setUp(self) -> None:
        self.server = Server()
        self.clock = self.server.clock
        self.channel, self.transport = self.server.connect()

    def drip(self, sent: bytes, seconds: int) -> None:
        """Send a byte each second."""
        for one in sent[:seconds]:
            self.channel.dataReceived(bytes([one]))
            self.clock.advance(1)

    def test_a_first_line_that_drips(self) -> None:
        """Each byte does not give it more time."""
        self.drip(GET % (b"a" * 100), 9)
        self.assertEqual(self.transport.value(), b"")
        self.drip(b"aa", 2)
        refused(self.transport.value(), 408)

    def test_headers_that_drip(self) -> None:
        """Neither does each line."""
        self.channel.dataReceived(GET[:-2] % b"a")
        for _ in range(4):
            self.channel.dataReceived(b"X-More: 1\r\n")
            self.clock.advance(2)
        self.assertEqual(self.transport.value(), b"")
        self.clock.advance(2)
        refused(self.transport.value(), 408)

    def test_a_body_that_drips(self) -> None:
        """Nor each piece."""
        self.channel.dataReceived(POST + b"Content-Length: 100\r\n\r\n")
        self.drip(b"x" * 100, 11)
        refused(self.transport.value(), 408)

    def test_the_time_of_a_request_is_its_own(self) -> None:
        """The one before it does not count."""
        for _ in range(5):
            self.drip(GET % b"a", 9)
            self.channel.dataReceived((GET % b"a")[9:])
        self.assertEqual(self.transport.value().count(b" 200 OK"), 5)

    def test_an_answer_may_take_its_time(self) -> None:
        """Models think."""
        self.channel.dataReceived(GET % b"late")
        self.clock.pump([10] * 100)
        self.assertFalse(self.transport.disconnecting)
        self.server.echo.waiting[0].finish()
        self.assertIn(b" 200 OK", self.transport.value())

    def test_a_request_that_waited_has_its_time_from_then_on(self) -> None:
        """What came behind a long answer was not slow."""
        self.channel.dataReceived(GET % b"late" + b"GET /b HT")
        self.clock.pump([10] * 100)
        self.server.echo.waiting[0].finish()
        self.channel.dataReceived(b"TP/1.1\r\nHost: localhost\r\n\r\n")
        self.clock.advance(0)
        self.assertIn(b"</b>", self.transport.value())

    def test_nothing_asked(self) -> None:
        """A connection that is not used is closed without a word, first or after an answer."""
        other, transport = self.server.connect()
        other.dataReceived(GET % b"a")
        before = transport.value()
        self.clock.advance(29)
        self.assertFalse(self.transport.disconnecting or transport.disconnecting)
        self.clock.advance(1)
        self.assertTrue(self.transport.disconnecting and transport.disconnecting)
        self.assertEqual((self.transport.value(), transport.value()), (b"", before))

    def test_what_comes_too_late(self) -> None:
        """Is not served: TLS passes it on, and takes no answer any more."""
        self.clock.advance(30)
        self.channel.dataReceived(GET % b"a")
        self.assertEqual(self.server.echo.asked, [])

    def test_an_empty_line_asks_nothing(self) -> None:
        """Though it begins the time of a request."""
        self.channel.dataReceived(b"\r\n")
        self.clock.advance(10)
        self.assertTrue(self.transport.disconnecting)
        self.assertEqual(self.transport.value(), b"")

    def test_who_was_refused_may_read_it(self) -> None:
        """Its connection is closed some seconds later: closing while it sends would reset it."""
        self.channel.dataReceived(b"nonsense\r\n")
        self.clock.advance(LINGER - 1)
        self.assertFalse(self.transport.disconnecting)
        self.clock.advance(1)
        self.assertTrue(self.transport.disconnecting)

    def test_who_never_reads_is_cut_off(self) -> None:
        """What was written and does not leave keeps no connection open for ever."""
        self.channel.dataReceived(GET[:-2] % b"a" + b"Connection: close\r\n\r\n")
        self.assertTrue(self.transport.disconnecting)
        self.clock.advance(29)
        self.assertFalse(self.transport.disconnected)
        self.clock.advance(1)
        self.assertTrue(self.transport.disconnected)

    def test_who_leaves_leaves_nothing(self) -> None:
        """No timer waits for who has gone."""
        for sent in (b"", b"GET", POST + b"Content-Length: 9\r\n\r\nx", b"?\r\n", GET % b"late"):
            channel, _ = self.server.connect()
            channel.dataReceived(sent)
            self.server.leave(channel)
        self.server.leave(self.channel)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertEqual(self.server.site.connections, 0)


class ConnectionTests(SynchronousTestCase):
    """There are so many connections at most."""

    def test_one_too_many(self) -> None:
        """It is told to come back, and comes in once there is room."""
        server = Server()
        first, _ = server.connect()
        server.connect()
        late, transport = server.connect()
        refused(transport.value(), 503)
        self.assertIn(b"Retry-After: 1\r\n", transport.value())
        late.dataReceived(GET % b"a")
        self.assertEqual(server.echo.asked, [])
        server.leave(first)
        server.leave(late)
        self.assertIn(b"</a>", server.answer(GET % b"a"))

    def test_far_too_many(self) -> None:
        """Words cost a connection too."""
        server = Server()
        for _ in range(BOUNDS.connections * 2):
            server.connect()
        _, transport = server.connect()
        self.assertTrue(transport.disconnected)
        self.assertEqual(transport.value(), b"")


@pytest.mark.parametrize(
    ("connections", "requests", "descriptors", "expected"),
    [
        (1000, 256, 2**31, 1000),
        (1000, 256, 65536, 1000),
        (1000, 256, 1024, 576),
        (100, 256, 1024, 100),
        (1000, 256, 64, 16),
        (1000, 256, 3, 1),
        (1, 1, 1024, 1),
    ],
)
def test_connections_leave_room(
    connections: int, requests: int, descriptors: int, expected: int
) -> None:
    """For upstreams and files, where the system is mean with them."""
    bounds = Listener(connections=connections, requests=requests)
    assert room(bounds, descriptors) == expected
