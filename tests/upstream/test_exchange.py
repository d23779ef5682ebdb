"""Retries, fallbacks and cooldowns, as the upstreams and the client see them."""

from collections import Counter
from typing import Any

import attrs
import pytest
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from pollinations.chat.request import ChatRequest
from pollinations.errors import UpstreamFailed
from pollinations.interfaces import IRouter
from pollinations.routing.quota import Quota
from pollinations.routing.route import Route
from pollinations.routing.router import TierRouter
from pollinations.routing.situation import Situation
from pollinations.settings.schema import Gui, Settings, Timeouts
from pollinations.testing import scripts
from pollinations.testing.account import DEMO_KEY
from pollinations.testing.together import PLENTY, Got, Seen, Together

HELLO = scripts.text("Hel", "lo")
RESCUE = scripts.text("To the ", "rescue")
NOTICE = "\n\n> ⚠️ **Safety Net**: {reason}. Switched to `{model}`."
TOOL = {
    "type": "function",
    "function": {"name": "bash", "parameters": {"type": "object", "properties": {}}},
}
LONG = 400.0
"""Seconds after which everything that may happen has happened."""


def before(enter: Any, free: Any = RESCUE, **fields: Any) -> Together:
    """A proxy before an enter universe that behaves like this, and a free one."""
    return Together(scripts.ByUniverse(enter=enter, free=free), **fields)


def asked(proxy: Together) -> Counter[tuple[str, str]]:
    """How often which model was asked."""
    return Counter((one.universe, one.model) for one in proxy.imitation.asked())


def answer(proxy: Together, *messages: Any, seconds: float = LONG, **fields: Any) -> Got:
    """What the client has got when all is over."""
    got = proxy.chat(*(messages or ("hi",)), **{"model": "enter/openai", **fields})
    if not got.ended:
        proxy.advance(seconds)
    return got


# What an enter model may do before its first byte: how often it is asked then, the reason why
# another answers, and the client's status when nobody does.
FAILURES = [
    ("401", scripts.error(401, "Bad key"), 1, "Invalid API Key (Upstream 401)", 401),
    ("402", scripts.error(402, "Out of pollen"), 1, "Insufficient Funds (Upstream 402)", 402),
    ("403", scripts.error(403, "Not for you"), 1, "Access Denied (403)", 403),
    ("429", scripts.error(429, "Slow down"), 3, "Rate Limit (Upstream 429)", 429),
    ("500", scripts.error(500, "Oops"), 3, "Upstream Unavailable (500)", 500),
    ("502", scripts.html(502), 3, "Upstream Unavailable (502)", 502),
    ("503", scripts.error(503, "Busy"), 3, "Upstream Unavailable (503)", 503),
    ("504", scripts.error(504, "Slow"), 1, "Upstream Timeout", 504),
    ("524", scripts.html(524), 1, "Upstream Timeout", 524),
    ("530", scripts.html(530), 3, "Upstream Unavailable (530)", 530),
    ("silence", scripts.hanging(), 1, "Upstream Timeout", 504),
    ("hung up", scripts.dropped(), 3, "Upstream Unavailable (502)", 502),
    ("credits", scripts.refusal("credits"), 1, "Insufficient Funds (Upstream 402)", 402),
    ("budget", scripts.refusal("budget"), 1, "Insufficient Funds (Upstream 402)", 402),
    ("page with 200", scripts.html(200), 3, "Upstream Unavailable (502)", 502),
    ("no choices", scripts.no_choices(), 3, "Upstream Unavailable (502)", 502),
    ("error with 200", scripts.error_with_200(), 3, "Upstream Unavailable (502)", 502),
]
TABLE = pytest.mark.parametrize(
    ("script", "attempts", "reason", "status"),
    [row[1:] for row in FAILURES],
    ids=[row[0] for row in FAILURES],
)


