"""
A model that the catalogue says takes no tools is told what happened with them in words.

The service refuses even a conversation in which tools were used. That comes about when such a model
takes over from another, or answers a side request of a client that always sends its tools.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from ..chat.request import ChatRequest, JSONObject, without
from .messages import calls_of, name_of, parts_of, text_of, with_messages
from .quirk import Quirk, Target

FIELDS = ("tools", "tool_choice", "parallel_tool_calls", "functions", "function_call")
RESULTS = ("tool", "function")
"""The roles of results: today's, and that of the one call which a turn could make before."""


def no_tools(request: ChatRequest, target: Target) -> ChatRequest:
    """Nothing that offers tools."""
    return request if target.tools_allowed else request.without(*FIELDS)


def told(request: ChatRequest, target: Target) -> ChatRequest:
    """Calls become words of the model, a step's results words of the user."""
    if target.tools_allowed:
        return request
    return with_messages(request, list(_told(request)))


def _told(request: ChatRequest) -> Iterator[JSONObject]:
    names: dict[str, str] = {}
    for are_results, run in groupby(request.messages, lambda message: message["role"] in RESULTS):
        if are_results:
            yield {"role": "user", "content": _results(list(run), names)}
            continue
        for message in run:
            names |= {call.get("id") or "": name_of(call) for call in calls_of(message)}
            yield _spoken(message)


def _spoken(message: JSONObject) -> JSONObject:
    if "tool_calls" not in message and "function_call" not in message:
        return message
    rest = without(message, "tool_calls", "function_call")
    calls = [*calls_of(message), *_older_call(message)]
    if not calls:
        return rest
    words = [text_of(message.get("content")), *map(_call, calls)]
    return {**rest, "content": "\n\n".join(filter(None, words))}


def _older_call(message: JSONObject) -> Iterator[JSONObject]:
    """What the model called before there were tools, as the call of a tool."""
    function = message.get("function_call")
    if message["role"] == "assistant" and isinstance(function, Mapping):
        yield {"function": function}


def _call(call: JSONObject) -> str:
    arguments = (call.get("function") or {}).get("arguments")
    # Nobody has looked at those of the older form.
    shown = arguments if arguments and isinstance(arguments, str) else "{}"
    return f"[I called the tool {name_of(call) or 'without a name'} with {shown}]"


def _results(messages: list[JSONObject], names: dict[str, str]) -> Any:
    """The content of one message: a text, or parts when a result is more than text."""
    parts: list[Any] = []
    for message in messages:
        own = message.get("name")
        name = names.get(message.get("tool_call_id") or "") or (own if isinstance(own, str) else "")
        title = {"type": "text", "text": f"[Result of {name or 'the tool'}]"}
        parts += [title, *parts_of(message.get("content"))]
    if any(not isinstance(part, dict) or part.get("type") != "text" for part in parts):
        return parts
    return text_of(parts)


QUIRK = Quirk("toolless", (), (("tools", no_tools), ("history", told)))
