"""What every request is sent of the same values."""

from typing import Any

import pytest

from pollinations.chat.request import ChatRequest, Sanitized
from pollinations.errors import UpstreamFailed
from pollinations.quirks import QuirkSanitizer, bedrock, gemini, kimi, mistral
from pollinations.quirks.retry import mended
from pollinations.quirks.translation import expansion, translation
from pollinations.routing.route import ENTER, FREE, Route
from pollinations.testing.conversations import asked, frozen, result, step, tool, user

CONSTANTS = (
    (bedrock, "NOOP"),
    (gemini, "NO_SEARCH"),
    (kimi, "DEFAULTS"),
    (mistral, "DONE"),
    (expansion, "TOO_LARGE"),
    (translation, "TOO_LARGE"),
    (translation, "_TOO_DEEP"),
)
MODELS = ("claude", "amazon/nova", "mistral", "openai", "kimi", "gemini", "nomnom", "bedrock/kimi")
COMPLAINT = UpstreamFailed(
    "reply", 400, "'stop' frequency_penalty tools_config thought_signature reasoning_content"
)


def deep() -> Any:
    """A schema of more levels than any model is sent."""
    schema: Any = {"type": "string", "description": "constants"}
    for _ in range(translation.DEPTH_LIMIT + 9):
        schema = {"type": "object", "properties": {"x": schema}}
    return schema


def large() -> Any:
    """A schema whose references double at each step."""
    steps = {
        f"s{n}": {
            "type": "object",
            "properties": {name: {"$ref": f"#/$defs/s{n + 1}"} for name in "ab"},
        }
        for n in range(20)
    }
    last = {"s20": {"type": "string", "description": "constants"}}
    top = {"x": {"$ref": "#/$defs/s0"}}
    return {"type": "object", "properties": top, "$defs": {**steps, **last}}


AGENT = (user(), step("a"), result("a"), user())
REQUESTS = (asked(*AGENT), asked(*AGENT, tools=[tool("deep", deep()), tool("large", large())]))


def sent() -> str:
    """All that the models are sent, at once and after they have complained."""
    sanitizer = QuirkSanitizer(seed=lambda: 7)
    words = ""
    for request in REQUESTS:
        for model in MODELS:
            for universe in (FREE, ENTER):
                made: Sanitized | None = sanitizer.sanitize(request, Route(universe, model), {})
                while made is not None:
                    words += made.request.to_json().decode()
                    made = mended(made, COMPLAINT)
    return words


def test_none_is_ever_altered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by the rules that come after the one that adds it, nor by what mends it later."""
    for module, name in CONSTANTS:
        value = frozen(ChatRequest({"value": getattr(module, name)})).body["value"]
        monkeypatch.setattr(module, name, value)
    words = sent()
    for mark in ("_noop", "disable", "|endoftext|", "Done.", "too large", "too deep"):
        assert mark in words
