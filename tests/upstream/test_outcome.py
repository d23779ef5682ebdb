"""What is known of a request when it is over: where its time went, and whose fault its end was."""

from typing import Any

import attrs
import pytest
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from pollinations.interfaces import ISanitizer, ISignatureStore
from pollinations.quirks.sanitizer import QuirkSanitizer
from pollinations.routing.record import Record
from pollinations.routing.route import ENTER
from pollinations.settings.schema import Settings, Timeouts
from pollinations.testing import scripts
from pollinations.testing.together import Together

HELLO = scripts.text("Hel", "lo")
MANUAL = Settings(mode="manual")


def asked(model: Any, settings: Settings | None = None, **fields: Any) -> Together:
    """A proxy that has been asked once, and whose upstream had all the time that it wanted."""
    proxy = Together(model, settings=settings or Settings())
    proxy.chat("hi", **{"model": "enter/openai", **fields})
    proxy.advance(400)
    return proxy


def latest(proxy: Together) -> Record:
    """The only record."""
    [record] = proxy.exchange.records
    return record


@implementer(ISanitizer)
@attrs.define(eq=False)
class SlowSanitizer:
    """Sanitizes as usual, and takes its time."""

    proxy: Together
    seconds: float

    def sanitize(self, *asked: Any) -> Any:
        """Let the clock go on meanwhile."""
        self.proxy.clock.advance(self.seconds)
        return QuirkSanitizer().sanitize(*asked)


@implementer(ISignatureStore)
@attrs.define(eq=False)
class SlowStore:
    """Remembers nothing, and takes its time with that."""

    proxy: Together
    seconds: float

    async def get(self, keys: Any) -> Any:
        """Nothing."""
        return {}

    async def put(self, entries: Any) -> None:
        """Let the clock go on meanwhile."""
        self.proxy.clock.advance(self.seconds)


@implementer(ISignatureStore)
@attrs.define(eq=False)
class CountingStore:
    """Remembers nothing, and counts how often it is asked."""

    looked: int = 0

    async def get(self, keys: Any) -> Any:
        """Nothing."""
        self.looked += 1
        return {}

    async def put(self, entries: Any) -> None:
        """Forget them."""


class TimeTests(SynchronousTestCase):
    """Where the time of a request went."""

    def test_waiting_for_an_upstream_is_not_ours(self) -> None:
        """Neither before the first byte nor between two."""
        whole = scripts.json(200, {"choices": [{"message": {"content": "Hello"}}]})
        late = whole.but(steps=(scripts.Pause(2.0), *whole.steps))
        for model, stream in ((HELLO.but(pace=2.0), True), (late, True), (late, False)):
            record = latest(asked(model, stream=stream))
            self.assertEqual((record.status, record.overhead), (200, 0.0))
            self.assertGreaterEqual(record.seconds, 2.0)

    def test_waiting_for_another_attempt_is_not_ours(self) -> None:
        """Nor is the attempt that failed."""
        record = latest(asked(scripts.InTurn(scripts.error(503, "Busy"), HELLO)))
        self.assertEqual((len(record.attempts), record.overhead), (2, 0.0))
        assert record.first_byte is not None
        self.assertGreaterEqual(record.first_byte, 1.0)

    def test_what_is_done_to_a_request_is_ours(self) -> None:
        """Whatever takes long before it is sent."""
        proxy = Together(HELLO)
        proxy.exchange.sanitizer = SlowSanitizer(proxy, 0.25)
        proxy.chat("hi", model="enter/openai", stream=True)
        self.assertEqual(latest(proxy).overhead, 0.25)

    def test_what_is_done_to_an_answer_is_ours(self) -> None:
        """Before it has begun to leave and afterwards, each counted once."""
        signed = scripts.signed_text("Hel", "lo", signature="c2lnbmVk").but(pace=1.0)
        for stream in (True, False):
            proxy = Together(signed)
            proxy.exchange.signatures = SlowStore(proxy, 0.5)
            proxy.chat("hi", model="enter/gemini", stream=stream)
            proxy.advance(10)
            self.assertEqual(latest(proxy).overhead, 0.5, stream)

    def test_waiting_in_the_queue_is_not_ours(self) -> None:
        """It is counted for itself; who has no queue has not waited in one."""
        proxy = Together(HELLO.but(pace=1.0))
        for _ in range(2):
            proxy.chat("hi", model="free/openai", stream=True)
        proxy.advance(10)
        second, first = proxy.exchange.records
        self.assertEqual((first.queued, first.overhead), (0.0, 0.0))
        self.assertGreaterEqual(second.queued or 0, 1.0)
        self.assertEqual(second.overhead, 0.0)
        self.assertIsNone(latest(asked(HELLO)).queued)

    def test_the_waits_between_pieces(self) -> None:
        """Of streams alone: the pieces of a JSON text are nobody's."""
        gaps = latest(asked(HELLO.but(pace=2.0), stream=True)).gaps
        assert gaps is not None
        self.assertAlmostEqual(gaps.seconds, 2.0)
        self.assertIsNone(latest(asked(HELLO)).gaps)

    def test_without_an_answer_there_is_no_overhead(self) -> None:
        """It would be anybody's guess."""
        record = latest(asked(scripts.error(400, "No")))
        self.assertIsNone(record.overhead)


