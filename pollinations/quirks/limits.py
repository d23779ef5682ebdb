"""The limit on what a model may say, which has two names."""

from collections.abc import Mapping
from typing import Any

from ..chat.request import ChatRequest

NAMES = ("max_tokens", "max_completion_tokens")


def asked_for(request: ChatRequest) -> Mapping[str, Any]:
    """The limits that the client set, by name."""
    return {name: request.body[name] for name in NAMES if request.body.get(name) is not None}
