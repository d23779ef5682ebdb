"""Counts what is over, and looks at what is there when somebody asks."""

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, Final

import attrs
from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from twisted.logger import Logger

import twisted

from .. import __version__
from ..logs.quiet import quiet
from ..routing.gaps import BOUNDS, Gaps
from ..routing.record import Record
from ..routing.route import Route
from . import labels
from .figures import BY_NAME, FIGURES, PREFIX, Figure
from .labels import LEFT, NONE, OTHER, Vocabulary
from .snapshot import Family, collected, text

Source = Callable[[], Mapping[tuple[str, ...], float]]
"""Gives the values of a gauge at this moment, by its labels in their order."""

GAPS: Final = f"{PREFIX}inter_chunk_seconds"


@attrs.define(eq=False, slots=False)
class Metrics:
    """
    One proxy's figures, in a registry of its own.

    What is over is counted once, when its record is known; nothing is done for the pieces of an
    answer. Gauges are looked at when somebody asks for them.
    """

    registry: CollectorRegistry = attrs.field(factory=CollectorRegistry)
    _counted: dict[str, Any] = attrs.field(init=False)
    _watched: dict[str, Source] = attrs.field(factory=dict, init=False)
    _gaps: dict[str, Gaps] = attrs.field(factory=dict, init=False)
    _models: Vocabulary = attrs.field(factory=Vocabulary, init=False)
    _universes: Vocabulary = attrs.field(factory=lambda: Vocabulary(10), init=False)
    _rules: Vocabulary = attrs.field(factory=Vocabulary, init=False)
    _kinds: Vocabulary = attrs.field(factory=lambda: Vocabulary(50), init=False)

    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._counted = {
            figure.name: _new(figure, self.registry)
            for figure in FIGURES
            if figure.kind != "gauge" and figure.full_name != GAPS
        }
        self.registry.register(_Looked(self._look))
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        versions = (__version__, platform.python_version(), twisted.__version__)
        self.watch("build_info", lambda: {versions: 1})

    def watch(self, name: str, source: Source) -> None:
        """
        Show what *source* gives whenever somebody asks.

        :param name: of a gauge of the table, without the prefix.
        """
        assert BY_NAME[PREFIX + name].kind == "gauge"
        self._watched[name] = source

    def observe(self, record: Record) -> None:
        """Count a chat request that is over."""
        where = self._where(record.route)
        self._request("chat", *where, record.status, record.origin or NONE)
        self._add("request_duration_seconds", *where).observe(record.seconds)
        if record.first_byte is not None:
            self._answered(record, where)
        for rule in record.rules:
            self._add("sanitizer_changes_total", self._rules.word(rule)).inc()
        self._asked(record)
        self._left(record)
        self._spent(record, where)

    def served(self, path: str, status: int) -> None:
        """Count a request that was answered without asking a model."""
        asked = labels.endpoint(path)
        if asked == "notifications" and status == LEFT:
            # Whoever listens does so until it leaves.
            status = 200
        self._request(asked, NONE, NONE, status, labels.origin(status))

    def reloaded(self, result: str) -> None:
        """Count a change of the settings: ``ok`` or ``wrong``."""
        self._add("settings_reloads_total", result).inc()

    def snapshot(self) -> Sequence[Family]:
        """All figures at this moment."""
        return collected(self.registry)

    def text(self) -> bytes:
        """All figures, in Prometheus' text format."""
        return text(self.snapshot())

    def universe(self, name: str) -> str:
        """What a universe is called in labels."""
        return self._universes.word(name)

    def model(self, name: str) -> str:
        """What a model that a catalogue knows is called in labels."""
        return self._models.word(name)

    def _where(self, route: Route) -> tuple[str, str]:
        """Universe and model; those that no catalogue knows share a label: clients name them."""
        model = self.model(route.entry.name) if route.entry else OTHER
        return self.universe(route.universe), model

    def _add(self, name: str, *values: str) -> Any:
        figure = self._counted[name]
        return figure.labels(*values) if values else figure

    def _request(self, endpoint: str, universe: str, model: str, status: int, origin: str) -> None:
        values = (endpoint, universe, model, labels.status_class(status), origin)
        self._add("requests_total", *values).inc()

    def _answered(self, record: Record, where: tuple[str, str]) -> None:
        """Count an answer that has begun, and how long it took whom."""
        universe, _ = where
        if record.stream and record.first_byte is not None:
            self._add("time_to_first_chunk_seconds", *where).observe(record.first_byte)
        if record.overhead is not None:
            self._add("overhead_seconds", universe).observe(record.overhead)
        if record.gaps is not None:
            self._gaps.setdefault(universe, Gaps()).join(record.gaps)
        if record.cut:
            self._add("answer_cuts_total", labels.cut(record.cut)).inc()

    def _asked(self, record: Record) -> None:
        """Count what was sent, and what that led to."""
        for attempt in record.attempts:
            where = self._where(attempt.route)
            outcome = attempt.kind or ("ok" if attempt.status == 200 else "left")
            self._add("attempts_total", *where, self._word(outcome)).inc()
            if attempt.in_band:
                kind = labels.in_band(attempt.in_band)
                self._add("inband_failures_total", where[0], kind).inc()
        for one, next in pairwise(record.attempts):
            if one.route.key == next.route.key:
                universe = self.universe(one.route.universe)
                self._add("retries_total", universe, self._word(one.kind or OTHER)).inc()
        if record.route.reason:
            reason = labels.fallback_reason(record.route.reason)
            self._add("fallbacks_total", reason, self._where(record.route)[1]).inc()
        if record.queued is not None:
            universe = self.universe(record.route.universe)
            self._add("queue_wait_seconds", universe).observe(record.queued)
        if record.remembered is not None:
            hits = "hits" if record.remembered else "misses"
            self._add(f"signature_store_{hits}_total").inc()

    def _left(self, record: Record) -> None:
        """Count a client who left, and an upstream that was hung up on."""
        if record.left:
            self._add("client_disconnects_total", record.left).inc()
        if record.left in ("waiting", "streaming", "stalled"):
            self._add("upstream_cancelled_total", "client").inc()
        elif record.cut:
            self._add("upstream_cancelled_total", "cut").inc()

    def _spent(self, record: Record, where: tuple[str, str]) -> None:
        """Count tokens and pollen."""
        counted = "estimate" if record.estimated else "upstream"
        for kind in ("prompt", "completion", "cached", "reasoning"):
            count = getattr(record, f"{kind}_tokens")
            if count:
                self._add("tokens_total", *where, kind, counted).inc(count)
        if record.cost:
            self._add("cost_pollen_total", *where).inc(record.cost)

    def _word(self, kind: str) -> str:
        return self._kinds.word(kind.replace(" ", "_"))

    def _look(self) -> Iterator[Metric]:
        """What is not counted as it happens."""
        for name, source in self._watched.items():
            figure = BY_NAME[PREFIX + name]
            found = GaugeMetricFamily(figure.full_name, figure.meaning, labels=figure.labels)
            try:
                values = source()
            except Exception:
                # The other figures are worth showing all the same.
                self._log.failure("{name} is not known", quiet(), name=name)
                continue
            for said, value in values.items():
                found.add_metric(said, value)
            yield found
        yield self._waits()

    def _waits(self) -> Metric:
        figure = BY_NAME[GAPS]
        found = HistogramMetricFamily(GAPS, figure.meaning, labels=figure.labels)
        bounds = [*map(str, BOUNDS), "+Inf"]
        for universe, gaps in self._gaps.items():
            buckets = list(zip(bounds, accumulate(gaps.counts), strict=True))
            found.add_metric([universe], buckets, gaps.seconds)
        return found


@attrs.frozen
class _Looked:
    """What a registry asks for figures that are not counted."""

    _look: Callable[[], Iterable[Metric]]

    def collect(self) -> Iterable[Metric]:
        return self._look()

    def describe(self) -> Iterable[Metric]:
        """Nothing is looked at before somebody asks."""
        return ()


def _new(figure: Figure, registry: CollectorRegistry) -> Any:
    kind: Any = Counter if figure.kind == "counter" else Histogram
    more = {"buckets": figure.bounds} if figure.bounds else {}
    return kind(figure.full_name, figure.meaning, figure.labels, registry=registry, **more)