@TABLE
@pytest.mark.parametrize("stream", [True, False], ids=["events", "json"])
def test_another_answers_whole(
    script: Any, attempts: int, reason: str, status: int, stream: bool
) -> None:
    """The answer is whole, its notice comes before its end, and the headers say the same."""
    proxy = before(script)
    got = answer(proxy, stream=stream)
    assert (got.status, got.whole) == (200, True)
    model = str(got.header("x-pollinations-model"))
    assert got.text == "To the rescue" + NOTICE.format(reason=reason, model=f"free/{model}")
    assert got.header("x-pollinations-universe") == "free"
    assert got.header("x-pollinations-fallback") == reason
    assert asked(proxy) == {("enter", "openai"): attempts, ("free", model): 1}
    assert not stream or got.data.endswith(b"data: [DONE]\n\n")


@TABLE
def test_the_first_failure_is_the_answer_when_the_fallback_fails_too(
    script: Any, attempts: int, reason: str, status: int
) -> None:
    """Untouched: what the fallback's upstream says is not what the client asked about."""
    proxy = before(script, scripts.error(418, "A teapot"))
    got = answer(proxy)
    assert got.status == status
    assert "teapot" not in got.error["message"]
    assert asked(proxy)["enter", "openai"] == attempts
    assert got.header("x-pollinations-fallback") is None


@TABLE
def test_manual_mode_has_no_safety_net(
    script: Any, attempts: int, reason: str, status: int
) -> None:
    """The upstream's own answer comes back, after as many attempts, and nobody else is asked."""
    proxy = before(script, settings=Settings(mode="manual"))
    got = answer(proxy)
    assert got.status == status
    assert asked(proxy) == {("enter", "openai"): attempts}


@pytest.mark.parametrize(
    "script",
    [
        scripts.error(400, "No such parameter"),
        scripts.error(404, "No such model"),
        scripts.error(413, "Too much"),
        scripts.error(422, "Not like this"),
        scripts.error(400, "Request blocked by upstream content filter", code="content_blocked"),
    ],
)
def test_what_is_wrong_with_the_request_is_the_clients(script: Any) -> None:
    """Asking again or somebody else would not mend it, and nobody cools down for it."""
    proxy = before(scripts.InTurn(script, HELLO))
    assert answer(proxy).status in (400, 404, 413, 422)
    assert asked(proxy) == {("enter", "openai"): 1}
    assert answer(proxy).text == "Hello"


@implementer(IRouter)
@attrs.define(eq=False)
class Remembering:
    """Routes as usual, and remembers for which failures somebody else was wanted."""

    failures: list[int] = attrs.field(factory=list, init=False)

    def route(self, request: ChatRequest, situation: Situation) -> Route:
        """As usual."""
        return TierRouter().route(request, situation)

    def fallback(
        self, request: ChatRequest, route: Route, failure: UpstreamFailed, situation: Situation
    ) -> Route | None:
        """As usual."""
        self.failures.append(failure.status)
        return TierRouter().fallback(request, route, failure, situation)


