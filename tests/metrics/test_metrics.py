"""What is counted, of whatever becomes of requests."""

import attrs
import pytest
from prometheus_client import generate_latest
from twisted.trial.unittest import SynchronousTestCase

from pollinations.metrics.figures import BY_NAME, FIGURES
from pollinations.metrics.metrics import Metrics
from pollinations.routing.catalogue import Model
from pollinations.routing.gaps import Gaps
from pollinations.routing.record import Attempt, Record
from pollinations.routing.route import Route
from pollinations.testing.together import Together

OPENAI = Route("enter", "openai", entry=Model("gpt"))
RECORD = Record("id", "enter/openai", OPENAI)
ANSWERED = attrs.evolve(
    RECORD,
    stream=True,
    first_byte=1.0,
    overhead=0.1,
    queued=1.0,
    gaps=Gaps(),
    prompt_tokens=1,
    cost=1.0,
)
MOST_SERIES = 10_000
"""How many time series there may be, whatever clients and upstreams call things."""


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    """A sample's value."""
    return metrics.registry.get_sample_value(f"pollinations_{name}", labels)


def test_every_figure_is_met(driven: Together) -> None:
    """None is a promise that nobody keeps."""
    met = {
        name
        for family in driven.api.metrics.snapshot()
        for name, _ in family.samples
        if name.startswith("pollinations_")
    }
    for figure in FIGURES:
        ending = "_count" if figure.kind == "histogram" else ""
        assert figure.full_name + ending in met


def test_labels_are_those_of_the_table(driven: Together) -> None:
    """In every sample, with nothing empty."""
    for family in driven.api.metrics.snapshot():
        for name, labels in family.samples:
            if name.startswith("pollinations_"):
                bare = name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count")
                assert {label for label, _ in labels} - {"le"} == set(BY_NAME[bare].labels)
                assert all(text for _, text in labels)


def test_names_follow_the_conventions() -> None:
    """Base units, ``_total`` on counts, nothing shortened."""
    for figure in FIGURES:
        assert figure.name.endswith("_total") == (figure.kind == "counter")
        assert not figure.name.endswith(("_ms", "_milliseconds", "_count", "_sum", "_bucket"))
        assert figure.meaning.endswith(".")


@pytest.mark.parametrize(
    ("name", "labels", "wanted"),
    [
        ("client_disconnects_total", {"phase": "queued"}, 1),
        ("client_disconnects_total", {"phase": "waiting"}, 1),
        ("client_disconnects_total", {"phase": "streaming"}, 1),
        ("upstream_cancelled_total", {"reason": "client"}, 2),
        ("upstream_cancelled_total", {"reason": "cut"}, 1),
        ("answer_cuts_total", {"reason": "guillotine"}, 1),
        ("inband_failures_total", {"universe": "enter", "kind": "insufficient_balance"}, 1),
        ("fallbacks_total", {"reason": "funds", "model": "mistral"}, 2),
        ("retries_total", {"universe": "enter", "reason": "server"}, 3),
        ("signature_store_hits_total", {}, 1),
        ("signature_store_misses_total", {}, 1),
        ("settings_reloads_total", {"result": "ok"}, 1),
        ("balance_pollen", {"kind": "wallet"}, 50),
        ("balance_known", {}, 1),
        ("cooldown_active", {"universe": "free", "model": "mistral"}, 1),
        ("queue_wait_seconds_sum", {}, 0.5),
        ("overhead_seconds_sum", {"universe": "enter"}, 0),
        ("in_flight", {}, 0),
        ("queue_depth", {"universe": "free"}, 0),
    ],
)
def test_what_was_met_is_counted(
    driven: Together, name: str, labels: dict[str, str], wanted: float
) -> None:
    """Each for what it was."""
    assert value(driven.api.metrics, name, **labels) == wanted


@pytest.mark.parametrize(
    ("where", "status_class", "origin", "wanted"),
    [
        (("chat", "enter", "openai/gpt-5.4-nano"), "5xx", "upstream", 1),
        (("chat", "enter", "openai/gpt-5.4-nano"), "4xx", "client", 1),
        (("chat", "free", "openai-fast"), "4xx", "client", 2),
        (("chat", "none", "none"), "2xx", "none", 1),
        (("chat", "none", "none"), "4xx", "client", 1),
        (("other", "none", "none"), "4xx", "client", 1),
        (("models", "none", "none"), "2xx", "none", 1),
    ],
)
def test_requests_are_counted_by_what_became_of_them(
    driven: Together, where: tuple[str, str, str], status_class: str, origin: str, wanted: float
) -> None:
    """The proxy's own answers have no universe and no model."""
    names = dict(zip(("endpoint", "universe", "model"), where, strict=True))
    found = value(
        driven.api.metrics, "requests_total", status_class=status_class, origin=origin, **names
    )
    assert found == wanted


