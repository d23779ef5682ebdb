"""Values that fit a JSON schema, for a demonstration to call tools with."""

from collections.abc import Mapping
from typing import Any

DEPTH = 20
"""How deep a value may be; a schema that refers to itself goes no further."""

_NAMED: Mapping[str, str] = {
    "description": "A step of the demo",
    "url": "https://example.org/",
    "path": ".",
    "pattern": "*",
}
"""Texts that suit properties of these names."""


def filled(schema: Any, hints: Mapping[str, Any] | None = None) -> Any:
    """
    A value that fits *schema*: of an object, the required properties and those that are hinted at.

    :param schema: JSON schema. References within the schema are followed.
    :param hints: a property's name, or a part of it, to its value.
    """
    return _value(schema, "", {**_NAMED, **(hints or {})}, schema, DEPTH)


def _value(schema: Any, name: str, hints: Mapping[str, Any], root: Any, depth: int) -> Any:
    if not isinstance(schema, dict) or depth == 0:
        return {}
    schema = _resolved(schema, root)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    if branches := schema.get("anyOf") or schema.get("oneOf"):
        return _value(branches[0], name, hints, root, depth - 1)
    match _kind(schema):
        case "object":
            return _object(schema, hints, root, depth - 1)
        case "array":
            count = schema.get("minItems", 0)
            return [_value(schema.get("items"), name, hints, root, depth - 1)] * count
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return schema.get("default", False)
        case "null":
            return None
    return str(_hint(name, hints) or schema.get("default") or "demo")


def _object(schema: Any, hints: Mapping[str, Any], root: Any, depth: int) -> Any:
    properties = schema.get("properties") or {}
    required = schema.get("required") or ()
    return {
        name: _value(properties.get(name, {}), name, hints, root, depth)
        for name in dict.fromkeys((*required, *properties))
        if name in required or (_hint(name, hints) and name not in _NAMED)
    }


def _kind(schema: Any) -> str:
    kind = schema.get("type") or ("object" if "properties" in schema else "string")
    return kind if isinstance(kind, str) else next(iter(kind), "string")


def _hint(name: str, hints: Mapping[str, Any]) -> Any:
    return next((value for part, value in hints.items() if part in name.lower()), None)


def _resolved(schema: Any, root: Any) -> Any:
    reference = schema.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return schema
    found = root
    for part in reference[2:].split("/"):
        found = found.get(part, {}) if isinstance(found, dict) else {}
    return found
