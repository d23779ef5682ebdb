"""One proxy's figures: what is counted, and what is looked at when somebody asks."""

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version

import attrs
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from twisted.logger import Logger

from .. import __version__
from ..quiet import quiet
from ..routing.record import LEFT, Record
from ..routing.route import Route
from . import labels
from .counting import Counts
from .figures import BY_NAME, PREFIX
from .labels import NONE
from .snapshot import Family, collected

Source = Callable[[], Mapping[tuple[str, ...], float]]
"""Gives the values of a gauge at this moment, by its labels in their order."""


@attrs.define(eq=False, slots=False)
class Metrics:
    """
    One proxy's figures, in a registry of its own.

    Nothing is done for the pieces of an answer. Gauges cost nothing until somebody asks for them.
    """

    registry: CollectorRegistry = attrs.field(factory=CollectorRegistry)
    _counts: Counts = attrs.field(init=False)
    _watched: dict[str, Source] = attrs.field(factory=dict, init=False)

    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._counts = Counts(self.registry)
        self.registry.register(_Looked(self._look))
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        versions = (__version__, platform.python_version(), version("Twisted"))
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
        self._counts.chat(record)

    def served(self, path: str, status: int) -> None:
        """Count a request that was answered without asking a model."""
        asked = labels.endpoint(path)
        if asked == "notifications" and status == LEFT:
            # Whoever listens does so until it leaves.
            status = 200
        self._counts.request(asked, (NONE, NONE), status, labels.origin(status))

    def reloaded(self, result: str) -> None:
        """Count a change of the settings: ``ok`` or ``wrong``."""
        self._counts.figure("settings_reloads_total", result).inc()

    def snapshot(self) -> Sequence[Family]:
        """All figures at this moment."""
        return collected(self.registry)

    def where(self, route: Route) -> tuple[str, str]:
        """What a model is called in labels: universe and name."""
        return self._counts.where(route)

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
        yield self._counts.waits()


@attrs.frozen
class _Looked:
    """What a registry asks for figures that are not counted."""

    _look: Callable[[], Iterable[Metric]]

    def collect(self) -> Iterable[Metric]:
        return self._look()

    def describe(self) -> Iterable[Metric]:
        """Nothing is looked at before somebody asks."""
        return ()
