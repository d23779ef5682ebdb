"""Figures as data: written as Prometheus reads them, added up over processes."""

import orjson
import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.parser import text_string_to_metric_families

from pollinations.metrics.figures import FIGURES
from pollinations.metrics.metrics import Metrics
from pollinations.metrics.snapshot import Family, collected, text, together
from pollinations.routing.record import Record
from pollinations.routing.route import Route

RECORD = Record("id", "free/openai", Route("free", "openai"), stream=True, first_byte=0.3)


def observed(times: int) -> Metrics:
    """A proxy that has served this many requests, all of which are open still."""
    metrics = Metrics()
    metrics.watch("in_flight", lambda: {(): times})
    metrics.watch("balance_age_seconds", lambda: {(): times})
    metrics.watch("cooldown_active", lambda: {("free", "openai"): 1})
    for _ in range(times):
        metrics.observe(RECORD)
    return metrics


def sampled(families: list[Family]) -> dict[str, float]:
    """Values by name, where there is one of that name."""
    return {name: value for f in families for (name, _), value in f.samples.items()}


def test_processes_are_added_up() -> None:
    """Counts and histograms are summed; the table says what becomes of gauges."""
    found = sampled(list(together([observed(2).snapshot(), observed(3).snapshot()])))
    assert found["pollinations_requests_total"] == 5
    assert found["pollinations_time_to_first_chunk_seconds_count"] == 5
    assert found["pollinations_time_to_first_chunk_seconds_sum"] == pytest.approx(1.5)
    assert found["pollinations_in_flight"] == 5
    assert found["pollinations_balance_age_seconds"] == 2
    assert found["pollinations_cooldown_active"] == 1
    assert found["pollinations_build_info"] == 1


def test_one_process_is_itself() -> None:
    """Adding up one snapshot, or none, changes nothing."""
    snapshot = observed(1).snapshot()
    assert list(together([snapshot])) == list(snapshot)
    assert list(together([])) == []


def test_what_one_process_alone_has_is_kept() -> None:
    """Labels that another has not met count as nothing there."""
    one, other = Metrics(), Metrics()
    one.reloaded("ok")
    other.reloaded("wrong")
    [family] = [
        family
        for family in together([one.snapshot(), other.snapshot()])
        if family.name == "pollinations_settings_reloads"
    ]
    assert sorted(family.samples.values()) == [1, 1]


def test_it_survives_json() -> None:
    """So that a process can send it to another."""
    snapshot = list(observed(2).snapshot())
    sent = orjson.dumps([family.to_json() for family in snapshot])
    assert [Family.from_json(data) for data in orjson.loads(sent)] == snapshot


def test_the_text_is_what_prometheus_reads() -> None:
    """Types, names and values come back as they were."""
    snapshot = observed(2).snapshot()
    read = {f.name: f for f in text_string_to_metric_families(text(snapshot).decode())}
    assert read.keys() == {family.name for family in snapshot}
    for family in snapshot:
        assert read[family.name].type == family.kind
        values = {
            (s.name, tuple(sorted(s.labels.items()))): s.value for s in read[family.name].samples
        }
        assert values == family.samples


def test_when_a_count_began_is_not_said() -> None:
    """It would double the number of series."""
    registry = CollectorRegistry()
    Counter("a", "A.", registry=registry)
    Histogram("b", "B.", registry=registry)
    assert not [name for f in collected(registry) for name, _ in f.samples if "created" in name]


def test_every_gauge_that_workers_share_says_how() -> None:
    """One of the account must not be summed: it is one account."""
    joined = {figure.name: figure.joined for figure in FIGURES if figure.kind == "gauge"}
    assert all(joined[name] != "sum" for name in joined if name.startswith("balance"))
