"""What is counted, for Prometheus."""

import attrs
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from .. import __version__
from ..routing.record import Record
from ..routing.route import Route

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250)
OTHER = "other"
"""The label of models that no catalogue knows."""

_WHERE = ("universe", "model")


@attrs.define(eq=False, slots=False)
class Metrics:
    """One proxy's figures, in a registry of its own."""

    registry: CollectorRegistry = attrs.field(factory=CollectorRegistry)

    def __attrs_post_init__(self) -> None:
        registry = self.registry
        self.in_flight = Gauge(
            "pollinations_in_flight", "Chat requests that are open now.", registry=registry
        )
        self._requests = Counter(
            "pollinations_requests",
            "Chat requests, by who answered and with what status.",
            (*_WHERE, "status"),
            registry=registry,
        )
        self._attempts = Counter(
            "pollinations_attempts",
            "Requests that were sent to an upstream, by status (0: no reply).",
            (*_WHERE, "status"),
            registry=registry,
        )
        self._fallbacks = Counter(
            "pollinations_fallbacks",
            "Requests that another model answered than was asked.",
            ("reason",),
            registry=registry,
        )
        self._first = Histogram(
            "pollinations_time_to_first_chunk_seconds",
            "From the request to the first byte of its answer.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._whole = Histogram(
            "pollinations_request_duration_seconds",
            "From the request to the last byte of its answer.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._tokens = Counter(
            "pollinations_tokens",
            "Tokens that upstreams counted.",
            (*_WHERE, "type"),
            registry=registry,
        )
        self._cost = Counter(
            "pollinations_cost_pollen",
            "Pollen, by the catalogue's prices.",
            _WHERE,
            registry=registry,
        )
        self._changes = Counter(
            "pollinations_sanitizer_changes",
            "Requests that a rule altered.",
            ("rule",),
            registry=registry,
        )
        info = Gauge("pollinations_build_info", "The version.", ("version",), registry=registry)
        info.labels(__version__).set(1)

    def observe(self, record: Record) -> None:
        """Count a request that is over."""
        where = _where(record.route)
        self._requests.labels(*where, record.status).inc()
        self._whole.observe(record.seconds)
        if record.first_byte is not None:
            self._first.observe(record.first_byte)
        if record.route.reason:
            self._fallbacks.labels(record.route.reason.partition(" (")[0]).inc()
        for rule in record.rules:
            self._changes.labels(rule).inc()
        for attempt in record.attempts:
            self._attempts.labels(*_where(attempt.route), attempt.status).inc()
        for kind in ("prompt", "completion"):
            self._tokens.labels(*where, kind).inc(getattr(record, f"{kind}_tokens") or 0)
        self._cost.labels(*where).inc(record.cost or 0)

    def text(self) -> bytes:
        """All figures, in Prometheus' text format."""
        return generate_latest(self.registry)


def _where(route: Route) -> tuple[str, str]:
    """Universe and model; models that no catalogue knows share a label, since clients name them."""
    return route.universe, route.entry.name if route.entry else OTHER
