"""Tests for the playing of scripts: what is on the wire, when, and at whose pace."""

from itertools import repeat

from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.server import Site

from pollinations.testing.imitation import Imitation
from pollinations.testing.player import TURN
from pollinations.testing.scripts import Abort, Cut, Pause, Produce, Script, Send, Stall, dropped

ASKING = b"GET /free/page HTTP/1.1\r\nHost: imitation\r\n\r\n"


class PlayTests(SynchronousTestCase):
    """Tests for :func:`pollinations.testing.player.play`, through a server's connection."""

    def play(self, *steps, **fields):
        """Connect and ask for a page that does *steps*."""
        self.clock = Clock()
        script = Script(steps=steps, **fields)
        imitation = Imitation(self.clock, pages={"/free/page": script})
        self.channel = Site(imitation.resource(), reactor=self.clock).buildProtocol(None)
        self.transport = StringTransport()
        self.channel.makeConnection(self.transport)
        self.channel.dataReceived(ASKING)
        [self.exchange] = imitation.recording

    def came(self):
        """What reached the client since the last look."""
        data = self.transport.value()
        self.transport.clear()
        return data

    def leave(self):
        """The client closes its connection."""
        self.channel.connectionLost(Failure(ConnectionDone()))

    def test_each_send_is_a_chunk(self):
        """Bytes leave as they are cut, and the body is ended properly."""
        self.play(Send(b"ab"), Send(b"c"))
        self.assertTrue(self.came().endswith(b"\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"))
        self.assertTrue(self.exchange.ended)
        self.assertEqual(self.exchange.written, 3)

    def test_status_and_headers(self):
        """They are the script's."""
        self.play(status=429, headers={"retry-after": "7"})
        head = self.came().lower()
        self.assertIn(b"429", head.splitlines()[0])
        self.assertIn(b"retry-after: 7", head)
        self.assertEqual(self.exchange.status, 429)

    def test_a_pause_waits(self):
        """What comes after a pause comes after its seconds."""
        self.play(Send(b"a"), Pause(2), Send(b"b"))
        self.came()
        self.clock.advance(1.9)
        self.assertEqual(self.came(), b"")
        self.clock.advance(0.2)
        self.assertIn(b"b", self.came())

    def test_a_stall_stays(self):
        """The connection stays and nothing comes."""
        self.play(Stall(), Send(b"never"))
        self.clock.advance(3600)
        self.assertEqual(self.came(), b"")
        self.assertFalse(self.exchange.ended)

    def test_headers_alone(self):
        """An empty first step sends the headers and no more."""
        self.play(Send(b""), Stall())
        self.assertTrue(self.came().endswith(b"chunked\r\n\r\n"))

    def test_a_cut_leaves_the_body_open(self):
        """The connection is closed without the last chunk, and that is no hanging up."""
        self.play(Send(b"a"), Cut())
        self.assertTrue(self.came().endswith(b"1\r\na\r\n"))
        self.assertTrue(self.transport.disconnecting)
        self.leave()
        self.assertFalse(self.exchange.hung_up)

    def test_a_cut_before_anything(self):
        """No byte of a reply comes."""
        self.play(*dropped().steps)
        self.assertEqual(self.came(), b"")
        self.assertTrue(self.transport.disconnecting)

    def test_an_abort_resets(self):
        """The connection is aborted."""
        self.play(Send(b"a"), Abort())
        self.assertTrue(self.transport.disconnected)

    def test_a_client_that_leaves_is_noticed(self):
        """It hung up, and nothing more is done for it."""
        self.play(Send(b"a"), Pause(1), Send(b"b"))
        self.leave()
        self.assertTrue(self.exchange.hung_up)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertEqual(self.exchange.written, 1)

    def test_a_client_that_leaves_a_stall_is_noticed(self):
        """So it is while nothing comes."""
        self.play(Stall())
        self.leave()
        self.assertTrue(self.exchange.hung_up)

    def test_the_client_sets_the_pace(self):
        """What has no end is made only while the client reads."""
        self.play(Produce(lambda: repeat(b"word")))
        self.clock.pump([TURN] * 5)
        self.assertEqual(self.exchange.written, 24)
        self.transport.producer.pauseProducing()
        self.clock.pump([TURN] * 5)
        self.assertEqual(self.exchange.written, 24)
        self.transport.producer.resumeProducing()
        self.clock.pump([TURN] * 5)
        self.assertGreater(self.exchange.written, 24)
        self.leave()

    def test_resuming_ends_no_pause(self):
        """A client that reads again does not make a pause shorter."""
        self.play(Pause(1), Send(b"a"))
        self.transport.producer.pauseProducing()
        self.transport.producer.resumeProducing()
        self.assertEqual(self.exchange.written, 0)
        self.clock.advance(1)
        self.assertEqual(self.exchange.written, 1)

    def test_what_was_produced_is_followed_by_the_rest(self):
        """After the last piece the next step comes."""
        self.play(Produce(lambda: [b"a", b"b"]), Send(b"c"))
        self.clock.pump([TURN] * 3)
        self.assertTrue(self.exchange.ended)
        self.assertEqual(self.exchange.written, 3)
