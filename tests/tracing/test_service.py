"""Traces are delivered where there is somebody to deliver them to, and cost nothing elsewhere."""

import subprocess
import sys
from collections.abc import Callable
from threading import Event
from typing import Any

import attrs
import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import LogEvent, LogLevel, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from pollinations.routing.record import Attempt, Record
from pollinations.routing.route import Route
from pollinations.routing.traceparent import TraceContext, begun
from pollinations.tracing.service import PATIENCE, TracingService, endpoint
from pollinations.tracing.spans import Span

COLLECTOR = "http://127.0.0.1:4318"
NAMED = {"OTEL_EXPORTER_OTLP_ENDPOINT": COLLECTOR}
OTHER = "http://127.0.0.1:9/traces"

ENDPOINTS: list[tuple[dict[str, str], str]] = [
    ({}, ""),
    (NAMED, f"{COLLECTOR}/v1/traces"),
    ({"OTEL_EXPORTER_OTLP_ENDPOINT": f"{COLLECTOR}/"}, f"{COLLECTOR}/v1/traces"),
    ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h/a/b"}, "http://h/a/b/v1/traces"),
    ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": OTHER}, OTHER),
    ({**NAMED, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": OTHER}, OTHER),
    ({"OTEL_EXPORTER_OTLP_ENDPOINT": "  "}, ""),
    ({**NAMED, "OTEL_SDK_DISABLED": "true"}, ""),
    ({**NAMED, "OTEL_SDK_DISABLED": "false"}, f"{COLLECTOR}/v1/traces"),
    ({**NAMED, "OTEL_TRACES_EXPORTER": "none"}, ""),
    ({**NAMED, "OTEL_TRACES_EXPORTER": "otlp"}, f"{COLLECTOR}/v1/traces"),
]


@pytest.mark.parametrize(("environ", "expected"), ENDPOINTS)
def test_the_environment_says_where(environ: dict[str, str], expected: str) -> None:
    """By the variables that all programs with OpenTelemetry read."""
    assert endpoint(environ) == expected


def test_nothing_is_imported_for_nobody() -> None:
    """A proxy without a collector does not know that the SDK is there."""
    program = """
import sys
from twisted.internet import reactor
import pollinations.proxy
from pollinations.tracing.service import TracingService
service = TracingService({}, reactor)
service.startService()
assert service.begin(None) is None
sys.exit(any(name.partition(".")[0] == "opentelemetry" for name in sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


class Reactor(Clock):
    """A clock that other threads can call, at the next turn."""

    def __init__(self) -> None:
        super().__init__()
        self.called: list[Any] = []
        self.told = Event()

    def callFromThread(self, function: Any, *arguments: Any) -> None:
        self.called.append((function, arguments))
        self.told.set()

    def turn(self) -> None:
        """Do what other threads have asked for."""
        assert self.told.wait(30)
        while self.called:
            function, arguments = self.called.pop(0)
            function(*arguments)


@attrs.define(eq=False)
class Kept:
    """Keeps spans, and takes as long to close as a test lets it, or fails to."""

    spans: list[Span] = attrs.field(factory=list)
    let: Event = attrs.field(factory=Event)
    fails: bool = False

    def begin(self, parent: TraceContext | None) -> TraceContext:
        return begun() if parent is None else parent.child()

    def record(self, span: Span) -> None:
        self.spans.append(span)

    def close(self) -> None:
        if self.fails:
            raise OSError("secretCanary")
        self.let.wait(30)


class TracingTests(SynchronousTestCase):
    """From its start to its stop."""

    def setUp(self) -> None:
        self.reactor, self.kept = Reactor(), Kept()
        self.addCleanup(self.kept.let.set)
        self.events: list[LogEvent] = []
        globalLogPublisher.addObserver(self.events.append)
        self.addCleanup(globalLogPublisher.removeObserver, self.events.append)

    def make(self, open: Callable[..., Any] | None = None, **environ: str) -> TracingService:
        """One that has started."""

        def opened(where: str, told: Callable[[str], None]) -> Kept:
            self.where, self.told = where, told
            return self.kept

        service = TracingService({**NAMED, **environ}, self.reactor, open=open or opened)
        service.startService()
        return service

    def logged(self) -> list[tuple[LogLevel, str]]:
        """What was said."""
        return [
            (event["log_level"], event["log_format"].format_map(event))
            for event in self.events
            if event.get("log_namespace", "").startswith("pollinations.tracing")
        ]

    def record(self, service: TracingService, parent: TraceContext | None = None) -> Record:
        """A request that is over."""
        route = Route("free", "openai")
        attempt = Attempt(route, 200, 1.0, at=1.0, span_id="1" * 16)
        trace = service.begin(parent)
        return Record("r", "openai", route, 1.0, attempts=(attempt,), trace=trace)

    def test_takes_down_what_is_over(self) -> None:
        service = self.make()
        service.observe(self.record(service))
        self.assertEqual(self.where, f"{COLLECTOR}/v1/traces")
        self.assertEqual([span.kind for span in self.kept.spans], ["server", "client"])

    def test_without_a_collector_it_continues_what_clients_began(self) -> None:
        """And takes nothing down."""
        service = TracingService({}, self.reactor)
        service.startService()
        parent = begun()
        found = service.begin(parent)
        assert found is not None
        self.assertEqual((found.trace_id, found.parent_id), (parent.trace_id, parent.span_id))
        self.assertIsNone(service.begin(None))
        service.observe(self.record(service, parent))
        self.assertIsNone(service.stopService())

    def test_says_that_the_extra_is_missing(self) -> None:
        def open(where: str, told: object) -> Kept:
            raise ImportError(where)

        service = self.make(open)
        self.assertIsNone(service.begin(None))
        [(level, message)] = self.logged()
        self.assertEqual(level, LogLevel.warn)
        self.assertIn("'otel' is not installed", message)
        self.assertIsNone(service.stopService())

    def test_an_environment_that_cannot_be_keeps_nobody_from_an_answer(self) -> None:
        """What it says may be a secret, so that is not repeated."""

        def open(where: str, told: object) -> Kept:
            raise ValueError("secretCanary")

        service = self.make(open)
        self.assertIsNone(service.begin(None))
        [failure] = self.flushLoggedErrors(ValueError)
        self.assertEqual(failure.getErrorMessage(), "builtins.ValueError")

    def test_stops_when_all_is_delivered(self) -> None:
        service = self.make()
        stopping = service.stopService()
        assert stopping is not None
        self.assertNoResult(stopping)
        self.kept.let.set()
        self.reactor.turn()
        self.successResultOf(stopping)

    def test_waits_for_no_collector_that_takes_too_long(self) -> None:
        service = self.make()
        stopping: Deferred[None] | None = service.stopService()
        assert stopping is not None
        self.reactor.advance(PATIENCE - 0.1)
        self.assertNoResult(stopping)
        self.reactor.advance(0.1)
        self.successResultOf(stopping)
        self.kept.let.set()
        self.reactor.turn()

    def test_what_is_over_later_is_not_taken_down(self) -> None:
        service = self.make()
        record = self.record(service)
        service.stopService()
        service.observe(record)
        self.assertEqual(self.kept.spans, [])

    def test_a_closing_that_fails_is_logged(self) -> None:
        service, self.kept.fails = self.make(), True
        stopping = service.stopService()
        assert stopping is not None
        while not stopping.called:
            self.reactor.turn()
        self.successResultOf(stopping)
        self.assertEqual(len(self.flushLoggedErrors(OSError)), 1)

    def test_says_how_delivery_goes(self) -> None:
        """In the reactor's thread."""
        self.make()
        self.told("refused")
        self.assertEqual(self.logged(), [])
        self.reactor.turn()
        self.told("")
        self.reactor.turn()
        self.assertEqual(
            self.logged(),
            [
                (LogLevel.warn, "traces cannot be delivered: refused"),
                (LogLevel.info, "traces are delivered again"),
            ],
        )
