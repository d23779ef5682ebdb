"""What the service refuses of every request before a model sees it: fields of a wrong shape."""

from collections.abc import Iterator
from typing import Any

from ..chat.request import ChatRequest
from ..quirks.messages import calls_of
from .failures import error
from .reading import fields
from .script import Script


def shapes(request: ChatRequest) -> Iterator[Script]:
    """Calls and functions have names, schemas are objects, ``max_tokens`` is a number."""
    for param, expected in _wrong(request):
        name = param.partition("[")[0].partition(".")[0]
        yield error(
            400,
            f"Invalid value for '{param}': expected {expected}.",
            name="ValidationError",
            formErrors=[],
            fieldErrors={name: [f"Expected {expected}"]},
        )


def _wrong(request: ChatRequest) -> Iterator[tuple[str, str]]:
    """The parameters of a wrong shape, and the shape that each should have."""
    for place, message in enumerate(request.messages):
        for number, call in enumerate(calls_of(message)):
            if not fields(call.get("function")).get("name"):
                yield f"messages[{place}].tool_calls[{number}].function.name", "a string"
    for place, tool in enumerate(request.tools):
        yield from _wrong_tool(f"tools[{place}]", tool)
    most = request.body.get("max_tokens")
    if most is not None and (isinstance(most, bool) or not isinstance(most, int | float)):
        yield "max_tokens", "a number"
    wanted = fields(request.body.get("response_format"))
    if wanted.get("type") == "json_schema" and not isinstance(wanted.get("json_schema"), dict):
        yield "response_format.json_schema", "an object"


def _wrong_tool(param: str, tool: Any) -> Iterator[tuple[str, str]]:
    """Only the provider's own tools have no function."""
    function = fields(tool.get("function"))
    if not function.get("name") and (function or tool.get("type") == "function"):
        yield f"{param}.function.name", "a string"
    if not isinstance(function.get("parameters"), dict | None):
        yield f"{param}.function.parameters", "an object"
