"""What the load asks for."""

import json
import random
from pathlib import Path
from typing import Any

TEXT = "the file reads test value of and error line to handle in a module request is not"


def chat(model: str, size: int = 0, messages: int = 1, tools: int = 0) -> dict[str, Any]:
    """
    A request as an agent makes it.

    :param model: a scenario of ``upstream.c``, which says whether it is a stream.
    :param size: bytes that it has, about.
    """
    each = max(16, (size - 60 * messages) // messages)
    chosen = random.Random(20260101)
    turns = [
        {"role": "user" if n % 2 == 0 else "assistant", "content": _text(chosen, each)}
        for n in range(messages)
    ]
    whole = any(part[:1] == "n" and part[1:].isdigit() for part in model.split("-"))
    body: dict[str, Any] = {"model": model, "stream": not whole}
    if tools:
        body["tools"] = [_tool(n) for n in range(tools)]
    if messages % 2 == 0:
        turns[-1]["role"] = "user"
    return body | {"temperature": 0.7, "messages": turns}


def written(body: dict[str, Any], prefix: str, folder: Path) -> Path:
    """*body* in a file, its model's name after *prefix*."""
    path = folder / "body.json"
    path.write_text(json.dumps({**body, "model": prefix + body["model"]}))
    return path


def _text(chosen: random.Random, size: int) -> str:
    words = " ".join(chosen.choices(TEXT.split(), k=size // 4 + 1))
    return words[:size]


def _tool(number: int) -> dict[str, Any]:
    """A function with what schema dialects differ in: a reference, a union, a constant."""
    properties = {
        "path": {"type": "string", "title": "Path", "description": "An absolute path of a file"},
        "mode": {"const": "read"},
        "range": {"$ref": "#/$defs/range"},
        "limit": {"type": ["integer", "null"], "exclusiveMinimum": 0, "default": None},
        "filter": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    }
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": ["path"],
        "additionalProperties": False,
        "$defs": {"range": {"type": "object", "properties": {"first": {"type": "integer"}}}},
    }
    function = {
        "name": f"tool_{number}",
        "description": "Reads a part of a file, line by line, with a number before each of them",
        "parameters": schema,
    }
    return {"type": "function", "function": function}
