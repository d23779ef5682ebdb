"""
Kimi and DeepSeek think before they call a tool, and want the thought back with the call.

Many clients show a thought and forget it, or send it back empty, which counts as missing.
"""

import re

from ..chat.memory import reasoning_for
from ..chat.request import ChatRequest, JSONObject, Remedy
from .messages import calls_of, each_message, with_messages
from .quirk import Target

FIELD = "reasoning_content"

UNKNOWN = " "
"""Stands for a thought that nobody kept; an empty one would count as missing."""


def put_back(request: ChatRequest, target: Target) -> ChatRequest:
    """Every step with the reasoning that the client sent, or else a store kept."""

    messages = list(request.messages)
    for place, reasoning in reasoning_for(messages, target.remembered).items():
        messages[place] = _with(messages[place], reasoning)
    return with_messages(request, messages)


def _with(message: JSONObject, reasoning: str) -> JSONObject:
    if not calls_of(message) or message.get(FIELD):
        return message
    return {**message, FIELD: reasoning}


def filled(request: ChatRequest) -> ChatRequest:
    """A blank on every step whose reasoning nobody kept."""
    return each_message(request, lambda message: _with(message, UNKNOWN))


FIRST = (("reasoning", put_back),)

REMEDIES = (Remedy("reasoning", re.compile(FIELD, re.IGNORECASE), filled),)
