"""What is asked most often goes the shortest way."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource
from twisted.web.server import Site

from pollinations.web.direct import Direct


class Rest(Resource):
    """Everything else."""

    isLeaf = True

    def render(self, request: Any) -> bytes:
        """Say so."""
        return b"the rest"


class DirectTests(SynchronousTestCase):
    """Tests for :class:`pollinations.web.direct.Direct`."""

    def setUp(self) -> None:
        self.answer: Deferred[bytes | None] = Deferred()
        direct: Any = Direct(frozenset({"/a/b"}), self.view, self.failed, Rest())
        self.channel: Any = Site(direct, reactor=Clock()).buildProtocol(None)
        self.transport = StringTransport()
        self.channel.makeConnection(self.transport)

    async def view(self, request: Any) -> bytes | None:
        """Wait for the answer."""
        return await self.answer

    def failed(self, request: Any, failure: Failure) -> bytes | None:
        """Name the failure."""
        return failure.type.__name__.encode()

    def asked(self, first: bytes) -> None:
        """Ask something."""
        self.channel.dataReceived(first + b" HTTP/1.1\r\nHost: up\r\nContent-Length: 0\r\n\r\n")

    def assertAnswered(self, body: bytes) -> None:
        """It is there, to its end, and that is known."""
        self.assertIn(b"\r\nContent-Length: %d\r\n" % len(body), self.transport.value())
        self.assertTrue(self.transport.value().endswith(b"\r\n\r\n" + body))

    def test_what_is_posted_to_the_path_is_answered(self) -> None:
        """With a slash at its end, too."""
        for path in (b"/a/b", b"/a/b/"):
            self.answer = Deferred()
            self.transport.clear()
            self.asked(b"POST " + path)
            self.answer.callback(b"words")
            self.assertAnswered(b"words")

    def test_everything_else_is_somebody_elses(self) -> None:
        """Other paths, and other methods."""
        for first in (b"GET /a/b", b"POST /a", b"POST /a/b/c", b"POST /", b"POST /a/%ff"):
            self.transport.clear()
            self.asked(first)
            self.assertAnswered(b"the rest")

    def test_a_failure_is_answered(self) -> None:
        """As the one says who knows what it means."""
        self.asked(b"POST /a/b")
        self.answer.errback(ValueError())
        self.assertAnswered(b"ValueError")

    def test_who_leaves_cancels(self) -> None:
        """And is told nothing."""
        self.asked(b"POST /a/b")
        self.channel.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(self.transport.value(), b"")
        self.assertTrue(self.answer.called)

    def test_a_failure_that_nobody_is_left_for_is_logged(self) -> None:
        """It may be a bug."""
        self.answer = Deferred(lambda answer: answer.errback(ValueError()))
        self.asked(b"POST /a/b")
        self.channel.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
