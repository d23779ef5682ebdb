"""Numbers as people read them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.commands import numbers


@pytest.mark.parametrize(
    ("share", "bar"),
    [
        (0.0, "░░░░░░░░░░"),
        (0.049, "░░░░░░░░░░"),
        (0.05, "█░░░░░░░░░"),
        (0.25, "███░░░░░░░"),
        (0.75, "████████░░"),
        (0.94, "█████████░"),
        (0.95, "██████████"),
        (1.0, "██████████"),
    ],
)
def test_halves_of_a_block_go_up(share: float, bar: str) -> None:
    """A quarter is three blocks of ten."""
    assert numbers.bar(share) == bar


@given(st.floats(), st.floats())
def test_a_bar_has_ten_blocks(part: float, whole: float) -> None:
    """Whatever it is a bar of."""
    share = numbers.share(part, whole)
    assert 0 <= share <= 1
    assert len(numbers.bar(share)) == 10
    assert 0 <= numbers.percent(share) <= 100


@pytest.mark.parametrize(
    ("number", "count", "size"),
    [
        (0, "0", "0"),
        (340, "340", "340"),
        (999, "999", "999"),
        (1000, "1.0K", "1K"),
        (1250, "1.3K", "1.3K"),
        (128_000, "128.0K", "128K"),
        (999_949, "999.9K", "999.9K"),
        (999_950, "1.00M", "1M"),
        (1_048_576, "1.05M", "1.05M"),
        (1_500_000, "1.50M", "1.5M"),
        (3_400_000, "3.40M", "3.4M"),
        (10**300, ">1000000000.00M", ">1000000000M"),
    ],
)
def test_numbers_of_tokens(number: int, count: str, size: str) -> None:
    """Thousands have one decimal, millions two."""
    assert numbers.count(number) == count
    assert numbers.size(number) == size


@pytest.mark.parametrize(
    ("pollen", "amount"),
    [
        (0.0, "0.00"),
        (-1.0, "-1.00"),
        (0.00001, "<0.0001"),
        (0.0001, "0.0001"),
        (0.0123, "0.0123"),
        (0.1, "0.10"),
        (0.125, "0.13"),
        (1.25, "1.25"),
        (1234.5, "1234.50"),
    ],
)
def test_amounts_have_the_decimals_that_it_takes_to_see_them(pollen: float, amount: str) -> None:
    """Two, or four for what costs hardly anything."""
    assert numbers.amount(pollen) == amount


@pytest.mark.parametrize(
    ("of_one", "of_a_million"),
    [
        (None, "–"),
        (0.0, "0"),
        (1.5e-7, "0.15"),
        (0.000014, "14"),
        (1.2345e-6, "1.2345"),
        (1e-12, "<0.0001"),
        (1e300, "–"),
        (1e308, "–"),
    ],
)
def test_prices(of_one: float | None, of_a_million: str) -> None:
    """No more decimals than say something."""
    assert numbers.price(numbers.per_million(of_one)) == of_a_million


@given(st.floats(min_value=0, allow_nan=False, allow_infinity=False), st.integers(min_value=0))
def test_numbers_are_numbers(price: float, tokens: int) -> None:
    """No finite number leads to one that is not."""
    million = numbers.per_million(price)
    assert million is None or math.isfinite(million)
    for text in (numbers.price(million), numbers.count(tokens), numbers.size(tokens)):
        assert "nan" not in text.lower()
        assert "inf" not in text.lower()


@pytest.mark.parametrize(
    ("seconds", "length", "age", "until"),
    [
        (0.0, "0 ms", "0 s", "0h 0m"),
        (0.0036, "4 ms", "0 s", "0h 0m"),
        (0.0104, "10 ms", "0 s", "0h 0m"),
        (0.42, "0.42 s", "0 s", "0h 0m"),
        (12.34, "12.3 s", "12 s", "0h 0m"),
        (125.0, "2m 5s", "2 min", "0h 2m"),
        (21_660.0, "361m 0s", "6 h", "6h 1m"),
        (-5.0, "0 ms", "0 s", "0h 0m"),
    ],
)
def test_lengths_of_time(seconds: float, length: str, age: str, until: str) -> None:
    """As exact as is of use."""
    assert numbers.seconds(seconds) == length
    assert numbers.age(seconds) == age
    assert numbers.until(seconds) == until


def test_moments_for_programs_are_iso_8601_in_utc() -> None:
    """None is none."""
    assert numbers.iso(1_769_342_400.5) == "2026-01-25T12:00:00+00:00"
    assert numbers.iso(None) is None
