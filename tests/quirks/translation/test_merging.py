"""Tests for ``pollinations.quirks.translation.merging``."""

import pytest

from pollinations.quirks.translation.merging import all_of


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (["a", "b"], ["b", "c"], ["b"]),
        ([None, "a"], [{"x": 1}, "a"], ["a"]),
        ([{"x": 1}, "a"], [{"x": 2}, "a"], ["a"]),
        ([{"x": 1, "y": 2}, "a"], [{"y": 2, "x": 1}], [{"x": 1, "y": 2}]),
        ([[1], {}, None], [None, []], [None]),
        ([1, True], [True], [True]),
        (["a"], ["b"], ["a"]),
    ],
)
def test_an_enum_holds_what_all_allow(first, second, expected) -> None:
    """Values of each kind are told apart; the first's stand where they agree on none."""
    made = all_of([{"enum": first}, {"enum": second}])["enum"]
    assert made == expected
    assert list(map(type, made)) == list(map(type, expected))
