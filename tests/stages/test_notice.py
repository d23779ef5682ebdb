"""The notice stands at the end of the text and never where it would do harm."""

import pytest

from pollinations.routing.route import Route
from pollinations.settings.schema import Gui, Settings
from pollinations.stages.notice import Notice
from pollinations.stages.stage import Context
from pollinations.testing.chunks import chunk, context, passed

ROUTE = Route("free", "mistral", "Wallet & Tier Critical")
TEXT = "\n\n> ⚠️ **Safety Net**: Wallet & Tier Critical. Switched to `free/mistral`."


def notice() -> Notice:
    return Notice(context(route=ROUTE))


def test_stands_before_the_finishing_chunk() -> None:
    """B5: after the end, no client reads it."""
    said, end = chunk("Hi"), chunk(finish="stop")
    added = chunk(TEXT)
    assert passed(notice(), said, end) == [said, added, end]


@pytest.mark.parametrize("reason", ["stop", "length", "content_filter"])
def test_a_message_that_ends_itself_has_it_at_its_end(reason: str) -> None:
    """As a JSON answer does, and an upstream that sends all in one chunk."""
    assert passed(notice(), chunk("Hi", finish=reason)) == [chunk("Hi" + TEXT, finish=reason)]


def test_an_answer_of_tool_calls_has_none() -> None:
    """In one chunk or in several."""
    call = chunk(tool_calls=[{"index": 0}])
    end = chunk(finish="tool_calls")
    assert passed(notice(), chunk("Hm"), call, end) == [chunk("Hm"), call, end]
    whole = chunk("Hm", finish="tool_calls", tool_calls=[{"index": 0}])
    assert passed(notice(), whole) == [whole]


def test_comes_once_for_each_choice() -> None:
    """Also when an upstream says twice that it has finished."""
    ends = [chunk(finish="stop"), chunk(finish="stop", index=1), chunk(finish="stop")]
    given = passed(notice(), *ends)
    assert given == [chunk(TEXT), ends[0], chunk(TEXT, index=1), ends[1], ends[2]]


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        (context(route=ROUTE), True),
        (context(stream=False, route=ROUTE), True),
        (context(), False),
        (context(route=ROUTE, settings=Settings(gui=Gui(status="none"))), False),
        (context(route=ROUTE, settings=Settings(gui=Gui(status="all"))), True),
        (context(route=ROUTE, response_format={"type": "json_object"}), False),
        (context(route=ROUTE, response_format={"type": "text"}), True),
    ],
)
def test_when_there_is_one(known: Context, wanted: bool) -> None:
    """When another model answered, unless JSON was asked for or the settings say no."""
    assert Notice.concerns(known) is wanted
