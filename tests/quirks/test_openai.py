"""What OpenAI and Azure accept."""

import pytest

from pollinations.quirks.openai import MOST_TOOLS, PREFERRED
from pollinations.testing.conversations import asked, call, result, step, tool, user

LONG = "call_" + "x" * 36


def tools(count: int, *more: str):
    """So many tools of no note, then *more*."""
    return [tool(f"tool_{n}") for n in range(count)] + [tool(name) for name in more]


def names(request) -> list[str]:
    """The names of a request's tools."""
    return [item["function"]["name"] for item in request.tools]


@pytest.mark.parametrize("count", [0, 1, MOST_TOOLS])
def test_few_enough_tools_stay(sanitized, count) -> None:
    """And their order."""
    sent = sanitized("enter/openai", asked(tools=tools(count)))
    assert list(sent.request.tools) == tools(count)
    assert sent.changes == ("all.private",)


def test_b33_an_agents_own_tools_are_kept(sanitized) -> None:
    """They are preferred to those of the many servers that came before them."""
    sent = sanitized("enter/openai", asked(tools=tools(200, *PREFERRED)))
    kept = MOST_TOOLS - len(PREFERRED)
    assert names(sent.request) == [*(f"tool_{n}" for n in range(kept)), *PREFERRED]
    assert sent.changes == ("all.private", "openai.tools")


@pytest.mark.parametrize(
    "choice",
    [
        {"type": "function", "function": {"name": "last"}},
        {"type": "function", "name": "last"},
        {
            "type": "allowed_tools",
            "allowed_tools": {"mode": "auto", "tools": [{"function": {"name": "last"}}]},
        },
        {"type": "allowed_tools", "tools": [{"type": "function", "name": "last"}]},
    ],
)
def test_a_chosen_tool_is_never_lost(sanitized, choice) -> None:
    """Nor is the choice."""
    sent = sanitized("enter/openai", asked(tools=tools(500, "last"), tool_choice=choice)).request
    assert len(sent.tools) == MOST_TOOLS
    assert names(sent)[-1] == "last"
    assert sent.body["tool_choice"] == choice


def test_a_tool_that_was_called_is_never_lost(sanitized) -> None:
    """It goes before the preferred ones, the latest first."""
    steps = [
        item for n in range(130) for item in (step(call(f"c{n}", f"old_{n}")), result(f"c{n}"))
    ]
    old = [f"old_{n}" for n in range(130)]
    sent = sanitized("enter/openai", asked(*steps, tools=tools(50, *PREFERRED, *old))).request
    assert names(sent) == [f"old_{n}" for n in range(10, 130)]


def test_a_choice_of_no_certain_tool_stays(sanitized) -> None:
    """``auto`` and names that nobody knows are the client's affair."""
    for choice in ("auto", "required", {"function": {"name": "unknown"}}):
        sent = sanitized("enter/openai", asked(tools=tools(121), tool_choice=choice)).request
        assert sent.body["tool_choice"] == choice


def test_long_identifiers_become_forty_characters(sanitized) -> None:
    """The same for a call and its result, whether or not the request offers tools."""
    others = LONG[:-1] + "y"
    request = asked(step(LONG, others, "short"), *map(result, (LONG, others, "short")))
    sent = sanitized("enter/openai", request)
    first, *results = sent.request.messages
    ids = [item["id"] for item in first["tool_calls"]]
    assert [len(item) for item in ids] == [40, 40, 5]
    assert len(set(ids)) == 3
    assert [item["tool_call_id"] for item in results] == ids
    assert sent.changes == ("all.private", "openai.tool-ids")


def test_arguments_are_left_as_they_are(sanitized) -> None:
    """Whatever they hold."""
    mine = call(LONG, arguments='{"tool_call_id": "' + LONG + '", "$ref": 1}')
    sent = sanitized("enter/openai", asked(step(mine), result(LONG))).request
    assert sent.messages[0]["tool_calls"][0]["function"] == mine["function"]


def test_no_stop_sequences(sanitized) -> None:
    """Newer models answer 400 to any."""
    sent = sanitized("enter/openai", asked(user(), tools=tools(1)))
    assert sent.added == ("private",)
