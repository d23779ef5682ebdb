"""What Claude, Nova and whatever is on Bedrock accept."""

import re

import pytest

from pollinations.quirks.bedrock import NOOP
from pollinations.testing.conversations import asked, result, step, tool, user

EACH = pytest.mark.parametrize("model", ["claude-fast", "amazon/nova-micro-v1", "bedrock/x"])


@EACH
@pytest.mark.parametrize("fields", [{}, {"tools": []}, {"tools": None}])
def test_a_conversation_with_calls_offers_a_tool(sanitized, model, fields) -> None:
    """One that nobody should call: titles and summaries are asked for without any."""
    sent = sanitized(f"enter/{model}", asked(step("a"), result("a"), user(), **fields)).request
    assert sent.tools == [NOOP]


@EACH
def test_others_do_not(sanitized, model) -> None:
    """Neither does one that offers its own need another."""
    assert not sanitized(f"enter/{model}", asked()).request.tools
    request = asked(step("a"), result("a"), tools=[tool()])
    assert sanitized(f"enter/{model}", request).request.tools == [tool()]


@EACH
@pytest.mark.parametrize(
    ("call_id", "expected"),
    [
        ("toolu_01-a", "toolu_01-a"),
        ("functions.bash:0", r"functions_bash_0_[0-9a-f]{12}"),
        ("x" * 65, r"x{51}_[0-9a-f]{12}"),
    ],
)
def test_identifiers(sanitized, model, call_id, expected) -> None:
    """Letters, digits, underscores and dashes, at most 64."""
    sent = sanitized(f"enter/{model}", asked(step(call_id), result(call_id))).request.messages
    assert sent[0]["tool_calls"][0]["id"] == sent[1]["tool_call_id"]
    assert re.fullmatch(expected, sent[1]["tool_call_id"])


def test_claude_on_bedrock_is_mended_once(sanitized) -> None:
    """Two families with the same rules: the second finds nothing to do."""
    sent = sanitized("enter/bedrock/claude-haiku", asked(step("a:b"), result("a:b")))
    assert sent.changes == ("all.private", "bedrock.noop", "bedrock.tool-ids")
