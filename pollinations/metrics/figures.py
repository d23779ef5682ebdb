"""All figures in one table: what ``/metrics`` shows, what it means, and how processes add it up."""

from collections.abc import Mapping
from typing import Final, Literal

import attrs

from ..routing.gaps import BOUNDS

PREFIX: Final = "pollinations_"
"""What the names of our own figures begin with."""

Kind = Literal["counter", "gauge", "histogram"]
Joined = Literal["sum", "max", "min"]

_LONG: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0)
_SHORT: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
_WHERE: Final = ("universe", "model")


@attrs.frozen
class Figure:
    """
    One figure.

    :param name: as Prometheus knows it, after :data:`PREFIX`.
    :param meaning: a sentence.
    :param bounds: of a histogram's buckets, in its unit.
    :param joined: what the values of a gauge in several processes are together; counts are summed.
    """

    kind: Kind
    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()
    joined: Joined = "sum"

    @property
    def full_name(self) -> str:
        """The name in queries."""
        return PREFIX + self.name


def _counter(name: str, meaning: str, *labels: str) -> Figure:
    return Figure("counter", f"{name}_total", meaning, labels)


def _gauge(name: str, meaning: str, *labels: str, joined: Joined = "sum") -> Figure:
    return Figure("gauge", name, meaning, labels, joined=joined)


def _times(name: str, meaning: str, bounds: tuple[float, ...], *labels: str) -> Figure:
    return Figure("histogram", f"{name}_seconds", meaning, labels, bounds)


FIGURES: Final = (
    _gauge(
        "build_info", "1; the labels say what runs.", "version", "python", "twisted", joined="max"
    ),
    _gauge("draining", "1 while the proxy waits for live answers to end, else 0.", joined="max"),
    _gauge("in_flight", "Chat requests that are open."),
    _gauge("connections", "Connections of clients that are open."),
    _counter(
        "requests",
        "Requests that are over, by what was asked for, who answered, how, and whose fault a"
        " failure was.",
        "endpoint",
        *_WHERE,
        "status_class",
        "origin",
    ),
    _times(
        "request_duration",
        "Seconds from a chat request to the last byte of its answer.",
        _LONG,
        *_WHERE,
    ),
    _times(
        "time_to_first_chunk",
        "Seconds from a chat request for a stream to its first byte.",
        _LONG,
        *_WHERE,
    ),
    _times(
        "overhead",
        "Seconds of an answered chat request in which nobody but the proxy was waited for.",
        _SHORT,
        "universe",
    ),
    _times(
        "inter_chunk",
        "Seconds between two pieces of a stream, as they come from the upstream.",
        BOUNDS,
        "universe",
    ),
    _counter("attempts", "Requests sent to an upstream, by how that went.", *_WHERE, "outcome"),
    _counter(
        "retries", "Attempts at a model that had failed for the same request.", "universe", "reason"
    ),
    _counter(
        "fallbacks",
        "Requests that went to another model than was asked for; who it was.",
        "reason",
        "model",
    ),
    _counter(
        "inband_failures", "Failures that an upstream sent with status 200.", "universe", "kind"
    ),
    _counter("answer_cuts", "Answers that were cut off in the middle of their text.", "reason"),
    _counter(
        "tokens",
        "Tokens that upstreams counted, or that the proxy estimated.",
        *_WHERE,
        "type",
        "counted",
    ),
    _counter("cost_pollen", "Pollen, by the catalogue's prices.", *_WHERE),
    _counter("sanitizer_changes", "Requests that a rule altered.", "rule"),
    _gauge("cooldown_active", "Models that are left alone for a while.", *_WHERE, joined="max"),
    _gauge("queue_depth", "Requests that wait for their turn.", "universe"),
    _times("queue_wait", "Seconds that requests waited for their turn.", _LONG),
    _counter(
        "client_disconnects", "Chat requests whose client left, by how far they had come.", "phase"
    ),
    _counter(
        "upstream_cancelled", "Answers of upstreams that were not read to their end.", "reason"
    ),
    _gauge(
        "signature_store_entries", "What is remembered for models that want it back.", joined="max"
    ),
    _counter("signature_store_hits", "Conversations of which something was remembered."),
    _counter("signature_store_misses", "Conversations of which nothing was remembered."),
    _gauge("balance_known", "1 while the account's pollen is known, else 0.", joined="max"),
    _gauge(
        "balance_pollen",
        "What the account may still spend, while it is known.",
        "kind",
        joined="max",
    ),
    _gauge("balance_age_seconds", "Seconds since the account was last seen.", joined="min"),
    _gauge("models", "Models that the catalogue knows.", "universe", joined="max"),
    _gauge("notification_listeners", "Clients that listen to notifications."),
    _counter(
        "settings_reloads",
        "Changes of the settings that were read, and changes that were wrong.",
        "result",
    ),
)
"""All of them, in the order in which the documentation has them."""

BY_NAME: Final[Mapping[str, Figure]] = {figure.full_name: figure for figure in FIGURES}