@pytest.mark.parametrize(
    ("model", "fields", "origin"),
    [
        (HELLO, {}, ""),
        (HELLO, {"stream": True}, ""),
        (scripts.error(400, "No"), {}, "client"),
        (scripts.overflow(), {}, "client"),
        (scripts.error(401, "No"), {}, "upstream"),
        (scripts.insufficient_balance(), {}, "upstream"),
        (scripts.error(500, "Broken"), {}, "upstream"),
        (scripts.hanging(), {}, "upstream"),
        (scripts.dropped(), {}, "upstream"),
        (scripts.failing(HELLO), {"stream": True}, "upstream"),
    ],
)
def test_whose_fault_it_was(model: Any, fields: dict[str, Any], origin: str) -> None:
    """That of whoever could have done otherwise."""
    assert latest(asked(model, MANUAL, **fields)).origin == origin


@pytest.mark.parametrize(
    ("model", "code"),
    [
        (scripts.refusal(), "insufficient_balance"),
        (scripts.refusal("model"), "model_not_allowed"),
        (scripts.error_with_200(), "upstream_error"),
        (scripts.no_choices(), "empty_answer"),
        (scripts.insufficient_balance(), ""),
        (HELLO, ""),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_what_was_sent_as_an_answer_and_was_none(model: Any, code: str, stream: bool) -> None:
    """With status 200; an error that says so itself is not one of these."""
    record = latest(asked(model, MANUAL, stream=stream))
    assert record.attempts[0].in_band == code


class EndTests(SynchronousTestCase):
    """How requests end that do not end well."""

    def left(self, model: Any, seconds: float, **fields: Any) -> str:
        """How far a request was when its client left after so many seconds."""
        proxy = Together(model)
        got = proxy.chat("hi", **{"model": "enter/openai", **fields})
        proxy.advance(seconds)
        got.leave()
        proxy.pump()
        record = latest(proxy)
        self.assertEqual((record.status, record.origin), (499, "client"))
        return record.left

    def test_how_far_it_was_when_its_client_left(self) -> None:
        """Before the first byte, between attempts, and in the middle."""
        self.assertEqual(self.left(scripts.hanging(), 1), "waiting")
        self.assertEqual(self.left(scripts.error(503, "Busy"), 0.5), "pausing")
        slow = HELLO.but(pace=10.0)
        self.assertEqual(self.left(slow, 1, stream=True), "streaming")

    def test_who_leaves_the_queue(self) -> None:
        """Has waited for nothing else."""
        proxy = Together(scripts.hanging())
        proxy.chat("hi")
        second = proxy.chat("hi")
        proxy.advance(3)
        second.leave()
        proxy.pump()
        record = latest(proxy)
        self.assertEqual((record.left, record.queued, record.attempts), ("queued", 3.0, ()))

    def test_a_full_queue_is_the_proxys_own_fault(self) -> None:
        """The upstream has not been asked."""
        proxy = Together(scripts.hanging(), settings=MANUAL)
        for _ in range(18):
            proxy.chat("hi")
        self.assertEqual(latest(proxy).origin, "proxy")

    def test_an_end_of_the_proxy_is_its_own_fault(self) -> None:
        """Whether the answer has begun or not."""
        for model in (scripts.hanging(), HELLO.but(pace=10.0)):
            proxy = Together(model)
            proxy.chat("hi", model="enter/openai", stream=True)
            proxy.exchange.stop()
            self.assertEqual((latest(proxy).status, latest(proxy).origin), (503, "proxy"))

    def test_an_answer_that_is_cut_off(self) -> None:
        """Tells the finish reason; the tokens are an estimate."""
        record = latest(asked(scripts.text("Done.\n\n", "User: and?\n", "No"), stream=True))
        self.assertEqual((record.cut, record.estimated, record.origin), ("stop", True, ""))

    def test_tokens_of_a_kind_of_their_own(self) -> None:
        """As far as they are told apart."""
        details = {"cached_tokens": 64}
        usage = {"prompt_tokens": 100, "completion_tokens": 9, "prompt_tokens_details": details}
        chunk = {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}
        record = latest(asked(scripts.events({**chunk, "usage": usage}), stream=True))
        self.assertEqual((record.prompt_tokens, record.cached_tokens), (100, 64))
        self.assertIsNone(record.reasoning_tokens)
        self.assertEqual(record.route.universe, ENTER)

    def test_what_is_no_count_is_none(self) -> None:
        """An upstream may send anything as its details."""
        usage = {"prompt_tokens": "7", "prompt_tokens_details": [1], "completion_tokens_details": 0}
        chunk = {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}
        record = latest(asked(scripts.events({**chunk, "usage": usage}), stream=True))
        self.assertEqual((record.prompt_tokens, record.cached_tokens), (0, None))

    def test_what_was_remembered(self) -> None:
        """Nothing can be of a conversation in which no model has spoken."""
        self.assertIsNone(latest(asked(HELLO)).remembered)
        proxy = Together(HELLO)
        proxy.chat("hi", {"role": "assistant", "content": "Hello"}, "Go on.", model="enter/gemini")
        self.assertIs(latest(proxy).remembered, False)

    def test_nothing_is_looked_for_that_is_of_no_use(self) -> None:
        """Computing what it would be found by costs more than all else that is done to a prompt."""
        said = ("hi", {"role": "assistant", "content": "Hello"}, "Go on.")
        for model, looked in (("gemini", 1), ("kimi", 1), ("openai", 0), ("claude", 0)):
            proxy = Together(HELLO)
            proxy.exchange.signatures = store = CountingStore()
            proxy.chat(*said, model=f"enter/{model}")
            self.assertEqual(store.looked, looked, model)
            self.assertIs(latest(proxy).remembered, False if looked else None)

    def test_whoever_does_not_say_is_told_all(self) -> None:
        """A sanitizer of somebody else's, which has but one method."""
        proxy = Together(HELLO)
        proxy.exchange.sanitizer = SlowSanitizer(proxy, 0.0)
        proxy.exchange.signatures = store = CountingStore()
        proxy.chat("hi", {"role": "assistant", "content": "Hello"}, "Go on.", model="enter/openai")
        self.assertEqual(store.looked, 1)


def test_an_own_limit_is_the_upstreams_fault() -> None:
    """It was given time enough."""
    settings = attrs.evolve(MANUAL, timeouts=Timeouts(first_byte=5))
    record = latest(asked(scripts.hanging(), settings))
    assert (record.status, record.origin, record.left) == (504, "upstream", "")
