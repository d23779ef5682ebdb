"""Kimi repeats itself when it has tools, and plays the user's part."""

from collections.abc import Mapping
from typing import Any

from ..chat.request import ChatRequest
from . import reasoning, results
from .quirk import Quirk, Target

DEFAULTS: Mapping[str, Any] = {
    "frequency_penalty": 1.1,
    "presence_penalty": 0.4,
    "stop": ["<|endoftext|>", "User:", "\nUser", "User :"],
}
"""What is asked beside tools. Four stop sequences are the most that the service takes."""


def repetition(request: ChatRequest, target: Target) -> ChatRequest:
    """Beside tools :data:`DEFAULTS`, where the client did not set these itself."""
    missing = {name: value for name, value in DEFAULTS.items() if request.body.get(name) is None}
    return request.but(**missing) if request.tools and missing else request


QUIRK = Quirk(
    "kimi",
    ("kimi", "moonshot", "moonshotai"),
    (
        ("repetition", repetition),
        ("names", results.named),
    ),
    first=reasoning.FIRST,
    remedies=reasoning.REMEDIES,
)
