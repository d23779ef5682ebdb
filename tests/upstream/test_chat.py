"""What it means that an upstream gives no answer."""

from typing import Any

import pytest
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
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import (
    RequestTransmissionFailed,
    ResponseFailed,
    ResponseNeverReceived,
)

from pollinations.chat.request import ChatRequest
from pollinations.errors import UpstreamFailed
from pollinations.routing.route import Route
from pollinations.settings.schema import Settings, Timeouts
from pollinations.stages.stage import Context
from pollinations.testing import scripts
from pollinations.testing.together import Together
from pollinations.upstream.chat import REJECTION_LIMIT, Upstream

CONTEXT = Context(
    ChatRequest({"messages": [{"role": "user", "content": "hi"}]}),
    Route("free", "openai"),
    Settings(timeouts=Timeouts(first_byte=30)),
)
WRAPPED = [Failure(CancelledError())]
CANCELLED = [
    lambda: CancelledError(),
    lambda: ConnectingCancelledError("an address"),
    lambda: ResponseNeverReceived(WRAPPED),
    lambda: ResponseNeverReceived([Failure(ConnectingCancelledError("an address"))]),
    lambda: RequestTransmissionFailed(WRAPPED),
    lambda: ConnectError(),
    lambda: ResponseNeverReceived([Failure(ConnectionDone())]),
    lambda: ConnectionLost(),
]


class Client:
    """A client whose request waits for ever, and ends when it is cancelled as it is told."""

    def __init__(self, cancelled: Any = CancelledError) -> None:
        self._cancelled = cancelled

    def post(self, url: str, **kwargs: Any) -> "Deferred[Any]":
        self.asked: Deferred[Any] = Deferred(lambda d: d.errback(self._cancelled()))
        return self.asked


class Response:
    """A response, whose body is its own connection."""

    stopped = False

    def deliverBody(self, protocol: Any) -> None:
        protocol.makeConnection(self)

    def loseConnection(self) -> None:
        self.stopped = True


class Case(SynchronousTestCase):
    """A request that is under way."""

    def ask(self, client: Client) -> "Deferred[Any]":
        self.clock = Clock()
        upstream = Upstream(client, "http://up", self.clock)  # type: ignore[arg-type]
        return Deferred.fromCoroutine(upstream.open(b"{}", CONTEXT))


class UnansweredTests(Case):
    """Tests for the errors of :meth:`pollinations.upstream.chat.Upstream.open`."""

    def test_a_client_who_leaves_is_no_failure_of_the_upstream(self) -> None:
        """In whichever form the cancellation comes back, and nothing is left behind."""
        for cancelled in CANCELLED:
            opening = self.ask(Client(cancelled))
            opening.cancel()
            self.failureResultOf(opening, CancelledError)
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_our_own_limit_is_one(self) -> None:
        """In whichever form."""
        for cancelled in CANCELLED:
            opening = self.ask(Client(cancelled))
            self.clock.advance(30)
            failure = self.failureResultOf(opening, UpstreamFailed).value
            self.assertEqual((failure.phase, failure.status), ("first_byte", 504))

    def test_a_response_that_comes_too_late_is_dropped(self) -> None:
        """With its connection; nobody reads it."""
        response = Response()

        class Late(Client):
            def post(self, url: str, **kwargs: Any) -> "Deferred[Any]":
                self.asked = Deferred(lambda d: d.callback(response))
                return self.asked

        opening = self.ask(Late())
        opening.cancel()
        self.failureResultOf(opening, CancelledError)
        self.assertTrue(response.stopped)

    def test_what_the_network_says(self) -> None:
        """How far it came, and whether it broke or was too slow."""
        for error, meant in (
            (ConnectionRefusedError(), ("connect", 502)),
            (ConnectError(), ("connect", 502)),
            (DNSLookupError(), ("connect", 502)),
            (ConnectTimeout(), ("connect", 504)),
            (ResponseFailed([Failure(ConnectionLost())]), ("first_byte", 502)),
            (ResponseNeverReceived([Failure(ConnectionDone())]), ("first_byte", 502)),
            (RequestTransmissionFailed([Failure(ConnectionLost())]), ("first_byte", 502)),
            (ConnectionDone(), ("first_byte", 502)),
        ):
            client = Client()
            opening = self.ask(client)
            client.asked.errback(error)
            failure = self.failureResultOf(opening, UpstreamFailed).value
            self.assertEqual((failure.phase, failure.status), meant)
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_bug_is_not_taken_for_the_network(self) -> None:
        """It comes through."""
        client = Client()
        opening = self.ask(client)
        client.asked.errback(ZeroDivisionError())
        self.failureResultOf(opening, ZeroDivisionError)


def rejected(*steps: Any) -> Together:
    """A proxy before an upstream that answers 400, in these steps."""
    script = scripts.Script(400, {"Content-Type": "application/json"}, steps)
    return Together(script, settings=Settings(mode="manual"))


@pytest.mark.parametrize("size", [REJECTION_LIMIT - 40, 100 * REJECTION_LIMIT])
def test_a_long_rejection_is_not_read_to_its_end(size: int) -> None:
    """Its beginning says enough; the rest is dropped, and the connection with it."""
    piece = b'{"error": {"message": "No"}, "x": "' + b"x" * size + b'"}'
    proxy = rejected(scripts.Send(piece))
    got = proxy.chat("hi", model="enter/openai")
    assert got.status == 400
    assert len(got.data) < 4096


def test_a_slow_rejection_is_not_waited_for() -> None:
    """What has come by then is what it said."""
    proxy = rejected(scripts.Send(b'{"error": {"message": "No"}}'), scripts.Stall())
    got = proxy.chat("hi", model="enter/openai")
    proxy.advance(3)
    assert (got.status, got.error["message"]) == (400, "No")
    [exchange] = proxy.imitation.recording
    assert exchange.hung_up
