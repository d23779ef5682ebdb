"""What models refuse in the tools of a request."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from ..chat.request import ChatRequest, JSONObject
from .failures import error
from .families import belongs_to
from .reading import fields, functions, items
from .script import Script

GEMINI_FIELDS = frozenset((
    "type", "format", "title", "description", "nullable", "default", "enum", "example", "anyOf",
    "items", "minItems", "maxItems", "properties", "propertyOrdering", "required",
    "minProperties", "maxProperties", "minimum", "maximum", "minLength", "maxLength", "pattern",
))  # fmt: skip
"""All that a schema may hold for Vertex's ``Schema`` message."""

GEMINI_TYPES = frozenset(["string", "number", "integer", "boolean", "array", "object"])
TOP_FIELDS = frozenset(("type", "properties", "required"))
SEARCHING = ("nomnom", "gemini-scrape")
"""Words in the names of the Gemini models that are for searching."""

UNIONS = ("anyOf", "oneOf", "allOf")

_GEMINI_SHAPES: Mapping[str, type] = {
    "properties": dict,
    "required": list,
    "enum": list,
    "anyOf": list,
}

NODES = 100_000
"""How many nodes of a schema are looked at."""


def gemini_schemas(request: ChatRequest) -> Iterator[Script]:
    """Vertex reads a subset of OpenAPI and refuses each name that it does not know."""
    for number, function in enumerate(functions(request)):
        where = f"tools[0].function_declarations[{number}].parameters"
        for path, node in islice(_nodes(where, function.get("parameters")), NODES):
            for complaint in _gemini_node(path, node):
                yield error(400, complaint)


def no_top_union(request: ChatRequest) -> Iterator[Script]:
    """Anthropic takes no union at a schema's top."""
    for number, schema in enumerate(_schemas(request)):
        if any(union in schema for union in UNIONS):
            yield error(
                400,
                f"tools.{number}.custom.input_schema: input_schema does not support oneOf, allOf, "
                "or anyOf at the top level",
            )


def top_fields_only(request: ChatRequest) -> Iterator[Script]:
    """Nova takes three fields at a schema's top."""
    for number, schema in enumerate(_schemas(request)):
        for name in schema.keys() - TOP_FIELDS:
            where = f"#/toolConfig/tools/{number}/toolSpec/inputSchema/json"
            yield error(
                400,
                f"Malformed input request: {where}: extraneous key [{name}] is not permitted, "
                "please reformat your input and try again.",
            )


def objects_on_top(request: ChatRequest) -> Iterator[Script]:
    """A function's parameters are an object."""
    for function in functions(request):
        schema = function.get("parameters")
        if schema is not None and schema.get("type") != "object":
            yield error(
                400,
                f"Invalid schema for function '{function['name']}': schema must be a JSON Schema "
                f"of 'type: \"object\"', got 'type: \"{schema.get('type')}\"'.",
            )


def not_mixed(request: ChatRequest) -> Iterator[Script]:
    """Vertex takes functions or its own search, never both; a model for searching takes both."""
    if any(belongs_to(request.model, word) for word in SEARCHING):
        return
    if functions(request) and any(_built_in(tool) for tool in request.tools):
        yield error(400, "Multiple tools are supported only when they are all search tools")


def _built_in(tool: JSONObject) -> bool:
    name = fields(tool.get("function")).get("name")
    return tool.get("type", "function") != "function" or name == "google_search"


def _schemas(request: ChatRequest) -> Iterator[JSONObject]:
    return (function.get("parameters") or {} for function in functions(request))


def _gemini_node(path: str, node: Any) -> Iterator[str]:
    if not isinstance(node, dict):
        yield f"Invalid value at '{path}' (Schema), {_shown(node)}"
        return
    for name in node:
        if name not in GEMINI_FIELDS:
            yield (
                f"Invalid JSON payload received. Unknown name \"{name}\" at '{path}': "
                "Cannot find field."
            )
    for name, shape in _GEMINI_SHAPES.items():
        if not isinstance(node.get(name), shape | None):
            yield f"Invalid value at '{path}.{name}', {_shown(node[name])}"
    if "anyOf" in node and len(node) > 1:
        yield f"{path}: When using any_of, it must be the only field set"
    yield from _gemini_type(path, node)
    yield from _gemini_enum(path, node)
    for place, name in enumerate(items(node.get("required"))):
        if not isinstance(name, str) or name not in fields(node.get("properties")):
            yield f"{path}.required[{place}]: property is not defined"


def _gemini_type(path: str, node: JSONObject) -> Iterator[str]:
    kind = node.get("type")
    if isinstance(kind, list):
        yield f"Invalid value at '{path}.type': Proto field is not repeating, cannot start list."
    elif kind is not None and _shown(kind).lower() not in GEMINI_TYPES:
        yield f"Invalid value at '{path}.type' (type.googleapis.com/Type), \"{_shown(kind)}\""
    elif kind == "array" and "items" not in node:
        yield f"{path}.items: missing field"


def _gemini_enum(path: str, node: JSONObject) -> Iterator[str]:
    if "enum" not in node:
        return
    if _shown(node.get("type")).lower() != "string":
        yield f"{path}.enum: only allowed for STRING type"
    if not node["enum"]:
        yield f"{path}.enum: cannot be empty"
    for place, value in enumerate(items(node["enum"])):
        if not isinstance(value, str):
            yield f"Invalid value at '{path}.enum[{place}]' (TYPE_STRING), {_shown(value)}"
        elif not value:
            yield f"{path}.enum[{place}]: cannot be empty"


def _nodes(path: str, schema: Any) -> Iterator[tuple[str, Any]]:
    """All places in *schema* where a schema stands, found without recursion."""
    waiting = [] if schema is None else [(path, schema)]
    while waiting:
        path, node = waiting.pop()
        yield path, node
        if isinstance(node, dict):
            waiting += _below(path, node)


def _below(path: str, node: JSONObject) -> Iterator[tuple[str, Any]]:
    for name, child in fields(node.get("properties")).items():
        yield f"{path}.properties[{name}]", child
    if "items" in node:
        yield f"{path}.items", node["items"]
    for place, child in enumerate(items(node.get("anyOf"))):
        yield f"{path}.any_of[{place}]", child


def _shown(value: Any) -> str:
    """A plain value as JSON has it; of what may be nested deeply, what it is."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return value if isinstance(value, str) else str(value).lower()
