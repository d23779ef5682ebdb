"""Spans as OpenTelemetry's SDK delivers them."""

import logging
from collections.abc import Sequence
from typing import Any

import attrs
import pytest

pytest.importorskip("opentelemetry.sdk", reason="the extra 'otel' is not installed")

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from pollinations.routing.traceparent import SAMPLED, TraceContext, parse
from pollinations.settings.schema import Settings
from pollinations.testing import scripts
from pollinations.testing.together import Together
from pollinations.tracing.export import LOGGER, Recorder, _Reasons, _Watched
from pollinations.tracing.spans import Span, Spans

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
FOLLOWED = {"traceparent": f"00-{TRACE}-{SPAN}-01", "tracestate": "rojo=1"}
SECRET = "secretCanary"
FALLEN = scripts.ByUniverse(enter=scripts.error(503, SECRET), free=scripts.text(SECRET))


@attrs.define
class Recorded:
    """A recorder, and what it was given."""

    exporter: InMemorySpanExporter = attrs.field(factory=InMemorySpanExporter)
    recorder: Recorder = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.recorder = Recorder(SimpleSpanProcessor(self.exporter))

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        """What was recorded."""
        return self.exporter.get_finished_spans()

    def before(self, model: Any, **settings: Any) -> Together:
        """A proxy whose requests are recorded."""
        proxy = Together(model, Settings(mode="pro", retries=0, **settings))
        proxy.exchange.trace = self.recorder.begin

        def observe(record: Any) -> None:
            for span in Spans().of(record):
                self.recorder.record(span)

        proxy.exchange.observers.append(observe)
        return proxy


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_TRACES_SAMPLER", "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"):
        monkeypatch.delenv(name, raising=False)


def test_a_request_is_followed_to_whoever_answers() -> None:
    """From the client's span to those of the attempts, which are what upstreams were told."""
    recorded = Recorded()
    proxy = recorded.before(FALLEN)
    got = proxy.chat(SECRET, model="enter/openai", headers=FOLLOWED)
    proxy.advance(30)
    assert got.status == 200
    request, first, second = recorded.spans
    assert [span.context.trace_id for span in recorded.spans] == [int(TRACE, 16)] * 3
    assert (request.parent.span_id, request.parent.is_remote) == (int(SPAN, 16), True)
    assert first.parent.span_id == second.parent.span_id == request.context.span_id
    places = [parse([asked.headers["traceparent"]]) for asked in proxy.imitation.asked()]
    assert [place and int(place.span_id, 16) for place in places] == [
        first.context.span_id,
        second.context.span_id,
    ]
    kinds = [span.kind for span in recorded.spans]
    assert kinds == [SpanKind.SERVER, SpanKind.CLIENT, SpanKind.CLIENT]
    codes = [span.status.status_code for span in recorded.spans]
    assert codes == [StatusCode.UNSET, StatusCode.ERROR, StatusCode.UNSET]
    assert request.context.trace_state.get("rojo") == "1"
    assert second.attributes["gen_ai.usage.output_tokens"] > 0


def test_no_span_holds_what_was_said_or_the_key() -> None:
    recorded = Recorded()
    proxy = recorded.before(FALLEN)
    proxy.chat(SECRET, model="enter/openai", headers=FOLLOWED)
    proxy.advance(30)
    assert len(recorded.spans) == 3
    for span in recorded.spans:
        assert SECRET not in span.to_json()
        assert str(proxy.key) not in span.to_json()


def test_who_follows_no_trace_begins_one_that_stays_here() -> None:
    recorded = Recorded()
    proxy = recorded.before(FALLEN)
    proxy.chat("hi", model="free/openai")
    request, attempt = recorded.spans
    assert request.parent is None
    assert attempt.context.trace_id == request.context.trace_id
    [asked] = proxy.imitation.asked()
    assert "traceparent" not in asked.headers


def test_requests_have_traces_of_their_own() -> None:
    recorded = Recorded()
    proxy = recorded.before(FALLEN)
    proxy.chat("hi")
    proxy.chat("hi")
    assert len({span.context.trace_id for span in recorded.spans}) == 2
    assert len({span.context.span_id for span in recorded.spans}) == 4


def test_what_the_client_does_not_record_is_not_recorded() -> None:
    recorded = Recorded()
    proxy = recorded.before(FALLEN)
    proxy.chat("hi", headers={"traceparent": f"00-{TRACE}-{SPAN}-00"})
    assert recorded.spans == ()
    place = parse([proxy.imitation.asked()[0].headers["traceparent"]])
    assert place is not None
    assert not place.sampled


@pytest.mark.parametrize(
    ("sampler", "flags", "recorded"),
    [
        ("always_off", 1, 0),
        ("always_on", 0, 2),
        ("parentbased_always_off", 1, 2),
        ("parentbased_always_off", None, 0),
    ],
)
def test_the_environment_says_what_is_recorded(
    monkeypatch: pytest.MonkeyPatch, sampler: str, flags: int | None, recorded: int
) -> None:
    """And upstreams are told so."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
    found = Recorded()
    proxy = found.before(FALLEN)
    headers = {} if flags is None else {"traceparent": f"00-{TRACE}-{SPAN}-0{flags}"}
    proxy.chat("hi", headers=headers)
    assert len(found.spans) == recorded
    if flags is not None:
        place = parse([proxy.imitation.asked()[0].headers["traceparent"]])
        assert place is not None
        assert place.sampled is bool(recorded)


def test_the_service_is_called_what_the_environment_calls_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recorded = Recorded()
    recorded.before(FALLEN).chat("hi")
    assert recorded.spans[0].resource.attributes["service.name"] == "pollinations"
    monkeypatch.setenv("OTEL_SERVICE_NAME", "mine")
    recorded = Recorded()
    recorded.before(FALLEN).chat("hi")
    assert recorded.spans[0].resource.attributes["service.name"] == "mine"


def test_times_are_those_of_the_record() -> None:
    recorded = Recorded()
    place = TraceContext(TRACE, SPAN, SAMPLED)
    recorded.recorder.record(Span("a", "client", place, 1_800_000_000.25, 1_800_000_001.5, {}))
    [span] = recorded.spans
    assert (span.start_time, span.end_time) == (
        1_800_000_000_250_000_000,
        1_800_000_001_500_000_000,
    )


class Refusing(SpanExporter):
    """Takes spans, or does not."""

    taking = True

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if not self.taking:
            logging.getLogger(f"{LOGGER}.exporter").error("refused %s", "by all")
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS


def test_what_cannot_be_delivered_is_said_once(capfd: pytest.CaptureFixture[str]) -> None:
    """And once more when it can; the SDK's own complaints are not repeated."""
    told: list[str] = []
    exporter = Refusing()
    watched = _Watched(exporter, _Reasons(), told.append)
    for taking in (True, False, False, False, True, True):
        exporter.taking = taking
        watched.export([])
    watched.shutdown()
    assert told == ["refused by all", ""]
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger(LOGGER).handlers == []
