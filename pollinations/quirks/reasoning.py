"""
Kimi and DeepSeek think before they call a tool, and want the thought back with the call.

Many clients show a thought and forget it, or send it back empty, which counts as missing.
"""

import re
from collections.abc import Mapping

from ..chat.memory import reasoning_key
from ..chat.request import ChatRequest, JSONObject, Remedy
from .messages import calls_of, each_message
from .quirk import Target

FIELD = "reasoning_content"

UNKNOWN = " "
"""Stands for a thought that nobody kept; an empty one would count as missing."""


def put_back(request: ChatRequest, target: Target) -> ChatRequest:
    """Every step with the reasoning that the client sent, or else a store kept."""

    def given(message: JSONObject) -> JSONObject:
        reasoning = _kept(message, target.remembered)
        return _with(message, reasoning) if reasoning else message

    return each_message(request, given)


def _kept(message: JSONObject, remembered: Mapping[str, str]) -> str:
    """What is remembered of the turn that *message* is; empty for nothing."""
    keys = (reasoning_key(call.get("id") or "") for call in calls_of(message))
    return next(filter(None, map(remembered.get, keys)), "")


def _with(message: JSONObject, reasoning: str) -> JSONObject:
    if not calls_of(message) or message.get(FIELD):
        return message
    return {**message, FIELD: reasoning}


def filled(request: ChatRequest) -> ChatRequest:
    """*request* with a blank on every step whose reasoning nobody kept."""
    return each_message(request, lambda message: _with(message, UNKNOWN))


FIRST = (("reasoning", put_back),)

REMEDIES = (Remedy("reasoning", re.compile(FIELD, re.IGNORECASE), filled),)