class FallbackTests(SynchronousTestCase):
    """What the model that takes over is sent, and what it is not."""

    def test_the_router_is_asked_once_per_failure(self) -> None:
        """Who makes the waits for another attempt brief is who takes over in the end."""
        script = scripts.InTurn(*(scripts.error(each, "Busy") for each in (500, 502, 503)))
        proxy, router = before(script), Remembering()
        proxy.exchange.router = router
        self.assertTrue(answer(proxy).whole)
        self.assertEqual(router.failures, [500, 502, 503])

    def test_the_request_is_made_anew(self) -> None:
        """Its own quirks, a seed, no ``private``, no key."""
        proxy = before(scripts.error(402, "No"))
        answer(proxy, model="enter/gemini", tools=[TOOL])
        enter, free = proxy.imitation.asked()
        self.assertTrue(enter.body["private"])
        self.assertNotIn("private", free.body)
        self.assertIn("seed", free.body)
        self.assertEqual((enter.key, free.key), (DEMO_KEY, ""))

    def test_tools_ask_for_the_agent(self) -> None:
        """A request with tools goes to the fallback that can call them."""
        proxy = before(scripts.error(402, "No"))
        got = answer(proxy, tools=[TOOL])
        self.assertEqual(got.header("x-pollinations-model"), "openai-fast")

    def test_tool_calls_bear_no_notice(self) -> None:
        """Nor does JSON, nor anything when status messages are off; the headers tell."""
        calls = scripts.calls(("bash", {"command": "ls"}))
        quiet = Settings(gui=Gui(status="none"))
        for free, settings, fields in (
            (calls, Settings(), {"tools": [TOOL]}),
            (scripts.text("{}"), Settings(), {"response_format": {"type": "json_object"}}),
            (HELLO, quiet, {}),
        ):
            got = answer(before(scripts.error(402, "No"), free, settings=settings), **fields)
            self.assertEqual(got.status, 200)
            self.assertNotIn("Safety Net", got.text)
            self.assertTrue(got.header("x-pollinations-fallback"))

    def test_a_402_has_the_account_looked_at(self) -> None:
        """And the model waits until there is something to spend."""
        quota = Seen()
        proxy = before(scripts.InTurn(scripts.error(402, "No"), HELLO), quota=quota)
        answer(proxy)
        self.assertEqual(quota.looks, 1)
        got = answer(proxy)
        self.assertEqual(got.header("x-pollinations-fallback"), "Insufficient Funds (Cooldown)")
        proxy.exchange.outlook.cooldowns.looked(PLENTY)
        proxy.advance(10)
        self.assertEqual(answer(proxy).text, "Hello")

    def test_preflight_asks_nobody_in_vain(self) -> None:
        """What the quota forbids is not tried."""
        for quota, reason in (
            (Quota(), "Quota Unreachable (Safety)"),
            (attrs.evolve(PLENTY, grant=1.0, wallet=4.99), "Wallet & Tier Critical"),
        ):
            proxy = before(HELLO, quota=Seen(quota))
            got = answer(proxy)
            self.assertEqual(got.header("x-pollinations-fallback"), reason)
            self.assertEqual({universe for universe, _ in asked(proxy)}, {"free"})

    def test_a_free_gemini_whose_tools_are_refused(self) -> None:
        """Another free model answers."""
        table = scripts.ByModel({"gemini": scripts.error(401, "No tools")}, RESCUE)
        proxy = Together(scripts.ByUniverse(free=table, enter=HELLO))
        got = answer(proxy, model="free/gemini", tools=[TOOL])
        self.assertEqual(got.status, 200)
        self.assertIn("Gemini Tools Auth Failed", str(got.header("x-pollinations-fallback")))

    def test_a_conversation_too_long(self) -> None:
        """Goes to who can read more; else the text comes back that makes clients shorten it."""
        text = "This model's maximum context length is 128000 tokens."
        overflow = scripts.error(400, text, code="context_length_exceeded")
        got = answer(before(overflow, overflow))
        self.assertEqual((got.status, got.error["message"]), (400, text))


