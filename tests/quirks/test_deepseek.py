"""What DeepSeek accepts; putting reasoning back is tested with Kimi, which wants it too."""

from pollinations.testing.conversations import asked, kept, result, step, tool


def test_nothing_but_its_reasoning_is_put_back(sanitized) -> None:
    """It repeats nothing, and needs no names."""
    request = asked(step("a", reasoning_content=""), result("a"), tools=[tool()])
    sent = sanitized(
        "enter/deepseek/deepseek-v4-pro", request, kept(request, reasoning={"a": "Kept."})
    )
    assert sent.changes == ("deepseek.reasoning", "all.private")
    assert sent.request.messages == [step("a", reasoning_content="Kept."), result("a")]
