"""What OpenCode really sends, recorded, is taken by each family whoever answered before."""

import json
from pathlib import Path

import pytest

from pollinations.chat.request import ChatRequest
from pollinations.testing.strict import FAMILIES, openai

RECORDED = Path(__file__).parents[1] / "fixtures" / "opencode"
STRICT = {**FAMILIES, "openai": openai(120)}
RECORDS = ("gemini", "kimi", "claude-fast", "mistral", "title")

MISSES_REASONING = {
    (name, family)
    for name in ("gemini", "claude-fast", "mistral")
    for family in ("kimi", "deepseek")
}
"""Their reasoning is nowhere: this is mended when the model has complained of it."""


def recorded(name: str) -> ChatRequest:
    """A recorded request."""
    return ChatRequest.from_json(
        json.dumps(json.loads((RECORDED / f"{name}.json").read_text())["body"]).encode()
    )


@pytest.mark.parametrize("family", STRICT)
@pytest.mark.parametrize("name", RECORDS)
def test_is_taken(sanitized, name, family) -> None:
    """With its ten tools, its schemas, and the identifiers of another family's model."""
    sent = sanitized(f"enter/{family}", recorded(name)).request
    refused = any(True for check in STRICT[family] for _ in check(sent))
    assert refused == ((name, family) in MISSES_REASONING)


@pytest.mark.parametrize("name", RECORDS)
def test_is_not_altered_for_nothing(sanitized, name) -> None:
    """The messages of a model without a family go as they came."""
    asked = recorded(name)
    sent = sanitized("enter/grok", asked)
    assert sent.request.messages == asked.messages
    assert sent.request.tools == asked.tools
