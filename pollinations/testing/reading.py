"""What requests hold, read without trust in shapes that :class:`.ChatRequest` does not check."""

from collections.abc import Sequence
from typing import Any

from ..chat.request import ChatRequest, JSONObject


def fields(value: Any) -> JSONObject:
    """*value* when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> Sequence[Any]:
    """*value* when it is a list, else an empty one."""
    return value if isinstance(value, list) else ()


def functions(request: ChatRequest) -> Sequence[JSONObject]:
    """The functions that *request* offers and that have a name to be called by."""
    offered = (fields(tool.get("function")) for tool in request.tools)
    return [function for function in offered if function.get("name")]
