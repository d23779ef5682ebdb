"""What could be a key is never said again."""

import pytest

from pollinations.commands.echo import echoed, sayable

SAID = (
    "usge",
    "free/mistral",
    "openai/gpt-5.4-mini",
    "gemini-2.5-flash-lite:search",
    "gui.status",
    "threshold_tier",
    "gpt-oss-20b",
    "desk-sk",
    "Qwen3-235B-A22B",
)
UNSAID = (
    "",
    "sk_abc",
    "sk-abc",
    "SK_ABC",
    "pk_live",
    "enter/sk_abc",
    "local_abc",
    "apiKey=sk_abc",
    "0a1b2c3d4e5f",
    "abcdefghijklmnopqrstuvwxyz",
    "a" * 49,
    "a`b",
    "[a](http://b)",
    "**a**",
    "<script>",
    "a\nb",
    "a\0b",
    "é",
    "\ud800",
    "'; rm -rf /",
)


@pytest.mark.parametrize("word", SAID)
def test_names_are_said(word: str) -> None:
    """As Markdown code."""
    assert sayable(word)
    assert echoed(word) == f"`{word}`"


@pytest.mark.parametrize("word", UNSAID)
def test_nothing_else_is(word: str) -> None:
    """Be it a key or what would mean something in Markdown."""
    assert not sayable(word)
    assert echoed(word) == "`…`"
