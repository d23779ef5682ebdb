"""
All figures at one moment, as plain data: to be written down, sent to another process, added up.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, cast

import attrs
from prometheus_client import generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from .figures import BY_NAME

CONTENT_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"
"""Of what :func:`text` gives."""

_OF_PROCESSES: Mapping[str, str] = {
    "process_start_time_seconds": "min",
    "process_max_fds": "min",
    "python_info": "max",
}
_JOINED: Mapping[str, Callable[[float, float], float]] = {
    "sum": lambda one, other: one + other,
    "max": max,
    "min": min,
}

Labels = tuple[tuple[str, str], ...]


@attrs.frozen
class Family:
    """
    One figure at one moment.

    :param name: without the ending that a counter's samples have.
    :param kind: ``counter``, ``gauge`` or ``histogram``.
    :param samples: name and labels, sorted, to value.
    """

    name: str
    kind: str
    meaning: str
    samples: Mapping[tuple[str, Labels], float]

    def to_json(self) -> Mapping[str, Any]:
        """This as what JSON can hold."""
        samples = [[name, dict(labels), value] for (name, labels), value in self.samples.items()]
        return {"name": self.name, "kind": self.kind, "meaning": self.meaning, "samples": samples}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Family":
        """What :meth:`to_json` gave."""
        samples = {
            (name, tuple(sorted(labels.items()))): value for name, labels, value in data["samples"]
        }
        return cls(data["name"], data["kind"], data["meaning"], samples)


Figures = Callable[[], Sequence[Family]]
"""Gives what one process has counted."""


def collected(collector: Collector) -> Sequence[Family]:
    """What *collector* says now. When a count began is left out: the process's start tells it."""
    return [
        Family(
            metric.name,
            metric.type,
            metric.documentation,
            {
                (sample.name, tuple(sorted(sample.labels.items()))): sample.value
                for sample in metric.samples
                if not sample.name.endswith("_created")
            },
        )
        for metric in collector.collect()
    ]


def together(snapshots: Iterable[Sequence[Family]]) -> Sequence[Family]:
    """
    What several processes have counted, as if it had been one.

    Counts and histograms are summed; the table of figures says what becomes of gauges.
    """
    joined: dict[str, Family] = {}
    for family in (family for snapshot in snapshots for family in snapshot):
        before = joined.get(family.name)
        joined[family.name] = family if before is None else _join(before, family)
    return list(joined.values())


def text(families: Iterable[Family]) -> bytes:
    """*families* in Prometheus' text format."""
    return generate_latest(cast(Any, _Given([_metric(family) for family in families])))


def _join(one: Family, other: Family) -> Family:
    add = _JOINED[_rule(one)]
    samples = dict(one.samples)
    for key, value in other.samples.items():
        samples[key] = add(samples[key], value) if key in samples else value
    return attrs.evolve(one, samples=samples)


def _rule(family: Family) -> str:
    if family.kind != "gauge":
        return "sum"
    if family.name in BY_NAME:
        return BY_NAME[family.name].joined
    return _OF_PROCESSES.get(family.name, "sum")


def _metric(family: Family) -> Metric:
    metric = Metric(family.name, family.meaning, family.kind)
    for (name, labels), value in family.samples.items():
        metric.add_sample(name, dict(labels), value)
    return metric


@attrs.frozen
class _Given:
    """Figures that were collected already, in the form in which the library wants to ask."""

    _metrics: Sequence[Metric]

    def collect(self) -> Iterable[Metric]:
        return self._metrics
