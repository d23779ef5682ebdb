"""Delivers traces to a collector, where there is one."""

from collections.abc import Callable, Mapping
from threading import Thread
from typing import Any, Final, Protocol

import attrs
from twisted.application.service import Service
from twisted.internet.defer import Deferred, TimeoutError
from twisted.logger import Logger

from ..quiet import quiet
from ..routing.record import Record
from ..routing.traceparent import TraceContext, continued
from .names import wants_latest
from .spans import Span, Spans

PATIENCE: Final = 2.0
"""Seconds that a collector has to take the last spans when the proxy stops."""

BASE: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
TRACES: Final = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"


class Recorder(Protocol):
    """What takes spans down; see :mod:`pollinations.tracing.export`."""

    def begin(self, parent: TraceContext | None) -> TraceContext:
        """The place of a request in a trace."""

    def record(self, span: Span) -> None:
        """Take down *span*."""

    def close(self) -> None:
        """Deliver what is left."""


Open = Callable[[str, Callable[[str], None]], Recorder]


def endpoint(environ: Mapping[str, str]) -> str:
    """Where the environment wants traces to be posted, or nothing."""
    if _is(environ, "OTEL_SDK_DISABLED", "true") or _is(environ, "OTEL_TRACES_EXPORTER", "none"):
        return ""
    base = environ.get(BASE, "").strip().rstrip("/")
    return environ.get(TRACES, "").strip() or (f"{base}/v1/traces" if base else "")


def _over_http(where: str, told: Callable[[str], None]) -> Recorder:
    # Only here is the SDK needed.
    from .export import over_http

    return over_http(where, told)


@attrs.define(eq=False, slots=False)
class TracingService(Service):
    """
    Makes spans of requests and has them delivered, while there is somebody to deliver them to.

    Without that it continues what clients have begun, and imports nothing.

    :param environ: says where a collector is, as for every program with OpenTelemetry.
    :param reactor: is told of what happens in other threads.
    :param servers: universe to the address of its upstream, or ``None``.
    :param open: opens what takes the spans.
    """

    _environ: Mapping[str, str]
    _reactor: Any
    _servers: Callable[[str], str | None] = lambda universe: None
    _open: Open = _over_http
    _recorder: Recorder | None = attrs.field(default=None, init=False)
    _spans: Spans = attrs.field(init=False)

    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._spans = Spans(self._servers, wants_latest(self._environ))

    def startService(self) -> None:
        """Begin to deliver. It starts a thread, so this is the time, and not before."""
        super().startService()
        where = endpoint(self._environ)
        if not where:
            return
        try:
            self._recorder = self._open(where, self._told)
        except ImportError:
            self._log.warn("no traces: a collector is named, but the extra 'otel' is not installed")
        except Exception:
            # What is wrong in the environment is known only to who reads it.
            self._log.failure("no traces: they cannot be delivered", quiet())

    def begin(self, parent: TraceContext | None) -> TraceContext | None:
        """
        The place of a request in a trace.

        :param parent: that of its client, if it follows one.
        """
        return continued(parent) if self._recorder is None else self._recorder.begin(parent)

    def observe(self, record: Record) -> None:
        """Take down a request that is over."""
        if self._recorder is not None:
            for span in self._spans.of(record):
                self._recorder.record(span)

    def stopService(self) -> "Deferred[None] | None":
        """Deliver what is left, unless that takes too long."""
        super().stopService()
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return None
        closed: Deferred[None] = Deferred()
        # Not of the reactor's pool, which would be waited for however long it takes.
        Thread(target=self._close, args=(recorder, closed), daemon=True).start()
        return closed.addTimeout(PATIENCE, self._reactor).addErrback(_waited)

    def _close(self, recorder: Recorder, closed: "Deferred[None]") -> None:
        try:
            recorder.close()
        except Exception:
            self._reactor.callFromThread(self._log.failure, "traces were not delivered", quiet())
        self._reactor.callFromThread(_fire, closed)

    def _told(self, reason: str) -> None:
        self._reactor.callFromThread(self._say, reason)

    def _say(self, reason: str) -> None:
        if reason:
            self._log.warn("traces cannot be delivered: {reason}", reason=reason)
        else:
            self._log.info("traces are delivered again")


def _fire(closed: "Deferred[None]") -> None:
    if not closed.called:
        closed.callback(None)


def _waited(failure: Any) -> None:
    """A collector that takes too long has lost what is left."""
    failure.trap(TimeoutError)


def _is(environ: Mapping[str, str], name: str, value: str) -> bool:
    return environ.get(name, "").strip().lower() == value
