"""What Kimi accepts."""

import pytest

from pollinations.chat.memory import reasoning_key
from pollinations.testing.conversations import (
    asked,
    assistant,
    call,
    kept,
    result,
    step,
    tool,
    user,
)

STOP = ["<|endoftext|>", "User:", "\nUser", "User :"]
DEFAULTS = {"frequency_penalty": 1.1, "presence_penalty": 0.4, "stop": STOP}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        ({"tools": []}, {"tools": []}),
        ({"tools": [tool()]}, {"tools": [tool()], **DEFAULTS}),
        (
            {"tools": [tool()], "frequency_penalty": 0, "stop": []},
            {"tools": [tool()], "frequency_penalty": 0, "presence_penalty": 0.4, "stop": []},
        ),
        (
            {"tools": [tool()], "stop": "###", "presence_penalty": None},
            {"tools": [tool()], **DEFAULTS, "stop": "###"},
        ),
    ],
)
@pytest.mark.parametrize("name", ["enter/kimi", "enter/moonshotai/kimi-k3", "free/moonshot-v1"])
def test_repetition_is_discouraged(sanitized, name, fields, expected) -> None:
    """Beside tools alone, and where the client said nothing."""
    sent = sanitized(name, asked(**fields)).request.without("messages", "model", "seed", "private")
    assert sent.body == expected


@pytest.mark.parametrize("name", ["enter/kimi", "enter/deepseek/deepseek-v4-flash"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "Kept."),
        ({"reasoning_content": ""}, "Kept."),
        ({"reasoning_content": None}, "Kept."),
        ({"reasoning_content": "Sent."}, "Sent."),
    ],
)
def test_reasoning_is_put_back(sanitized, name, given, expected) -> None:
    """Where a step lacks it; an empty one counts as missing."""
    request = asked(step("a", "b", **given), result("a"), result("b"))
    sent = sanitized(name, request, kept(request, reasoning={"b": "Kept."})).request.messages[0]
    assert sent["reasoning_content"] == expected


@pytest.mark.parametrize("name", ["enter/kimi", "enter/deepseek"])
def test_reasoning_is_not_guessed(sanitized, name) -> None:
    """Nothing is put where nothing was kept, or where no tool was called."""
    messages = user(), assistant(), step("a"), result("a"), step("b", reasoning_content="")
    sent = sanitized(name, asked(*messages), {reasoning_key("x", ""): "Foreign."}).request.messages
    assert [m.get("reasoning_content") for m in sent] == [None, None, None, None, "", None]


def test_other_families_get_none_back(sanitized) -> None:
    """They did not ask."""
    request = asked(step("a"), result("a"))
    sent = sanitized("enter/glm", request, kept(request, reasoning={"a": "Kept."})).request
    assert sent.messages == request.messages


def test_results_bear_names(sanitized) -> None:
    """Kimi K3 refuses a result without one."""
    request = asked(step(call("a", "read")), result("a"))
    assert sanitized("enter/kimi", request).request.messages[1]["name"] == "read"
