"""
Gives spans to OpenTelemetry's SDK, which delivers them.

Importing this imports that, which the extra ``otel`` installs.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Final

import attrs
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    TraceState,
    set_span_in_context,
)

from .. import __version__
from ..redaction import without_keys
from ..routing.traceparent import SAMPLED, TraceContext, begun
from .spans import NAME, Span

KINDS: Final = {"server": SpanKind.SERVER, "client": SpanKind.CLIENT}

LOGGER: Final = "opentelemetry"
"""What the SDK says of itself, it says to this logger of the standard library."""


class Recorder:
    """
    Records spans that are over, with the identifiers and times that they had.

    What is recorded of all traces, and what else is said of this process, is in the environment, as
    for every program with this SDK.

    :param processor: takes the spans.
    """

    def __init__(self, processor: SpanProcessor) -> None:
        self._ids = _GivenIds()
        self._provider = TracerProvider(
            resource=_resource(), shutdown_on_exit=False, id_generator=self._ids
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("pollinations", __version__)

    def begin(self, parent: TraceContext | None) -> TraceContext:
        """The place of a request in the trace of its client, or in a new one."""
        mine = begun() if parent is None else parent.child()
        sampling = self._provider.sampler.should_sample(
            _inside(parent), int(mine.trace_id, 16), NAME, SpanKind.SERVER, {}, ()
        )
        flags = mine.flags | SAMPLED if sampling.decision.is_sampled() else mine.flags & ~SAMPLED
        return attrs.evolve(mine, flags=flags)

    def record(self, span: Span) -> None:
        """Take down *span*, if its trace is recorded."""
        context = span.context
        if not context.sampled:
            return
        self._ids.trace_id, self._ids.span_id = int(context.trace_id, 16), int(context.span_id, 16)
        around = attrs.evolve(context, span_id=context.parent_id) if context.parent_id else None
        recorded = self._tracer.start_span(
            span.name,
            _inside(around, remote=span.kind == "server"),
            KINDS[span.kind],
            span.attributes,
            start_time=_nanoseconds(span.start),
        )
        if span.error:
            recorded.set_status(Status(StatusCode.ERROR))
        recorded.end(_nanoseconds(max(span.start, span.end)))

    def close(self) -> None:
        """Deliver what is left. This takes its time, and is no work for the reactor's thread."""
        self._provider.shutdown()


def over_http(endpoint: str, told: Callable[[str], None]) -> Recorder:
    """
    A recorder whose spans are delivered in the background, by OTLP over HTTP.

    :param endpoint: where they are posted.
    :param told: is called in another thread when spans are no longer taken, with the reason, and
        with nothing when they are taken again.
    """
    reasons = _Reasons()
    exporter = OTLPSpanExporter(endpoint=endpoint)
    return Recorder(BatchSpanProcessor(_Watched(exporter, reasons, told)))


class _GivenIds(IdGenerator):
    """Gives what was decided on before."""

    trace_id = 0
    span_id = 0

    def generate_trace_id(self) -> int:
        return self.trace_id

    def generate_span_id(self) -> int:
        return self.span_id


class _Reasons(logging.Handler):
    """Keeps what the SDK said last, instead of standard error, which would be full of it."""

    latest = ""

    def __init__(self) -> None:
        super().__init__()
        logger = logging.getLogger(LOGGER)
        logger.addHandler(self)
        logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        self.latest = without_keys(record.getMessage()[:500])

    def close(self) -> None:
        logging.getLogger(LOGGER).removeHandler(self)
        super().close()


class _Watched(SpanExporter):
    """Says when spans are no longer taken, and when they are taken again."""

    def __init__(
        self, exporter: SpanExporter, reasons: _Reasons, told: Callable[[str], None]
    ) -> None:
        self._exporter, self._reasons, self._told = exporter, reasons, told
        self._taken = True

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        taken = result is SpanExportResult.SUCCESS
        if taken is not self._taken:
            self._told("" if taken else self._reasons.latest or "no reason given")
        self._taken = taken
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()
        self._reasons.close()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def _resource() -> Resource:
    """What this process is, by the environment where that says so."""
    found = Resource.create({SERVICE_VERSION: __version__})
    named = str(found.attributes.get(SERVICE_NAME, ""))
    unnamed = named.startswith("unknown_service")
    return found.merge(Resource({SERVICE_NAME: "pollinations"})) if unnamed else found


def _inside(place: TraceContext | None, remote: bool = True) -> Context:
    """The SDK's word for being within what is done at *place*."""
    if place is None:
        return Context()
    state = TraceState.from_header([place.state]) if place.state else None
    span = SpanContext(
        int(place.trace_id, 16), int(place.span_id, 16), remote, TraceFlags(place.flags), state
    )
    return set_span_in_context(NonRecordingSpan(span), Context())


def _nanoseconds(seconds: float) -> int:
    # A float has no more than microseconds of these.
    return round(seconds * 1_000_000) * 1000
