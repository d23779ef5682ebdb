"""An answer is carried at the client's pace, and nothing outlives it."""

from typing import Any

import attrs
import orjson
from twisted.internet.defer import CancelledError
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseDone, ResponseFailed

from pollinations.chat.request import ChatRequest
from pollinations.errors import ClientStalled, UpstreamFailed, stopping
from pollinations.logs.context import Served, current, serving
from pollinations.routing.route import Route
from pollinations.stages import stages_for
from pollinations.stages.answer import Answer
from pollinations.stages.stage import Context
from pollinations.upstream.body import HOLD, KEEPALIVE, LINGER, Body

DONE = Failure(ResponseDone())
RESET = Failure(ResponseFailed([Failure(ConnectionLost())]))


def chunk(content: str = "", finish: str | None = None) -> bytes:
    """An event of an answer."""
    delta = {"content": content} if content else {}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + orjson.dumps({"choices": [choice]}) + b"\n\n"


@attrs.define(eq=False)
class Connection:
    """The upstream's connection, as a body sees it."""

    paused: bool = False
    stopped: bool = False

    def pauseProducing(self) -> None:
        self.paused = True

    def resumeProducing(self) -> None:
        self.paused = False

    def stopProducing(self) -> None:
        self.stopped = True


@attrs.define(eq=False)
class Client:
    """Whoever asked: takes *room* bytes and then wants a pause."""

    room: int = 1 << 30
    data: bytes = b""
    producer: Any = None

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        assert streaming
        assert self.producer is None
        self.producer = producer

    def unregisterProducer(self) -> None:
        self.producer = None

    def write(self, data: bytes) -> None:
        self.data += data
        if len(self.data) > self.room and self.producer is not None:
            self.producer.pauseProducing()


class Broken:
    """An answer that cannot be read, by a fault of ours."""

    ended = False
    failure = None

    def received(self, data: bytes) -> bytes:
        raise ZeroDivisionError


