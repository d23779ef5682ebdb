"""Counts what is over, once, when its record is known."""

from itertools import accumulate, pairwise
from typing import Any, Final

import attrs
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import HistogramMetricFamily, Metric

from ..routing.gaps import BOUNDS, Gaps
from ..routing.record import Record
from ..routing.route import Route
from . import labels
from .figures import BY_NAME, FIGURES, PREFIX, Figure
from .labels import LONGEST, NONE, OTHER, Vocabulary

GAPS: Final = f"{PREFIX}inter_chunk_seconds"


@attrs.define(eq=False, slots=False)
class Counts:
    """
    What was counted since the start.

    :param registry: shows it.
    """

    registry: CollectorRegistry
    _figures: dict[str, Any] = attrs.field(init=False)
    _labelled: dict[tuple[str, tuple[str, ...]], Any] = attrs.field(factory=dict, init=False)
    _gaps: dict[str, Gaps] = attrs.field(factory=dict, init=False)
    _models: Vocabulary = attrs.field(factory=Vocabulary, init=False)
    _universes: Vocabulary = attrs.field(factory=lambda: Vocabulary(10), init=False)
    _rules: Vocabulary = attrs.field(factory=Vocabulary, init=False)
    _kinds: Vocabulary = attrs.field(factory=lambda: Vocabulary(50), init=False)
    _causes: Vocabulary = attrs.field(factory=lambda: Vocabulary(50), init=False)

    def __attrs_post_init__(self) -> None:
        self._figures = {
            figure.name: _new(figure, self.registry)
            for figure in FIGURES
            if figure.kind != "gauge" and figure.full_name != GAPS
        }

    def chat(self, record: Record) -> None:
        """Count a chat request that is over."""
        where = self.where(record.route)
        self.request("chat", where, record.status, record.origin or NONE)
        self.figure("request_duration_seconds", *where).observe(record.seconds)
        if record.first_byte is not None:
            self._answered(record, where)
        for rule in record.rules:
            self.figure("sanitizer_changes_total", self._rules.word(rule)).inc()
        self._asked(record, where)
        self._left(record)
        self._spent(record, where)

    def universe(self, name: str) -> str:
        """What a universe is called in labels."""
        return self._universes.word(name)

    def where(self, route: Route) -> tuple[str, str]:
        """Universe and model; those that no catalogue knows share a label: clients name them."""
        universe, entry = self.universe(route.universe), route.entry
        if entry is None or self._models.word(f"{universe}/{entry.name}") == OTHER:
            return universe, OTHER
        return universe, entry.name[:LONGEST]

    def request(self, endpoint: str, where: tuple[str, str], status: int, origin: str) -> None:
        """Count any request that is over."""
        values = (endpoint, *where, labels.status_class(status), origin)
        self.figure("requests_total", *values).inc()

    def figure(self, name: str, *values: str) -> Any:
        """The figure of this *name*, without the prefix, for these labels."""
        found = self._labelled.get((name, values))
        if found is None:
            figure = self._figures[name]
            # The library looks at labels anew each time, which costs as much as all else here.
            found = self._labelled[name, values] = figure.labels(*values) if values else figure
        return found

    def _answered(self, record: Record, where: tuple[str, str]) -> None:
        """Count an answer that has begun, and how long it took whom."""
        universe, _ = where
        if record.stream and record.first_byte is not None:
            self.figure("time_to_first_chunk_seconds", *where).observe(record.first_byte)
        if record.overhead is not None:
            self.figure("overhead_seconds", universe).observe(record.overhead)
        if record.gaps is not None:
            self._gaps.setdefault(universe, Gaps()).join(record.gaps)
        if record.cut:
            self.figure("answer_cuts_total", labels.cut(record.cut)).inc()

    def _asked(self, record: Record, where: tuple[str, str]) -> None:
        """Count what was sent, and what that led to."""
        for attempt in record.attempts:
            here = where if attempt.route is record.route else self.where(attempt.route)
            outcome = attempt.kind or ("ok" if attempt.status == 200 else "left")
            self.figure("attempts_total", *here, self._word(outcome)).inc()
            if attempt.in_band:
                kind = labels.in_band(attempt.in_band)
                self.figure("inband_failures_total", here[0], kind).inc()
        for one, next in pairwise(record.attempts):
            if one.route.key == next.route.key:
                universe = self.universe(one.route.universe)
                self.figure("retries_total", universe, self._word(one.kind or OTHER)).inc()
        if record.route.reason:
            cause = self._causes.word(record.route.cause or OTHER)
            self.figure("fallbacks_total", cause, where[1]).inc()
        if record.queued is not None:
            self.figure("queue_wait_seconds").observe(record.queued)
        if record.remembered is not None:
            hits = "hits" if record.remembered else "misses"
            self.figure(f"signature_store_{hits}_total").inc()

    def _left(self, record: Record) -> None:
        """Count a client who left, and an upstream that was hung up on."""
        if record.left:
            self.figure("client_disconnects_total", record.left).inc()
        if record.left in ("waiting", "streaming", "stalled"):
            self.figure("upstream_cancelled_total", "client").inc()
        elif record.cut:
            self.figure("upstream_cancelled_total", "cut").inc()

    def _spent(self, record: Record, where: tuple[str, str]) -> None:
        """Count tokens and pollen."""
        counted = "estimate" if record.estimated else "upstream"
        for kind in ("prompt", "completion", "cached", "reasoning"):
            count = getattr(record, f"{kind}_tokens")
            if count:
                self.figure("tokens_total", *where, kind, counted).inc(count)
        if record.cost:
            self.figure("cost_pollen_total", *where).inc(record.cost)

    def _word(self, kind: str) -> str:
        return self._kinds.word(kind.replace(" ", "_"))

    def waits(self) -> Metric:
        """How streams came."""
        figure = BY_NAME[GAPS]
        found = HistogramMetricFamily(GAPS, figure.meaning, labels=figure.labels)
        bounds = [*map(str, BOUNDS), "+Inf"]
        for universe, gaps in self._gaps.items():
            buckets = list(zip(bounds, accumulate(gaps.counts), strict=True))
            found.add_metric([universe], buckets, gaps.seconds)
        return found


def _new(figure: Figure, registry: CollectorRegistry) -> Any:
    kind: Any = Counter if figure.kind == "counter" else Histogram
    more = {"buckets": figure.bounds} if figure.bounds else {}
    return kind(figure.full_name, figure.meaning, figure.labels, registry=registry, **more)