class RetryTests(SynchronousTestCase):
    """When a model is asked again, and when it is not."""

    def test_waits_longer_each_time(self) -> None:
        """A second, then two: by the clock that was given."""
        proxy = before(scripts.error(503, "Busy"))
        answer(proxy)
        times = [one.when for one in proxy.imitation.asked("enter")]
        self.assertEqual(times, [0.0, 1.0, 3.0])

    def test_waits_as_long_as_it_is_told(self) -> None:
        """As ``Retry-After`` says: a few seconds, or half a minute where nobody else answers."""
        for mode, wait in (("pro", 5), ("manual", 30)):
            limited = scripts.InTurn(scripts.error(429, "Slow", retry_after=wait), HELLO)
            proxy = before(limited, settings=Settings(mode=mode))
            self.assertEqual(answer(proxy).text, "Hello")
            times = [one.when for one in proxy.imitation.asked("enter")]
            self.assertEqual(times, [0.0, wait])

    def test_nobody_waits_long_where_another_model_could_answer(self) -> None:
        """It does so at once, and the first one is left alone for as long as it asked."""
        proxy = before(scripts.error(429, "Slow", retry_after=20))
        got = answer(proxy)
        self.assertIn("Safety Net", got.text)
        self.assertEqual(asked(proxy)["enter", "openai"], 1)
        [rescue] = proxy.imitation.asked("free")
        self.assertEqual(rescue.when, 0.0)

    def test_does_not_wait_for_ever(self) -> None:
        """A limit that asks for more gets one rescue attempt, for somebody else could answer."""
        proxy = before(scripts.error(429, "Slow", retry_after=3600))
        got = answer(proxy)
        self.assertEqual(asked(proxy)["enter", "openai"], 2)
        self.assertIn("Safety Net", got.text)

    def test_succeeds_the_second_time(self) -> None:
        """The client sees nothing but the answer, and the attempts in a header."""
        for bad in (scripts.error(503, "Busy"), scripts.dropped(), scripts.html(502)):
            proxy = before(scripts.InTurn(bad, HELLO))
            got = answer(proxy, stream=True)
            self.assertEqual((got.text, got.header("x-pollinations-attempts")), ("Hello", "2"))

    def test_can_be_turned_off(self) -> None:
        """By a setting."""
        proxy = before(scripts.error(503, "Busy"), settings=Settings(retries=0))
        answer(proxy)
        self.assertEqual(asked(proxy)["enter", "openai"], 1)

    def test_never_after_the_first_byte(self) -> None:
        """An answer that broke off is said to have; nobody answers a second time."""
        for end in (scripts.Cut(), scripts.Abort()):
            broken = HELLO.but(finish=None, done=False)

            def script(asked: Any, end: Any = end, broken: Any = broken) -> Any:
                return broken(asked).then(end)

            proxy = before(script)
            got = answer(proxy, stream=True)
            self.assertIn("error", got.events[-1])
            self.assertNotIn(b"[DONE]", got.data)
            self.assertEqual(asked(proxy), {("enter", "openai"): 1})

    def test_a_parameter_of_ours_that_is_refused_is_left_out(self) -> None:
        """Once more without it, and nobody hears of it."""
        refused = scripts.error(400, "Unknown parameter: 'private'")
        proxy = before(scripts.InTurn(refused, HELLO))
        got = answer(proxy)
        self.assertEqual(got.text, "Hello")
        first, second = proxy.imitation.asked()
        self.assertIn("private", first.body)
        self.assertNotIn("private", second.body)
        self.assertIn("retry.without-private", str(got.header("x-pollinations-changes")))

    def test_stalls_are_cut(self) -> None:
        """A stream that falls silent ends in an error, when its time is over."""

        def stalling(asked: Any) -> Any:
            return HELLO.but(finish=None, done=False)(asked).then(scripts.Stall())

        proxy = before(stalling, settings=Settings(timeouts=Timeouts(idle=20)))
        got = proxy.chat("hi", model="enter/openai", stream=True)
        proxy.advance(19)
        self.assertFalse(got.ended)
        self.assertIn(b": keep-alive\n\n", got.data)
        proxy.advance(2)
        self.assertTrue(got.ended)
        self.assertEqual(got.events[-1]["error"]["code"], "stream_stalled")


