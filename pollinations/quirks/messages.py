"""Looking at the messages of a request, and copying those that a rule alters."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..chat.request import ChatRequest, JSONObject
from .identity import alike

Messages = Sequence[JSONObject]


def with_messages(request: ChatRequest, messages: Messages) -> ChatRequest:
    """*request* with these messages: itself, when they are the very ones that it has."""
    return request if alike(messages, request.messages) else request.but(messages=messages)


def each_message(request: ChatRequest, change: Callable[[JSONObject], JSONObject]) -> ChatRequest:
    """*request* with *change* made to every message; it gives back what it leaves as it is."""
    return with_messages(request, [change(message) for message in request.messages])


def calls_of(message: JSONObject) -> Sequence[JSONObject]:
    """The tool calls that an assistant message makes."""
    if message["role"] != "assistant":
        return ()
    return message.get("tool_calls") or ()


def each_call(message: JSONObject, change: Callable[[JSONObject], JSONObject]) -> JSONObject:
    """*message* with *change* made to its tool calls; it gives back what it leaves as it is."""
    calls = calls_of(message)
    return with_calls(message, [change(call) for call in calls]) if calls else message


def with_calls(message: JSONObject, calls: Sequence[JSONObject]) -> JSONObject:
    """*message* with these tool calls: itself, when they are the very ones that it has."""
    return message if alike(calls, calls_of(message)) else {**message, "tool_calls": calls}


def name_of(item: JSONObject) -> str:
    """The name of the function that a tool or a call is about; empty when it has none."""
    name = (item.get("function") or {}).get("name") or item.get("name")
    return name if isinstance(name, str) else ""


def parts_of(content: Any) -> list[Any]:
    """A message's content as a list of parts."""
    if isinstance(content, list):
        return content
    return [{"type": "text", "text": content}] if content else []


def text_of(content: Any) -> str:
    """The text in a message's content."""
    texts = (part.get("text") for part in parts_of(content) if isinstance(part, Mapping))
    return "\n".join(text for text in texts if isinstance(text, str))
