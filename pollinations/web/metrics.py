"""What is counted, for Prometheus."""

from functools import partial
from typing import Any

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
_STATUS = (*_WHERE, "status")


_Times = partial(Histogram, buckets=_SECONDS)

_FIGURES: tuple[tuple[Any, str, str, tuple[str, ...]], ...] = (
    (Gauge, "build_info", "The version.", ("version",)),
    (Gauge, "in_flight", "Chat requests that are open now.", ()),
    (Counter, "requests", "Chat requests, by who answered and with what status.", _STATUS),
    (Counter, "attempts", "Requests sent to an upstream, by status (0: no reply).", _STATUS),
    (Counter, "fallbacks", "Requests that another model answered than was asked.", ("reason",)),
    (Counter, "tokens", "Tokens that upstreams counted.", (*_WHERE, "type")),
    (Counter, "cost_pollen", "Pollen, by the catalogue's prices.", _WHERE),
    (Counter, "sanitizer_changes", "Requests that a rule altered.", ("rule",)),
    (_Times, "time_to_first_chunk_seconds", "Until the first byte of the answer.", ()),
    (_Times, "request_duration_seconds", "Until the last byte of the answer.", ()),
)
"""Kind, name after ``pollinations_``, meaning and labels of each figure."""


@attrs.define(eq=False, slots=False)
class Metrics:
    """One proxy's figures, in a registry of its own."""

    registry: CollectorRegistry = attrs.field(factory=CollectorRegistry)
    _figures: dict[str, Any] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._figures = {
            name: kind(f"pollinations_{name}", meaning, labels, registry=self.registry)
            for kind, name, meaning, labels in _FIGURES
        }
        self._figures["build_info"].labels(__version__).set(1)

    def in_flight(self, requests: int) -> None:
        """So many chat requests are open now."""
        self._figures["in_flight"].set(requests)

    def observe(self, record: Record) -> None:
        """Count a request that is over."""
        where = _where(record.route)
        self._figures["requests"].labels(*where, record.status).inc()
        self._figures["request_duration_seconds"].observe(record.seconds)
        if record.first_byte is not None:
            self._figures["time_to_first_chunk_seconds"].observe(record.first_byte)
        if record.route.reason:
            self._figures["fallbacks"].labels(record.route.reason.partition(" (")[0]).inc()
        for rule in record.rules:
            self._figures["sanitizer_changes"].labels(rule).inc()
        for attempt in record.attempts:
            self._figures["attempts"].labels(*_where(attempt.route), attempt.status).inc()
        for kind in ("prompt", "completion"):
            self._figures["tokens"].labels(*where, kind).inc(getattr(record, f"{kind}_tokens") or 0)
        self._figures["cost_pollen"].labels(*where).inc(record.cost or 0)

    def text(self) -> bytes:
        """All figures, in Prometheus' text format."""
        return generate_latest(self.registry)


def _where(route: Route) -> tuple[str, str]:
    """Universe and model; models that no catalogue knows share a label, since clients name them."""
    return route.universe, route.entry.name if route.entry else OTHER
