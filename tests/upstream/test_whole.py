"""Small replies are taken in whole, or not at all."""

from typing import Any

import attrs
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.protocol import Protocol
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseDone, ResponseFailed
from twisted.web.http import PotentialDataLoss

from pollinations.upstream.whole import BodyTooLarge, read_whole


@attrs.define(eq=False)
class Reply:
    """A response whose body the test delivers."""

    transport: StringTransport = attrs.field(factory=StringTransport)
    body: Any = None

    def deliverBody(self, protocol: Protocol) -> None:
        self.body = protocol
        protocol.makeConnection(self.transport)

    def ends(self, *pieces: bytes, reason: Exception | None = None) -> None:
        for piece in pieces:
            self.body.dataReceived(piece)
        self.body.connectionLost(Failure(reason or ResponseDone()))


class ReadWholeTests(SynchronousTestCase):
    """Reading a body."""

    def setUp(self) -> None:
        self.reply = Reply()
        response: Any = self.reply
        self.read = Deferred.fromCoroutine(read_whole(response, 6))

    def test_the_pieces_are_one_body(self) -> None:
        """As many bytes as there may be."""
        self.reply.ends(b"abc", b"", b"def")
        self.assertEqual(self.successResultOf(self.read), b"abcdef")

    def test_a_body_without_a_length_ends_with_its_connection(self) -> None:
        """Whether it is whole is for whoever parses it to see."""
        self.reply.ends(b"abc", reason=PotentialDataLoss())
        self.assertEqual(self.successResultOf(self.read), b"abc")

    def test_a_body_that_breaks_off_is_none(self) -> None:
        """What came of it is dropped."""
        self.reply.ends(b"abc", reason=ResponseFailed([]))
        self.failureResultOf(self.read, ResponseFailed)

    def test_a_body_that_is_too_large_is_hung_up_on(self) -> None:
        """At the first byte too many; what still comes is not kept."""
        self.reply.body.dataReceived(b"abcdefg")
        self.failureResultOf(self.read, BodyTooLarge)
        self.assertTrue(self.reply.transport.disconnecting)
        self.reply.ends(b"h" * 100)
        self.assertEqual(self.reply.body._pieces, [])

    def test_cancelling_hangs_up(self) -> None:
        """Nobody waits for a body that nobody wants."""
        self.read.cancel()
        self.failureResultOf(self.read, CancelledError)
        self.assertTrue(self.reply.transport.disconnecting)
        self.reply.ends(b"abc")
