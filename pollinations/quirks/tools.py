"""Looking at the tools of a request, and which of them it names."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import is_
from typing import Any

from ..chat.request import ChatRequest, JSONObject
from .messages import calls_of, name_of


def is_function(tool: JSONObject) -> bool:
    """Whether the client runs this tool; the others are built into a model."""
    return tool.get("type") == "function" or "function" in tool


def with_tools(request: ChatRequest, tools: Sequence[JSONObject]) -> ChatRequest:
    """
    *request* with these tools: itself, when they are the very ones that it has.

    Without any, ``tools_config`` goes too; a ``tool_choice`` goes when it names one that is gone.
    """
    old = request.tools
    if len(old) == len(tools) and all(map(is_, old, tools)):
        return request
    if not tools:
        return request.without("tools", "tools_config", "tool_choice")
    sent = request.but(tools=tools)
    lost = set(map(name_of, old)).difference(map(name_of, tools))
    return sent.without("tool_choice") if lost & chosen(request) else sent


def each_function(request: ChatRequest, change: Callable[[JSONObject], JSONObject]) -> ChatRequest:
    """*request* with *change* made to the ``function`` of every tool that has one."""

    def changed(tool: JSONObject) -> JSONObject:
        function = tool.get("function")
        if not isinstance(function, Mapping):
            return tool
        new = change(function)
        return tool if new is function else {**tool, "function": new}

    return with_tools(request, [changed(tool) for tool in request.tools])


def chosen(request: ChatRequest) -> set[str]:
    """The names of the tools that ``tool_choice`` names, in any of its forms."""
    return set(_names_in(request.body.get("tool_choice")))


def _names_in(choice: Any) -> Iterator[str]:
    if not isinstance(choice, Mapping):
        return
    function, allowed = choice.get("function"), choice.get("allowed_tools", choice)
    name = function.get("name") if isinstance(function, Mapping) else choice.get("name")
    if isinstance(name, str):
        yield name
    listed = allowed.get("tools") if isinstance(allowed, Mapping) else None
    for tool in listed if isinstance(listed, list) else ():
        # Those of a list are not lists themselves.
        if isinstance(tool, Mapping) and "tools" not in tool and "allowed_tools" not in tool:
            yield from _names_in(tool)


def called(request: ChatRequest) -> list[str]:
    """The names of the tools that the conversation called, the latest first, each once."""
    names = (name_of(call) for message in reversed(request.messages) for call in calls_of(message))
    return list(dict.fromkeys(filter(None, names)))


def has_history(request: ChatRequest) -> bool:
    """Whether the conversation holds calls or results of tools."""
    return any(message["role"] == "tool" or calls_of(message) for message in request.messages)
