"""A site that is closed answers whoever has asked, and keeps no connection."""

from typing import Any

from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from pollinations.settings.schema import Listener
from pollinations.web.departing import LAST_CALL
from pollinations.web.request import BoundedSite

GET = b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Answers(Resource):
    """Answers at once, or when it is told to."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[Any] = []

    def render_GET(self, request: Any) -> Any:
        if request.path != b"/late":
            return b"now"
        request.write(b"begun")
        self.waiting.append(request)
        return NOT_DONE_YET


class Wire(StringTransport):
    """A connection that is lost when it is closed."""

    protocol: Any = None

    def loseConnection(self) -> None:
        super().loseConnection()
        protocol, self.protocol = self.protocol, None
        if protocol is not None:
            protocol.connectionLost(None)

    abortConnection = loseConnection


class DepartingTests(SynchronousTestCase):
    """Tests for :class:`pollinations.web.departing.DepartingSite`."""

    def setUp(self) -> None:
        self.clock, self.answers = Clock(), Answers()
        self.site = BoundedSite(self.answers, Listener, reactor=self.clock)

    def client(self, asked: bytes = b"") -> Wire:
        """A client that has sent *asked*."""
        wire = Wire()
        wire.protocol = self.site.buildProtocol(None)
        wire.protocol.callLater = self.clock.callLater
        wire.protocol.makeConnection(wire)
        self.send(wire, asked)
        return wire

    def send(self, wire: Wire, data: bytes) -> bytes:
        """What *wire* was sent after it has sent *data*."""
        wire.clear()
        if data:
            wire.protocol.dataReceived(data)
        self.clock.advance(0)
        return wire.value()

    def test_nobody_is_there(self) -> None:
        """It is over at once."""
        self.successResultOf(self.site.depart())

    def test_silent_connections_have_one_more_moment(self) -> None:
        """Those that were used and those that never were; then they are closed."""
        used, unused = self.client(GET % b"/"), self.client()
        departed = self.site.depart()
        self.clock.advance(LAST_CALL / 2)
        self.assertFalse(used.disconnecting or unused.disconnecting)
        self.assertNoResult(departed)
        self.clock.advance(LAST_CALL / 2)
        self.assertTrue(used.disconnecting and unused.disconnecting)
        self.successResultOf(departed)

    def test_a_request_that_was_on_its_way_is_answered(self) -> None:
        """The answer says that the connection is closed after it, and it is."""
        for asked_before in (b"", GET % b"/"):
            wire = self.client(asked_before)
            self.assertNotIn(b"close", wire.value())
            self.site.depart()
            answer = self.send(wire, GET % b"/")
            self.assertIn(b"\r\nConnection: close\r\n", answer)
            self.assertTrue(answer.endswith(b"now"))
            self.assertTrue(wire.disconnecting)
            self.site.departing = False

    def test_a_request_that_is_arriving_is_waited_for(self) -> None:
        """For as long as any may take to arrive."""
        wire = self.client(b"GET / HTTP/1.1\r\nHost: ")
        departed = self.site.depart()
        self.clock.advance(5 * LAST_CALL)
        self.assertNoResult(departed)
        self.assertIn(b"Connection: close", self.send(wire, b"localhost\r\n\r\n"))
        self.successResultOf(departed)

    def test_a_request_that_does_not_arrive_in_time_is_refused(self) -> None:
        """Whatever is missing of it; who waits for an answer, or asks nothing, is not."""
        head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"
        parts = [self.client(part) for part in (head[:3], head[:-2], head, head + b"12345678")]
        others = [self.client(GET % b"/late" + head), self.client(GET % b"/"), self.client()]
        before = [wire.value() for wire in others]
        self.site.depart()
        self.site.turn_away()
        for wire in parts:
            self.assertTrue(wire.value().startswith(b"HTTP/1.1 503 "))
            self.assertIn(b"\r\nConnection: close\r\n", wire.value())
            self.assertIn(b"proxy_stopping", wire.value())
            self.assertEqual(self.send(wire, b"9"), b"")
        self.assertEqual([wire.value() for wire in others], before)

    def test_an_answer_that_has_begun_comes_to_its_end(self) -> None:
        """Its headers have left, so the client does not know: it may ask once more."""
        wire = self.client(GET % b"/late")
        departed = self.site.depart()
        self.clock.advance(10 * LAST_CALL)
        self.assertFalse(wire.disconnecting)
        self.assertNoResult(departed)
        [request] = self.answers.waiting
        request.finish()
        self.clock.advance(LAST_CALL / 2)
        self.assertFalse(wire.disconnecting)
        self.assertIn(b"Connection: close", self.send(wire, GET % b"/"))
        self.successResultOf(departed)

    def test_a_client_that_could_not_be_told_and_asks_nothing_more(self) -> None:
        """Its connection is closed soon after its answer."""
        wire = self.client(GET % b"/late")
        departed = self.site.depart()
        self.clock.advance(10 * LAST_CALL)
        [request] = self.answers.waiting
        request.finish()
        self.clock.advance(LAST_CALL)
        self.assertTrue(wire.disconnecting)
        self.successResultOf(departed)

    def test_one_connection_can_be_closed_with_the_same_care(self) -> None:
        """Who asks on it is answered, and told; who does not is waited for no longer."""
        asking, silent, other = (self.client(GET % b"/") for _ in range(3))
        asking.protocol.leave()
        silent.protocol.leave()
        self.assertFalse(asking.disconnecting)
        self.assertIn(b"\r\nConnection: close\r\n", self.send(asking, GET % b"/"))
        self.assertTrue(asking.disconnecting)
        self.assertFalse(silent.disconnecting)
        self.clock.advance(LAST_CALL)
        self.assertTrue(silent.disconnecting)
        self.assertNotIn(b"Connection: close", self.send(other, GET % b"/"))

    def test_one_who_waits_no_longer_harms_nobody(self) -> None:
        """Others are told."""
        wire = self.client(GET % b"/late")
        first, second = self.site.depart(), self.site.depart()
        first.cancel()
        self.failureResultOf(first)
        wire.loseConnection()
        self.successResultOf(second)
