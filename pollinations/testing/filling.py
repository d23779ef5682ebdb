"""Values after a JSON schema, for a demonstration to call tools with."""

import math
from collections.abc import Mapping
from typing import Any, TypeGuard

import attrs
import orjson

from ..quirks.translation.references import References
from .reading import items

DEPTH = 20
"""How deep a value may be; a schema that refers to itself goes no further."""

SIZE = 100_000
"""About how many characters a value may have; what would go beyond is left out."""

_NAMED: Mapping[str, str] = {
    "description": "A step of the demo",
    "url": "https://example.org/",
    "path": ".",
    "pattern": "*",
}
"""Texts that suit properties of these names."""


def filled(schema: Any, hints: Mapping[str, Any] | None = None) -> Any:
    """
    A value after *schema*: of an object, the required properties and those that are hinted at.

    It has the types, constants, numbers of items and lower bounds that the schema asks for, and of
    alternatives takes the first. Lengths, patterns, upper bounds and ``allOf`` are not looked at.

    :param schema: JSON schema, or anything: what is no schema gives an empty object. References
        within the schema are followed.
    :param hints: a property's name, or a part of it, to its value.
    """
    root = schema if isinstance(schema, dict) else {}
    try:
        return _Form(References(root), {**_NAMED, **(hints or {})}).value(schema)
    except orjson.JSONEncodeError:  # A constant that is nested too deeply, a number too large.
        return {}


@attrs.define
class _Form:
    """
    One schema that is filled in.

    :param left: how many characters there is room for.
    """

    references: References
    hints: Mapping[str, Any]
    left: int = SIZE

    def value(self, schema: Any, name: str = "", depth: int = DEPTH) -> Any:
        """What stands where *schema* does, as the property *name* of something."""
        self.left -= len(name) + 3
        schema = self._resolved(schema)
        if not isinstance(schema, dict) or depth == 0 or self.left < 0:
            return {}
        if "const" in schema:
            return self._leaf(schema["const"])
        if values := items(schema.get("enum")):
            return self._leaf(values[0])
        if branches := items(schema.get("anyOf")) or items(schema.get("oneOf")):
            return self.value(branches[0], name, depth - 1)
        match kind := _kind(schema):
            case "object":
                return self._object(schema, depth - 1)
            case "array":
                return self._array(schema, name, depth - 1)
            case "integer" | "number":
                return self._leaf(_number(schema, kind))
            case "boolean":
                return schema.get("default") is True
            case "null":
                return None
        return self._leaf(self._text(schema, name))

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        required = [name for name in items(schema.get("required")) if isinstance(name, str)]
        self.left -= len(properties) + len(required)
        hinted = (name for name in properties if name not in _NAMED and self._hint(name))
        made: dict[str, Any] = {}
        for name in dict.fromkeys((*required, *hinted)):
            if self.left > 0:
                made[name] = self.value(properties.get(name, {}), name, depth)
        return made

    def _array(self, schema: Mapping[str, Any], name: str, depth: int) -> list[Any]:
        least = schema.get("minItems")
        made: list[Any] = []
        while _is_number(least) and len(made) < least and self.left > 0:
            made.append(self.value(schema.get("items"), name, depth))
        return made

    def _text(self, schema: Mapping[str, Any], name: str) -> str:
        default = schema.get("default")
        return self._hint(name) or (isinstance(default, str) and default) or "demo"

    def _hint(self, name: str) -> str | None:
        return next((text for part, text in self.hints.items() if part in name.lower()), None)

    def _leaf(self, value: Any) -> Any:
        self.left -= len(orjson.dumps(value))
        return value

    def _resolved(self, schema: Any) -> Any:
        followed: set[str] = set()
        while isinstance(schema, dict) and isinstance(reference := schema.get("$ref"), str):
            if reference in followed:
                return {}
            followed.add(reference)
            schema = self.references.target(reference) or {}
        self.left -= len(followed)
        return schema


def _kind(schema: Mapping[str, Any]) -> str:
    named = schema.get("type")
    kinds = [kind for kind in (named, *items(named)) if isinstance(kind, str)]
    return kinds[0] if kinds else "object" if "properties" in schema else "string"


def _number(schema: Mapping[str, Any], kind: str) -> float:
    least, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    if _is_number(least):
        return math.ceil(least) if kind == "integer" else least
    return math.floor(above) + 1 if _is_number(above) else 1


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
