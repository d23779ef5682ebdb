"""What was paid for, model by model."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.routing.period import LISTED, Period, Spent, period_from

SINCE = 1_769_299_200.0  # 2026-01-25, midnight


def entry(**fields: Any) -> dict[str, Any]:
    """A request as the page lists it."""
    return {
        "timestamp": "2026-01-25 09:00:00",
        "model": "openai",
        "meter_source": "tier",
        "input_text_tokens": 1000,
        "output_text_tokens": 500,
        "cost_usd": 1.25,
        **fields,
    }


def period(*entries: Any) -> Period:
    """What a page of these says."""
    return period_from({"usage": list(entries), "count": len(entries)}, SINCE)


def test_models_stand_by_what_they_cost() -> None:
    """The dearest first; equals by how often they were asked, then by name."""
    found = period(
        entry(model="cheap", cost_usd=0.1),
        entry(model="b", cost_usd=0.5),
        entry(model="a", cost_usd=0.5),
        entry(model="dear", cost_usd=2.0),
        entry(model="often", cost_usd=0.25),
        entry(model="often", cost_usd=0.25),
    )
    assert list(found.models) == ["dear", "often", "a", "b", "cheap"]
    assert found.models["often"] == Spent(2, 0.5, 0.5, 2000, 1000)


def test_both_sources_are_counted_and_told_apart() -> None:
    """What the grant paid, and all."""
    found = period(entry(), entry(meter_source="pack", cost_usd=0.75), entry(meter_source="crypto"))
    assert found.total.cost == 3.25
    assert found.total.granted == 1.25
    assert found.total.tokens == 4500


def test_what_was_before_does_not_count() -> None:
    """The moment itself does; other ways to write a moment are read too."""
    found = period(
        entry(timestamp="2026-01-24 23:59:59"),
        entry(timestamp="2026-01-25 00:00:00"),
        entry(timestamp="2026-01-25T00:00:00.000Z"),
        entry(timestamp="2026-01-25T01:00:00+02:00"),
    )
    assert found.total.requests == 2
    assert found.unread == 0


def test_all_kinds_of_tokens_count() -> None:
    """The page counts cached and reasoning tokens apart from those of text."""
    found = period(
        entry(
            input_cached_tokens=30_000,
            input_audio_tokens=7,
            input_image_tokens=2,
            output_reasoning_tokens=100,
            output_audio_tokens=3,
            output_image_tokens=1,
        )
    )
    assert found.total.prompt_tokens == 31_009
    assert found.total.completion_tokens == 604


@pytest.mark.parametrize("tokens", [None, -1, "many", True, math.nan, math.inf, 1e300, {}])
def test_what_is_no_number_of_tokens_counts_nothing(tokens: Any) -> None:
    """The request itself does."""
    assert period(entry(input_text_tokens=tokens)).total == Spent(1, 1.25, 1.25, 0, 500)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        7,
        "text",
        [],
        {},
        entry(cost_usd=None),
        entry(cost_usd="1.25"),
        entry(cost_usd=math.nan),
        entry(cost_usd=math.inf),
        entry(cost_usd=1e300),
        entry(timestamp=None),
        entry(timestamp="yesterday"),
        entry(timestamp=1_769_331_600),
        entry(timestamp="9999-12-31T23:59:59-23:59"),
    ],
    ids=repr,
)
def test_what_is_no_request_is_left_out_and_counted(wrong: Any) -> None:
    """The others are not lost for it."""
    found = period(wrong, entry())
    assert found.unread == 1
    assert found.total == Spent(1, 1.25, 1.25, 1000, 500)


def test_a_model_without_a_name_counts() -> None:
    """The service does not always know it."""
    assert list(period(entry(model=None), entry(model=7)).models) == [""]


@pytest.mark.parametrize(
    ("count", "oldest", "whole"),
    [
        (LISTED - 1, "2026-01-25 08:00:00", True),
        (LISTED, "2026-01-25 08:00:00", False),
        (LISTED, "2026-01-24 08:00:00", True),
    ],
)
def test_a_full_page_may_not_reach_back_far_enough(count: int, oldest: str, whole: bool) -> None:
    """It does if something on it is older."""
    entries = [entry()] * (count - 1)
    assert period(*entries, entry(timestamp=oldest)).whole is whole


@pytest.mark.parametrize("page", [None, [], "usage", {}, {"usage": None}, {"usage": {}}, object()])
def test_another_page_is_refused(page: Any) -> None:
    """An empty one is a page."""
    with pytest.raises(ValueError, match="usage"):
        period_from(page, SINCE)
    assert period().total == Spent()


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.just("2026-01-25 09:00:00"),
)
ENTRIES = st.dictionaries(st.sampled_from(list(entry())), ANYTHING)


@given(st.lists(st.one_of(ANYTHING, ENTRIES, ENTRIES.map(lambda some: entry(**some)))))
def test_garbage_makes_no_garbage(entries: list[Any]) -> None:
    """All sums are finite, the grant's part is a part, and nothing is lost."""
    found = period(*entries)
    total = found.total
    assert math.isfinite(total.cost)
    assert 0 <= total.granted <= total.cost * 1.000001
    assert total.tokens >= 0
    assert total.requests + found.unread <= len(entries)