class CooldownTests(SynchronousTestCase):
    """A model that failed is left alone for a while."""

    def test_the_next_request_goes_straight_to_the_fallback(self) -> None:
        """And says why."""
        proxy = before(scripts.error(503, "Busy"))
        answer(proxy, seconds=4)
        got = answer(proxy, seconds=0)
        self.assertIn("Cooldown", str(got.header("x-pollinations-fallback")))
        self.assertEqual(asked(proxy)["enter", "openai"], 3)

    def test_it_is_found_again_when_it_recovers(self) -> None:
        """Within ten seconds."""
        bad = scripts.error(503, "Busy")
        proxy = before(scripts.InTurn(bad, bad, bad, HELLO))
        answer(proxy, seconds=4)
        proxy.advance(6)
        self.assertEqual(answer(proxy).text, "Hello")
        self.assertEqual(answer(proxy).text, "Hello")

    def test_one_request_probes(self) -> None:
        """The others go round until it has come back."""
        bad = scripts.error(503, "Busy")
        proxy = before(scripts.InTurn(bad, bad, bad, scripts.hanging()))
        answer(proxy, seconds=4)
        proxy.advance(6)
        proxy.chat("hi", model="enter/openai")
        got = answer(proxy, seconds=0)
        self.assertIn("Cooldown", str(got.header("x-pollinations-fallback")))
        self.assertEqual(asked(proxy)["enter", "openai"], 4)

    def test_manual_mode_tries_all_the_same(self) -> None:
        """Nobody goes round for it."""
        proxy = before(scripts.error(503, "Busy"), settings=Settings(mode="manual"))
        for _ in range(2):
            self.assertEqual(answer(proxy, seconds=4).status, 503)
        self.assertEqual(asked(proxy)["enter", "openai"], 6)


class LaneTests(SynchronousTestCase):
    """The free universe answers one request at a time."""

    def test_the_second_waits_for_the_first(self) -> None:
        """And is asked as soon as that is over."""
        slow = scripts.text("a", "b", "c").but(pace=1.0)
        proxy = Together(slow)
        first = proxy.chat("hi", stream=True)
        second = proxy.chat("hi", stream=True)
        self.assertEqual(len(proxy.imitation.asked()), 1)
        proxy.advance(10)
        self.assertEqual((first.text, second.text), ("abc", "abc"))

    def test_who_leaves_loses_the_place(self) -> None:
        """Waiting or being answered."""
        slow = scripts.text("a", "b").but(pace=100.0)
        proxy = Together(scripts.InTurn(slow, HELLO))
        first, second, third = (proxy.chat("hi", stream=True) for _ in range(3))
        second.leave()
        proxy.pump()
        first.leave()
        proxy.pump()
        self.assertEqual(third.text, "Hello")
        self.assertEqual(len(proxy.imitation.asked()), 2)

    def test_a_full_queue_says_when_to_come_back(self) -> None:
        """Honestly, and without a fallback that would wait in the same queue."""
        proxy = Together(scripts.hanging())
        got = [proxy.chat("hi") for _ in range(18)]
        self.assertEqual(got[-1].status, 429)
        self.assertTrue(int(str(got[-1].header("Retry-After"))) >= 1)
        for one in got:
            one.leave()
        proxy.pump()
        self.assertEqual(proxy.clock.getDelayedCalls(), [])

    def test_keeps_the_distance_that_is_asked_for(self) -> None:
        """After "queue full", as long as it says."""
        proxy = Together(scripts.InTurn(scripts.queue_full(), HELLO))
        got = proxy.chat("hi")
        proxy.advance(40)
        self.assertEqual(got.text, "Hello")


