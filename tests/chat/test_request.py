"""Copies of a request."""

import pytest

from pollinations.testing.conversations import asked, frozen


@pytest.mark.parametrize(
    ("names", "left"),
    [
        (("temperature",), {"messages", "stop"}),
        (("temperature", "unknown"), {"messages", "stop"}),
        (("temperature", "stop"), {"messages"}),
    ],
)
def test_fields_are_left_out(names, left) -> None:
    """Of the copy; the request keeps them."""
    request = frozen(asked(temperature=0.5, stop=None))
    assert request.without(*names).body.keys() == left
    assert request.body.keys() == {"messages", "temperature", "stop"}


@pytest.mark.parametrize("names", [(), ("unknown",), ("unknown", "tools")])
def test_nothing_to_leave_out_is_no_change(names) -> None:
    """A rule that returns it has mended nothing, and is not named in the answer."""
    request = asked(temperature=0.5)
    assert request.without(*names) is request
