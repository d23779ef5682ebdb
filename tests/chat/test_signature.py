"""The carriers of a thought signature."""

import pytest

from pollinations.chat.signature import (
    offering,
    signature_of_call,
    signature_on,
    signed,
    signed_call,
    unsigned,
    unsigned_call,
)
from pollinations.testing.conversations import call


def google(signature: object = "s") -> dict[str, object]:
    """What Google's own fields look like."""
    return {"google": {"thought_signature": signature}}


@pytest.mark.parametrize(
    "item",
    [
        {"thought_signature": "s"},
        {"extra_content": google()},
        {"extra_content": {"vertex": {"thought_signature": "s"}}},
        {"thought_signature": "s", "extra_content": google("t")},
        {"thought_signature": "", "extra_content": google()},
        {"thought_signature": 7, "extra_content": google()},
    ],
)
def test_every_carrier_is_read(item) -> None:
    """The first that holds a text."""
    assert signature_on(item) == "s"
    assert signature_of_call(call("c", **item)) == "s"
    assert signature_of_call({"id": "c", "function": {"name": "bash", **item}}) == "s"


@pytest.mark.parametrize("extra", [None, 7, "s", [], {}, {"google": None}, {"google": []}])
def test_no_signature_is_found_in_something_else(extra) -> None:
    """Fields of other shapes carry none, and are left alone."""
    item = {"extra_content": extra}
    assert signature_on(item) == ""
    assert unsigned(item) is item


def test_signing_writes_both_forms() -> None:
    """And keeps what else is there."""
    item = {"a": 1, "extra_content": {"google": {"b": 2}, "x": 3}}
    assert signed(item, "s") == {
        "a": 1,
        "thought_signature": "s",
        "extra_content": {"google": {"b": 2, "thought_signature": "s"}, "x": 3},
    }


def test_what_is_offered_is_where_libraries_look() -> None:
    """And all else stays as it came."""
    offered = {"thought_signature": "s", "extra_content": {"x": 1, **google()}}
    assert offering({"thought_signature": "s", "extra_content": {"x": 1}}, "s") == offered
    assert offering(offered, "s") is offered


def test_what_is_signed_is_not_copied() -> None:
    """A second signing with the same signature changes nothing."""
    once = signed_call(call("c"), "s")
    assert signed_call(once, "s") is once


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (google(), {}),
        ({"vertex": {"thought_signature": "s"}}, {}),
        ({**google(), "x": 1}, {"extra_content": {"x": 1}}),
        (
            {"google": {"thought_signature": "s", "a": 1}},
            {"extra_content": {"google": {"a": 1}}},
        ),
    ],
)
def test_unsigning_takes_the_signature_alone(extra, expected) -> None:
    """All else in ``extra_content`` stays."""
    assert unsigned({"thought_signature": "s", "extra_content": extra}) == expected


def test_unsigning_undoes_signing() -> None:
    """On the call and on its function."""
    assert unsigned_call(signed_call(call("c"), "s")) == call("c")