class LeavingTests(SynchronousTestCase):
    """A client who leaves takes the upstream's connection along."""

    def leaves(self, model: Any, after: float = 0.0, **fields: Any) -> Together:
        """A client asks and leaves."""
        proxy = before(model)
        got = proxy.chat("hi", **{"model": "enter/openai", **fields})
        proxy.advance(after)
        got.leave()
        proxy.pump()
        return proxy

    def test_in_every_phase(self) -> None:
        """Before the headers, before the first event, in the middle, and of an answer in JSON."""
        slow = scripts.text("a", "b").but(pace=100.0)
        silent = scripts.Script(
            headers={"Content-Type": "text/event-stream"},
            steps=(scripts.Send(b""), scripts.Stall()),
        )
        half = scripts.Script(
            headers={"Content-Type": "application/json"},
            steps=(scripts.Send(b'{"choices": ['), scripts.Stall()),
        )
        for name, model, fields in (
            ("no headers", scripts.hanging(), {}),
            ("no headers", scripts.hanging(), {"stream": True}),
            ("no event", silent, {"stream": True}),
            ("in the middle", slow, {"stream": True}),
            ("half of it", half, {}),
        ):
            proxy = self.leaves(model, **fields)
            [exchange] = proxy.imitation.recording
            self.assertTrue(exchange.hung_up, name)
            self.assertEqual(proxy.exchange.records.latest.status, 499, name)
            self.assertEqual(proxy.clock.getDelayedCalls(), [], name)

    def test_while_it_waits_for_another_attempt(self) -> None:
        """Nobody is asked any more."""
        proxy = self.leaves(scripts.error(503, "Busy"), after=0.5)
        proxy.advance(LONG)
        self.assertEqual(asked(proxy), {("enter", "openai"): 1})
        self.assertEqual(proxy.clock.getDelayedCalls(), [])


class MemoryTests(SynchronousTestCase):
    """What models want back comes from the conversation that it belongs to."""

    def ask_twice(self, first: str, second: str) -> list[Any]:
        """Two conversations whose calls have the same identifier; what was sent of the second."""
        call = scripts.calls(("bash", {}, "functions.bash:0"), signature="SIG")
        proxy = before(scripts.InTurn(call, scripts.text("Done.")))
        answer(proxy, first, model="enter/gemini", tools=[TOOL])
        function = {"name": "bash", "arguments": "{}"}
        calls = [{"id": "functions.bash:0", "type": "function", "function": function}]
        history = (
            {"role": "assistant", "content": "", "tool_calls": calls},
            {"role": "tool", "tool_call_id": "functions.bash:0", "content": "ok"},
        )
        answer(proxy, second, *history, model="enter/gemini", tools=[TOOL])
        messages: list[Any] = proxy.imitation.asked()[-1].body["messages"]
        return messages

    def test_a_signature_comes_back(self) -> None:
        """Though the client did not send it."""
        sent = str(self.ask_twice("Run ls.", "Run ls."))
        self.assertIn("SIG", sent)

    def test_it_does_not_get_into_another_conversation(self) -> None:
        """Some models count their calls, in every conversation anew."""
        sent = str(self.ask_twice("I am Alice.", "I am Bob."))
        self.assertNotIn("SIG", sent)


class RecordTests(SynchronousTestCase):
    """What is kept of a request."""

    def test_tells_the_whole_story(self) -> None:
        """Who was asked, how often, with what result, who answered, and what it cost."""
        proxy = before(scripts.error(503, "Busy"))
        answer(proxy, headers={"x-request-id": "story"})
        record = proxy.exchange.records.find("story")
        assert record is not None
        self.assertEqual(record.asked, "enter/openai")
        self.assertEqual([one.status for one in record.attempts], [503, 503, 503, 200])
        self.assertEqual(record.route.reason, "Upstream Unavailable (503)")
        self.assertEqual((record.status, record.first_byte), (200, 3.0))
        self.assertGreater(record.completion_tokens or 0, 0)

    def test_prices_an_answer(self) -> None:
        """By the catalogue's prices of the model that gave it."""
        proxy = before(HELLO)
        answer(proxy, model="enter/gemini")
        record = proxy.exchange.records.latest
        assert record is not None
        assert record.prompt_tokens is not None
        assert record.completion_tokens is not None
        expected = record.prompt_tokens * 5e-7 + record.completion_tokens * 3e-6
        self.assertAlmostEqual(record.cost or 0, expected)