class CountingTests(SynchronousTestCase):
    """Tests for :class:`Metrics`."""

    def setUp(self) -> None:
        self.metrics = Metrics()

    def value(self, name: str, **labels: str) -> float | None:
        """A sample's value."""
        return value(self.metrics, name, **labels)

    def test_tokens_by_kind(self) -> None:
        """And by who counted them."""
        counted = attrs.evolve(
            RECORD, prompt_tokens=100, completion_tokens=20, cached_tokens=64, reasoning_tokens=8
        )
        self.metrics.observe(counted)
        self.metrics.observe(attrs.evolve(RECORD, prompt_tokens=3, estimated=True))
        where = {"universe": "enter", "model": "gpt"}
        kinds = {"prompt": 100, "completion": 20, "cached": 64, "reasoning": 8}
        for kind, count in kinds.items():
            found = self.value("tokens_total", type=kind, counted="upstream", **where)
            self.assertEqual(found, count)
        self.assertEqual(self.value("tokens_total", type="prompt", counted="estimate", **where), 3)

    def test_gaps_of_all_streams(self) -> None:
        """Each bucket holds those below it, as Prometheus wants it."""
        for waits in ((0.01, 0.2), (0.01, 70.0)):
            gaps = Gaps()
            for wait in waits:
                gaps.add(wait)
            self.metrics.observe(attrs.evolve(RECORD, first_byte=1.0, gaps=gaps))
        name, where = "inter_chunk_seconds", {"universe": "enter"}
        self.assertEqual(self.value(f"{name}_count", **where), 4)
        self.assertAlmostEqual(self.value(f"{name}_sum", **where) or 0, 70.22)
        for bound, count in {"0.005": 0, "0.01": 2, "0.25": 3, "60.0": 3, "+Inf": 4}.items():
            self.assertEqual(self.value(f"{name}_bucket", le=bound, **where), count)

    def test_a_source_that_fails_hides_nothing_else(self) -> None:
        """It is in the log, and its figure is left out."""
        self.metrics.watch("in_flight", lambda: {(): 1 // 0})
        self.metrics.watch("connections", lambda: {(): 3})
        text = generate_latest(self.metrics.registry)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertIn(b"pollinations_connections 3.0", text)
        self.assertNotIn(b"in_flight", text)

    def test_gauges_are_looked_at_when_somebody_asks(self) -> None:
        """Not before, and each time anew."""
        looks: list[int] = []

        def look() -> dict[tuple[str, ...], float]:
            looks.append(1)
            return {(): len(looks)}

        self.metrics.watch("in_flight", look)
        self.metrics.observe(RECORD)
        self.assertEqual(looks, [])
        generate_latest(self.metrics.registry)
        self.assertEqual(self.value("in_flight"), 2)

    def test_a_listener_who_leaves_is_no_failure(self) -> None:
        """That is how listening ends."""
        self.metrics.served("/v1/notifications", 499)
        where = {"universe": "none", "model": "none"}
        found = self.value(
            "requests_total", endpoint="notifications", status_class="2xx", origin="none", **where
        )
        self.assertEqual(found, 1)

    def test_processes_and_their_garbage_are_shown(self) -> None:
        """As Prometheus' own library has them."""
        text = generate_latest(self.metrics.registry)
        for name in (b"process_cpu_seconds_total", b"process_open_fds", b"python_gc_collections"):
            self.assertIn(name, text)

    def test_the_registry_can_be_shown_by_others(self) -> None:
        """It is one of Prometheus' own library."""
        self.metrics.observe(RECORD)
        self.assertIn(b"pollinations_requests_total{", generate_latest(self.metrics.registry))


def test_a_reason_without_a_word() -> None:
    """Somebody else's router need not have one."""
    metrics = Metrics()
    metrics.observe(attrs.evolve(ANSWERED, route=Route("house", "owl", "Since it is night")))
    assert value(metrics, "fallbacks_total", reason="other", model="other") == 1


def test_hostile_names_make_no_series() -> None:
    """Models, universes, reasons, rules, kinds, codes and paths of anybody's invention."""
    metrics = Metrics()
    for number in range(10_000):
        name = f'"}}\n{number}' * 3
        for entry in (None, Model(name)):
            route = Route(name, name, reason=name, entry=entry, cause=name)
            attempts = (Attempt(route, number, 1.0, name, name), Attempt(route, number, 1.0))
            metrics.observe(
                attrs.evolve(
                    ANSWERED,
                    asked=name,
                    route=route,
                    rules=(name,),
                    attempts=attempts,
                    status=number,
                    cut=name,
                )
            )
        metrics.served(name, number)
    series = sum(len(family.samples) for family in metrics.snapshot())
    assert series < MOST_SERIES
    assert b"other" in generate_latest(metrics.registry)
