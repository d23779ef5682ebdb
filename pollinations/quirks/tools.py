"""Looking at the tools of a request, and which of them it names."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..chat.request import ChatRequest, JSONObject
from .dialects import Dialect
from .identity import alike
from .messages import calls_of, name_of
from .quirk import Rule, Target
from .schema import sanitized


def is_function(tool: JSONObject) -> bool:
    """Whether the client runs this tool; the others are built into a model."""
    return tool.get("type") == "function" or "function" in tool


def with_tools(request: ChatRequest, tools: Sequence[JSONObject]) -> ChatRequest:
    """
    *request* with these tools: itself, when they are the very ones that it has.

    Without any, ``tools_config`` goes too; a ``tool_choice`` goes when it names one that is gone.
    """
    old = request.tools
    if alike(tools, old):
        return request
    if not tools:
        return request.without("tools", "tools_config", "tool_choice")
    sent = request.but(tools=tools)
    lost = set(map(name_of, old)).difference(map(name_of, tools))
    return sent.without("tool_choice") if lost & chosen(request) else sent


def schemas(dialect: Dialect) -> Rule:
    """
    The rule that brings the parameters of every function into *dialect*.

    Those of ``functions`` too, which are what ``tools`` were before they were called so.
    """

    def rule(request: ChatRequest, target: Target) -> ChatRequest:
        request = with_tools(request, [_in_dialect(tool, dialect) for tool in request.tools])
        functions = request.body.get("functions")
        if not isinstance(functions, list):
            return request
        mended = [_function_in(function, dialect) for function in functions]
        return request if alike(mended, functions) else request.but(functions=mended)

    rule.__doc__ = f"The parameters of every function, in {dialect.name}'s dialect of JSON Schema."
    return rule


def _in_dialect(tool: JSONObject, dialect: Dialect) -> JSONObject:
    given = tool.get("function")
    function = _function_in(given, dialect)
    return tool if function is given else {**tool, "function": function}


def _function_in(function: Any, dialect: Dialect) -> Any:
    if not isinstance(function, Mapping) or "parameters" not in function:
        return function
    parameters = sanitized(function["parameters"], dialect)
    same = parameters is function["parameters"]
    return function if same else {**function, "parameters": parameters}


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
