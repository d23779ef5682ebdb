"""Small replies are taken in whole, or not at all."""

from typing import Any

import attrs
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseDone, ResponseFailed, ResponseNeverReceived
from twisted.web.http import PotentialDataLoss

from pollinations.upstream.whole import BodyTooLarge, Unavailable, get_json, read_whole


@attrs.define(eq=False)
class Reply:
    """A response whose body the test delivers."""

    code: int = 200
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
        self.assertEqual(self.reply.body.taken, b"abcdef")

    def test_cancelling_hangs_up(self) -> None:
        """Nobody waits for a body that nobody wants."""
        self.read.cancel()
        self.failureResultOf(self.read, CancelledError)
        self.assertTrue(self.reply.transport.disconnecting)
        self.reply.ends(b"abc")


@attrs.define(eq=False)
class Network:
    """A client of one request, which the test answers."""

    asked: dict[str, Any] = attrs.field(factory=dict)
    answer: Deferred[Any] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        # As a request does that was sent already.
        cancelled = [Failure(CancelledError())]
        self.answer = Deferred(lambda d: d.errback(ResponseNeverReceived(cancelled)))

    def get(self, url: str, **asked: Any) -> Deferred[Any]:
        self.asked = {"url": url, **asked}
        return self.answer

    def post(self, url: str, **_: Any) -> Deferred[Any]:
        raise NotImplementedError(url)


class GetJSONTests(SynchronousTestCase):
    """Asking for a page."""

    def setUp(self) -> None:
        self.clock, self.network, self.reply = Clock(), Network(), Reply()
        self.page = self.asking("sk_secret")

    def asking(self, key: str | None) -> Deferred[Any]:
        return Deferred.fromCoroutine(
            get_json(
                self.network,
                "http://up/page",
                key,
                self.clock,
                timeout=5,
                limit=8,
                user_agent="ours",
            )
        )

    def test_what_is_asked(self) -> None:
        """With the key, if there is one, and nowhere but where was asked."""
        headers = {"Accept": "application/json", "User-Agent": "ours"}
        with_key = {**headers, "Authorization": "Bearer sk_secret"}
        self.assertEqual(self.network.asked["url"], "http://up/page")
        self.assertEqual(self.network.asked["headers"], with_key)
        self.assertFalse(self.network.asked["allow_redirects"])
        self.page.addErrback(lambda _: None).cancel()
        self.network = Network()
        self.asking(None).addErrback(lambda _: None).cancel()
        self.assertEqual(self.network.asked["headers"], headers)

    def test_a_page(self) -> None:
        """Its status and what it holds, whatever the status."""
        self.reply.code = 404
        self.network.answer.callback(self.reply)
        self.reply.ends(b"[1,", b"2]")
        self.assertEqual(self.successResultOf(self.page), (404, [1, 2]))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_no_json(self) -> None:
        """A page of another kind is a status."""
        self.network.answer.callback(self.reply)
        self.reply.ends(b"<html>")
        self.assertEqual(self.successResultOf(self.page), (200, None))

    def test_too_slow(self) -> None:
        """The limit of time is that of the whole page."""
        self.network.answer.callback(self.reply)
        self.clock.advance(4)
        self.reply.body.dataReceived(b"[")
        self.clock.advance(1)
        self.assertEqual(self.trouble(), "it took longer than 5 s")
        self.assertTrue(self.reply.transport.disconnecting)

    def test_never_answered(self) -> None:
        """A server that is silent is too slow as well."""
        self.clock.advance(5)
        self.assertEqual(self.trouble(), "it took longer than 5 s")

    def test_too_large(self) -> None:
        """What is larger than it may be is said to be."""
        self.network.answer.callback(self.reply)
        self.reply.ends(b"[1,2,3,4,5]")
        self.assertEqual(self.trouble(), "the reply is larger than 8 bytes")

    def test_the_network_fails(self) -> None:
        """The kind of failure is named, not its words, which may hold anything."""
        self.network.answer.errback(OSError("no route to sk_secret"))
        self.assertEqual(self.trouble(), "OSError")

    def test_cancelling(self) -> None:
        """Being cancelled is passed on, however the network wraps it."""
        self.page.cancel()
        self.failureResultOf(self.page, CancelledError)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def trouble(self) -> str:
        """Why there is no page."""
        return str(self.failureResultOf(self.page, Unavailable).value)
