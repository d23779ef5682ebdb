"""Tests for ``pollinations.quirks.translation.keywords``."""

from typing import Any

import pytest

from pollinations.quirks.translation import keywords
from pollinations.quirks.translation.keywords import DATA_LIMIT, DROPPED, NESTING_LIMIT

DEEP: Any = "x"
for _ in range(NESTING_LIMIT):
    DEEP = [DEEP]
DEEPER: Any = DEEP
for _ in range(500):
    DEEPER = {"a": DEEPER}


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (keywords.text, ""),
        (keywords.flag, False),
        (keywords.number, -9007199254740991),
        (keywords.number, 0.5),
        (keywords.count, 0),
        (keywords.names, ["a", "b"]),
        (keywords.names, []),
        (keywords.data, None),
        (keywords.data, 5),
        (keywords.data, "x" * (DATA_LIMIT - 2)),
        (keywords.data, DEEP),
        (keywords.text_data, "a"),
        (keywords.one_of("a", "b"), "b"),
    ],
)
def test_what_will_do_is_the_very_same(reader: keywords.Reader, value: Any) -> None:
    """Nothing is copied that stays as it is."""
    assert reader(value) is value


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        (keywords.count, 3.0, 3),
        (keywords.names, ["a", 1, None, {}], ["a"]),
        (keywords.text_data, 1.5, "1.5"),
        (keywords.text_data, True, "true"),
        (keywords.text_data, 2**53, "9007199254740992"),
    ],
)
def test_what_means_the_same(reader: keywords.Reader, value: Any, expected: Any) -> None:
    """Written in another way."""
    assert reader(value) == expected
    assert type(reader(value)) is type(expected)


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        *((keywords.text, value) for value in (None, 5, [], {})),
        *((keywords.flag, value) for value in (None, 0, 1, "true")),
        *((keywords.number, value) for value in (None, True, "1", [])),
        *(
            (keywords.count, value)
            for value in (-1, 1.5, True, "1", 1e308, float("inf"), float("nan"))
        ),
        *((keywords.names, value) for value in (None, True, "a", {"a": 1})),
        *((keywords.data, value) for value in ("x" * DATA_LIMIT, [DEEP], DEEPER)),
        *((keywords.text_data, value) for value in (None, [], {}, "x" * DATA_LIMIT)),
        *((keywords.one_of("a"), value) for value in (None, "b", ["a"], {})),
    ],
)
def test_what_says_nothing(reader: keywords.Reader, value: Any) -> None:
    """It is left out."""
    assert reader(value) is DROPPED
