"""Waits between the pieces of an answer, in a few numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.routing.gaps import BOUNDS, Gaps

WAITS = st.lists(st.floats(0, 1000, allow_nan=False))


def gaps_of(waits: list[float]) -> Gaps:
    """These, one after the other."""
    gaps = Gaps()
    for wait in waits:
        gaps.add(wait)
    return gaps


@pytest.mark.parametrize(
    ("wait", "bucket"),
    [(0.0, 0), (BOUNDS[0], 0), (0.0051, 1), (BOUNDS[-1], len(BOUNDS) - 1), (61.0, len(BOUNDS))],
)
def test_a_bucket_holds_its_bound(wait: float, bucket: int) -> None:
    """As Prometheus' ``le`` does; what is longer than all has one too."""
    assert gaps_of([wait]).counts.index(1) == bucket


@given(WAITS)
def test_nothing_is_lost(waits: list[float]) -> None:
    """Each wait is in one bucket, and in the sum."""
    gaps = gaps_of(waits)
    assert len(gaps) == len(waits)
    assert math.isclose(gaps.seconds, math.fsum(waits), abs_tol=1e-6)


@given(WAITS, WAITS)
def test_those_of_two_answers_are_those_of_both(one: list[float], other: list[float]) -> None:
    """Whoever joins them, and however many there were."""
    both = gaps_of(one)
    both.join(gaps_of(other))
    assert both.counts == gaps_of(one + other).counts
    assert math.isclose(both.seconds, gaps_of(one + other).seconds, abs_tol=1e-6)