class BodyTests(SynchronousTestCase):
    """Tests for :class:`pollinations.upstream.body.Body`."""

    def begin(self, stream: bool = True, **fields: Any) -> Body:
        """A body whose headers have come."""
        self.clock, self.connection, self.client = Clock(), Connection(), Client()
        asked = ChatRequest({"messages": [{"role": "user", "content": "hi"}], "stream": stream})
        context = Context(asked, Route("free", "openai"))
        keepalive = 15.0 if stream else None
        answer = Answer(context, stages_for(context), True)
        body = Body(answer, self.clock, **{"idle": 60.0, "keepalive": keepalive, **fields})
        body.makeConnection(self.connection)  # type: ignore[arg-type]
        return body

    def attached(self, **fields: Any) -> Body:
        """A body that has begun and has its client."""
        body = self.begin(**fields)
        body.dataReceived(chunk("a"))
        self.successResultOf(body.started)
        body.attach(self.client)  # type: ignore[arg-type]
        return body

    def failed(self, deferred: Any) -> UpstreamFailed:
        """How it failed."""
        failure: UpstreamFailed = self.failureResultOf(deferred, UpstreamFailed).value
        return failure

    def test_relays_an_event_as_it_comes(self) -> None:
        """In the same turn, the same bytes."""
        body = self.attached()
        body.dataReceived(chunk("b"))
        self.assertEqual(self.client.data, chunk("a") + chunk("b"))

    def test_waits_for_its_client(self) -> None:
        """Nothing is collected for one who is not there yet."""
        body = self.begin()
        body.dataReceived(chunk("a"))
        self.assertTrue(self.connection.paused)
        body.attach(self.client)  # type: ignore[arg-type]
        self.assertFalse(self.connection.paused)
        self.assertEqual(self.client.data, chunk("a"))

    def test_the_client_sets_the_pace(self) -> None:
        """The upstream waits while the client cannot take more."""
        body = self.attached()
        self.client.room = 0
        body.dataReceived(chunk("b"))
        self.assertTrue(self.connection.paused)
        self.client.producer.resumeProducing()
        self.assertFalse(self.connection.paused)

    def test_a_full_client_at_the_start_is_not_overrun(self) -> None:
        """What was ready fills it; the upstream stays paused."""
        body = self.begin()
        self.client.room = 0
        body.dataReceived(chunk("a"))
        body.attach(self.client)  # type: ignore[arg-type]
        self.assertTrue(self.connection.paused)

    def test_a_slow_client_is_not_the_upstreams_silence(self) -> None:
        """And gets no comments on top of what it cannot take."""
        body = self.attached()
        self.client.room = 0
        body.dataReceived(chunk("b"))
        before = self.client.data
        self.clock.pump([1] * 59)
        self.assertEqual(self.client.data, before)
        self.client.room = 1 << 30
        self.client.producer.resumeProducing()
        self.clock.pump([1] * 59)
        self.assertNoResult(body.ended)
        self.clock.pump([1] * 2)
        self.assertEqual(self.failed(body.ended).code, "stream_stalled")

    def test_a_client_that_takes_nothing_is_given_up(self) -> None:
        """After the time that an upstream would have had; others wait for its place."""
        body = self.attached()
        self.client.room = 0
        body.dataReceived(chunk("b"))
        self.clock.pump([1] * 61)
        self.failureResultOf(body.ended, ClientStalled)
        self.assertTrue(self.connection.stopped)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_consumer_that_stops_is_the_end(self) -> None:
        """Whoever waits for it is told, soon."""
        body = self.attached()
        body.stopProducing()
        self.clock.advance(0)
        self.failureResultOf(body.ended, CancelledError)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_refusal_after_a_comment_is_a_broken_stream(self) -> None:
        """What left can not be taken back, whatever it was."""
        body = self.begin()
        self.clock.pump([1] * 16)
        body.attach(self.client)  # type: ignore[arg-type]
        body.dataReceived(b'data: {"error": {"message": "No", "code": 402}}\n\n')
        self.assertEqual(self.failed(body.ended).phase, "stream")

    def test_an_error_after_good_text_ends_it_at_once(self) -> None:
        """The text leaves, then the error; nobody waits for what an upstream does after it."""
        body = self.attached()
        body.dataReceived(chunk("b") + b'data: {"error": {"message": "Broke"}}\n\n')
        self.assertEqual(self.client.data, chunk("a") + chunk("b"))
        self.assertEqual(self.failed(body.ended).phase, "stream")
        self.assertTrue(self.connection.stopped)

    def test_a_bug_of_ours_is_a_failure_and_no_silence(self) -> None:
        """It is logged, and somebody else can be asked as long as nothing has left."""
        self.begin()
        body = Body(Broken(), self.clock, 60.0)  # type: ignore[arg-type]
        body.makeConnection(self.connection)  # type: ignore[arg-type]
        body.dataReceived(b"data")
        self.assertEqual(self.failed(body.started).status, 502)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertTrue(self.connection.stopped)

    def test_ends_with_its_terminator(self) -> None:
        """Before the connection does, which is left to be used again."""
        body = self.attached()
        body.dataReceived(chunk(finish="stop") + b"data: [DONE]\n\n")
        self.successResultOf(body.ended)
        self.assertIsNone(self.client.producer)
        self.assertFalse(self.connection.stopped)
        body.connectionLost(DONE)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_hangs_up_on_who_does_not_end(self) -> None:
        """Soon after the terminator; at once if it goes on."""
        for goes_on in (False, True):
            body = self.attached()
            body.dataReceived(chunk(finish="stop") + b"data: [DONE]\n\n")
            if goes_on:
                body.dataReceived(chunk("more"))
            else:
                self.clock.advance(LINGER)
            self.assertTrue(self.connection.stopped)
            self.assertNotIn(b"more", self.client.data)
            body.connectionLost(DONE)
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_who_waits_for_the_end_still_serves_the_request(self) -> None:
        """Also when it is somebody else who ends it, as for all requests at once."""
        request, seen = Served("a"), []
        with serving(request):
            body = self.attached()
        body.ended.addErrback(lambda _: seen.append(current()))
        body.end(stopping())
        self.assertEqual(seen, [request])

    def test_an_answer_that_breaks_off_says_so(self) -> None:
        """However the connection ended: a body without length ends like that too."""
        for reason in (DONE, RESET, Failure(ConnectionDone())):
            body = self.attached()
            body.connectionLost(reason)
            self.assertEqual(self.failed(body.ended).phase, "stream")
            self.assertIsNone(self.client.producer)
            self.assertNotIn(b"[DONE]", self.client.data)

    def test_an_answer_that_is_finished_is_whole(self) -> None:
        """Even if its terminator did not come."""
        for reason in (DONE, RESET):
            body = self.attached()
            body.dataReceived(chunk(finish="stop"))
            body.connectionLost(reason)
            self.successResultOf(body.ended)
            self.assertTrue(self.client.data.endswith(b"data: [DONE]\n\n"))

    def test_a_break_before_anything_left_is_a_failed_reply(self) -> None:
        """Somebody else can still be asked."""
        for reason in (DONE, RESET):
            body = self.begin()
            body.connectionLost(reason)
            self.assertEqual(self.failed(body.started).phase, "reply")
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_an_answer_in_json_can_fail_till_its_end(self) -> None:
        """Nothing of it leaves before it is whole."""
        body = self.begin(stream=False)
        body.dataReceived(chunk("a"))
        self.assertNoResult(body.started)
        body.connectionLost(RESET)
        self.assertEqual(self.failed(body.started).phase, "reply")

    def test_holds_back_for_a_second_at_most(self) -> None:
        """What might become a refusal, and then is none."""
        begun = "The account behind this API key"
        body = self.begin()
        body.dataReceived(chunk(begun))
        self.assertNoResult(body.started)
        self.clock.advance(HOLD)
        self.successResultOf(body.started)
        body.attach(self.client)  # type: ignore[arg-type]
        self.assertIn(begun.encode(), self.client.data)

    def test_silence_gets_comments(self) -> None:
        """Every fifteen seconds, from the headers on."""
        body = self.begin()
        self.clock.pump([1] * 16)
        self.successResultOf(body.started)
        body.attach(self.client)  # type: ignore[arg-type]
        self.assertEqual(self.client.data, KEEPALIVE)
        self.clock.pump([1] * 30)
        self.assertEqual(self.client.data, KEEPALIVE * 3)

    def test_bytes_that_come_delay_the_comments(self) -> None:
        """They are for silence."""
        body = self.attached()
        for _ in range(10):
            self.clock.pump([1] * 10)
            body.dataReceived(chunk("b"))
        self.assertNotIn(KEEPALIVE, self.client.data)

    def test_a_first_token_that_does_not_come(self) -> None:
        """Is a time-out, where that is set."""
        body = self.begin(first_token=5.0)
        self.clock.advance(5)
        failure = self.failed(body.started)
        self.assertEqual((failure.phase, failure.status), ("first_byte", 504))
        self.assertTrue(self.connection.stopped)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_first_token_is_not_a_comment(self) -> None:
        """Who has set the limit wants somebody else to answer, which a comment would prevent."""
        body = self.begin(first_token=40.0)
        self.clock.pump([1] * 39)
        self.assertNoResult(body.started)
        self.clock.pump([1] * 2)
        self.assertEqual(self.failed(body.started).phase, "first_byte")

    def test_silence_before_anything_left_is_a_time_out(self) -> None:
        """That somebody else can still make good."""
        body = self.begin(stream=False)
        self.clock.pump([1] * 61)
        self.assertEqual(self.failed(body.started).phase, "first_byte")

    def test_a_client_who_leaves_takes_the_connection_along(self) -> None:
        """At the start, in the middle, or with the upstream paused."""
        for leave in (
            lambda body: body.started.cancel(),
            lambda body: body.ended.cancel(),
            lambda body: body.stopProducing(),
        ):
            body = self.begin()
            body.started.addErrback(lambda _: None)
            body.ended.addErrback(lambda _: None)
            leave(body)
            self.clock.advance(0)
            self.assertTrue(self.connection.stopped)
            self.assertEqual(self.clock.getDelayedCalls(), [])
