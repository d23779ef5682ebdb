"""What upstreams, the log and the records are told of a client's trace."""

from typing import Any

from twisted.logger import LogPublisher
from twisted.trial.unittest import SynchronousTestCase

from pollinations.logs.context import current
from pollinations.logs.service import LogService
from pollinations.routing.traceparent import TraceContext, begun, parse
from pollinations.settings.schema import Settings
from pollinations.testing import scripts
from pollinations.testing.together import Together

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
FOLLOWED = {"traceparent": f"00-{TRACE}-{SPAN}-01", "tracestate": "rojo=1,congo=2"}
HELLO = scripts.text("Hel", "lo")
FALLEN = scripts.ByUniverse(
    enter=scripts.InTurn(scripts.error(503, "Busy"), scripts.error(503, "Busy")), free=HELLO
)


def told(proxy: Together) -> list[TraceContext]:
    """The places that upstreams were told of, in order."""
    headers = [asked.headers for asked in proxy.imitation.asked()]
    found = [parse([one["traceparent"]], [one.get("tracestate", "")]) for one in headers]
    return [one for one in found if one is not None]


class ContinuedTests(SynchronousTestCase):
    """A client follows a trace, or does not."""

    def test_the_upstream_is_told(self) -> None:
        """In the same trace, from a span of ours."""
        proxy = Together(HELLO)
        proxy.chat("hi", headers=FOLLOWED)
        [place] = told(proxy)
        self.assertEqual((place.trace_id, place.sampled), (TRACE, True))
        self.assertEqual(place.state, "rojo=1,congo=2")
        self.assertNotEqual(place.span_id, SPAN)

    def test_what_is_not_recorded_stays_so(self) -> None:
        proxy = Together(HELLO)
        proxy.chat("hi", headers={"traceparent": f"00-{TRACE}-{SPAN}-00"})
        [place] = told(proxy)
        self.assertEqual((place.sampled, place.state), (False, ""))

    def test_nothing_is_said_of_no_trace(self) -> None:
        """Nor of one that is not valid, nor of what else clients carry along."""
        for headers in (
            {},
            {"traceparent": "garbage", "tracestate": "a=1"},
            {"traceparent": f"ff-{TRACE}-{SPAN}-01"},
            {"tracestate": "a=1"},
            {"baggage": "user=me", "b3": f"{TRACE}-{SPAN}-1", "x-datadog-trace-id": "7"},
        ):
            proxy = Together(HELLO)
            got = proxy.chat("hi", headers=headers)
            [asked] = proxy.imitation.asked()
            self.assertEqual(got.status, 200)
            named = {"traceparent", "tracestate", "baggage", "b3", "x-datadog-trace-id"}
            self.assertFalse(named & asked.headers.keys())

    def test_baggage_stays_here(self) -> None:
        """It is the client's own, whatever it follows."""
        proxy = Together(HELLO)
        proxy.chat("hi", headers={**FOLLOWED, "baggage": "user=me"})
        [asked] = proxy.imitation.asked()
        self.assertNotIn("baggage", asked.headers)

    def test_each_attempt_has_a_span_of_its_own(self) -> None:
        """Retries and whoever takes over, all in one trace."""
        proxy = Together(FALLEN, Settings(mode="pro", retries=1))
        got = proxy.chat("hi", model="enter/openai", headers=FOLLOWED)
        proxy.advance(60)
        self.assertTrue(got.text.startswith("Hello"))
        places = told(proxy)
        self.assertEqual([place.trace_id for place in places], [TRACE] * 3)
        self.assertEqual(len({place.span_id for place in places}), 3)

    def test_the_record_knows_them(self) -> None:
        """The request's own span is between its client's and those of the attempts."""
        proxy = Together(FALLEN, Settings(mode="pro", retries=1))
        proxy.chat("hi", model="enter/openai", headers=FOLLOWED)
        proxy.advance(60)
        record = proxy.exchange.records.latest
        assert record is not None
        assert record.trace is not None
        self.assertEqual((record.trace.trace_id, record.trace.parent_id), (TRACE, SPAN))
        self.assertEqual(
            [attempt.span_id for attempt in record.attempts],
            [place.span_id for place in told(proxy)],
        )
        at = [attempt.at for attempt in record.attempts]
        self.assertEqual((at[0], at), (record.at, sorted(at)))
        self.assertLess(at[0], at[1])

    def test_no_trace_leaves_no_place(self) -> None:
        proxy = Together(HELLO)
        proxy.chat("hi")
        record = proxy.exchange.records.latest
        assert record is not None
        self.assertIsNone(record.trace)
        self.assertEqual(record.attempts[0].span_id, "")

    def test_a_trace_of_ours_is_nobody_elses(self) -> None:
        """Upstreams belong to others: they are told what clients want them to know."""
        proxy = Together(HELLO)
        proxy.exchange.trace = lambda parent: begun()
        proxy.chat("hi")
        [asked] = proxy.imitation.asked()
        self.assertNotIn("traceparent", asked.headers)
        record = proxy.exchange.records.latest
        assert record is not None
        self.assertNotEqual(record.attempts[0].span_id, "")

    def test_log_lines_name_the_trace(self) -> None:
        """Those of its request, and no others."""
        publisher = LogPublisher()
        service = LogService(None, Settings, publisher=publisher)
        service.startService()
        self.addCleanup(service.stopService)
        seen: list[Any] = []

        def model(asked: Any) -> Any:
            return HELLO(asked)

        proxy = Together(model)

        def observed(record: Any) -> None:
            event = {"log_format": "over", "log_time": 0.0}
            publisher(event)
            served = current()
            assert served is not None
            seen.append((event.get("trace_id"), served.trace_id))

        proxy.exchange.observers.append(observed)
        proxy.chat("hi", headers=FOLLOWED)
        proxy.chat("hi")
        self.assertEqual(seen, [(TRACE, TRACE), (None, "")])
