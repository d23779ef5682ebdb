"""
The keys under which things are remembered between one answer and the next request.

A tool call's identifier is the sure key: clients send it back as it went. The conversation so far
is the key for an answer without tool calls.
"""

from collections.abc import Sequence

from .request import ChatRequest


def signature_key(call_id: str) -> str:
    """Where the thought signature of a tool call is kept."""
    return f"signature:{call_id}"


def reasoning_key(call_id: str) -> str:
    """Where the reasoning that led to a tool call is kept."""
    return f"reasoning:{call_id}"


def call_ids(request: ChatRequest) -> Sequence[str]:
    """The identifiers of all tool calls in the conversation, in order."""
    return [
        call["id"]
        for message in request.messages
        for call in message.get("tool_calls") or ()
        if call.get("id")
    ]


def keys_of(request: ChatRequest) -> Sequence[str]:
    """All keys under which something may be remembered that *request* wants back."""
    ids = call_ids(request)
    return [*map(signature_key, ids), *map(reasoning_key, ids)]
