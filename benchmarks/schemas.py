"""
What it costs to bring the schemas of tools into each dialect.

    python benchmarks/schemas.py [ROUNDS]

Shown are medians of CPU time in milliseconds for 500 tools: of parsing and writing them, of the
first translation, and of the next one when the same tools come again; then a table of hostile
schemas, one translation each.
"""

import sys
from collections.abc import Callable
from statistics import median
from time import process_time
from typing import Any

import orjson

from pollinations.quirks.dialects import CLAUDE, GEMINI, NOVA, OPENAI, Dialect
from pollinations.quirks.schema import sanitized
from pollinations.quirks.translation.translation import translated

DIALECTS = (GEMINI, OPENAI, CLAUDE, NOVA)
STRING = {"type": "string", "description": "The absolute path to the file that is to be read"}


def agents_tool(number: int) -> dict[str, Any]:
    """As agents send it: nine schemas, two of them with what Gemini does not know."""
    todo = {"properties": {"content": STRING, "status": {"type": "string"}}, "required": ["status"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "path": {**STRING, "description": f"Path number {number}"},
            "limit": {"type": "integer", "exclusiveMinimum": 0, "maximum": 9007199254740991},
            "offset": {"type": "integer", "minimum": -9007199254740991, "maximum": 9e15},
            "format": {"type": "string", "enum": ["text", "markdown", "html"]},
            "todos": {"type": "array", "items": {"type": "object", **todo}},
        },
        "required": ["path"],
    }


def plain_tool(number: int) -> dict[str, Any]:
    """One in which no dialect finds anything to say differently."""
    tool = agents_tool(number)
    del tool["$schema"], tool["properties"]["limit"]["exclusiveMinimum"]
    return tool


def definitions_tool(number: int) -> dict[str, Any]:
    """As generated from classes: references, nulls and titles."""
    point = {"type": "object", "title": "Point", "properties": {"x": STRING, "y": STRING}}
    maybe = {"anyOf": [{"$ref": "#/$defs/Point"}, {"type": "null"}], "default": None}
    properties = {"a": maybe, "b": maybe, "n": {"title": f"{number}", "const": number}}
    return {"type": "object", "properties": properties, "$defs": {"Point": point}}


def deep(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = dict(STRING)
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


def doubling(steps: int) -> dict[str, Any]:
    refs = [{"$ref": f"#/$defs/{i + 1}"} for i in range(steps)]
    defined = {f"{i}": {"anyOf": [ref, {**ref, "title": "T"}]} for i, ref in enumerate(refs)}
    return {"$ref": "#/$defs/0", "$defs": {**defined, f"{steps}": STRING}}


HOSTILE = {
    "10,000 properties": {
        "type": "object",
        "properties": {f"p{i}": {**STRING, "title": "T"} for i in range(10_000)},
    },
    "500 objects deep": deep(500),
    "60 unions that double": {"type": "object", "properties": {"a": doubling(60)}}
    | {"$defs": doubling(60)["$defs"]},
    "10,000 dead references": {
        "type": "object",
        "properties": {f"p{i}": {"$ref": f"#/$defs/{i}"} for i in range(10_000)},
    },
}


def cpu(act: Callable[[], object]) -> float:
    """Milliseconds of CPU time."""
    began = process_time()
    act()
    return (process_time() - began) * 1000


def figures(tool: Callable[[int], Any], dialect: Dialect, rounds: int) -> list[float]:
    """Medians: parsed and written, translated for the first time, and again."""
    data = orjson.dumps([tool(number) for number in range(500)])
    times = []
    for _ in range(rounds):
        tools = orjson.loads(data)
        times.append(
            (
                cpu(lambda: orjson.dumps(orjson.loads(data))),
                cpu(lambda: [translated(tool, dialect) for tool in tools]),  # noqa: B023
                cpu(lambda: [sanitized(tool, dialect) for tool in tools]),  # noqa: B023
            )
        )
    return [median(column) for column in zip(*times[1:], strict=True)]


def main(rounds: int) -> None:
    """Print both tables."""
    for tool in (plain_tool, agents_tool, definitions_tool):
        size = len(orjson.dumps([tool(number) for number in range(500)]))
        print(f"\n500 of {tool.__name__}, {size / 1000:.0f} kB{'body':>9}{'first':>9}{'again':>9}")
        for dialect in DIALECTS:
            row = "".join(f"{each:9.2f}" for each in figures(tool, dialect, rounds))
            print(f"{dialect.name:32}{row}")
    print()
    for name, schema in HOSTILE.items():
        size = len(orjson.dumps(translated(schema, GEMINI)))
        spent = median(cpu(lambda: translated(schema, GEMINI)) for _ in range(5))  # noqa: B023
        print(f"{name:32}{spent:9.2f} ms, {size / 1000:.0f} kB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
