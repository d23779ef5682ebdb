"""What Gemini and Kimi want to read in a tool's result besides its identifier."""

import re

from ..chat.request import ChatRequest, JSONObject
from .messages import calls_of, name_of, with_messages
from .quirk import Target

# The service refuses a tool message whose name has other characters or is longer.
_ILLEGAL = re.compile(r"[^a-zA-Z0-9_-]")
_LONGEST = 64


def named(request: ChatRequest, target: Target) -> ChatRequest:
    """
    The tool's name on every result that bears none.

    Expects results next to their calls.
    """
    names: dict[str, str] = {}
    messages: list[JSONObject] = []
    for message in request.messages:
        if calls := calls_of(message):
            names = {call.get("id") or "": name_of(call) for call in calls}
        elif message["role"] == "tool" and not message.get("name"):
            message = _named(message, names.get(message.get("tool_call_id") or "", ""))
        messages.append(message)
    return with_messages(request, messages)


def _named(message: JSONObject, name: str) -> JSONObject:
    return {**message, "name": _ILLEGAL.sub("_", name)[:_LONGEST]} if name else message
