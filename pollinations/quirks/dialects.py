"""
What each kind of model accepts in a tool's parameters, as tables.

How a schema is brought into a dialect is in :mod:`pollinations.quirks.schema`; the next family is
one more table here.
"""

from .translation.dialect import Dialect
from .translation.keywords import (
    count,
    data,
    flag,
    names,
    number,
    one_of,
    schemas,
    text,
    text_data,
)

__all__ = ["CLAUDE", "GEMINI", "NOVA", "OPENAI", "Dialect"]

_ANY = {"type": text, "description": text, "nullable": flag, "default": data, "example": data}
_BOUNDS = {"minimum": number, "maximum": number}
_MULTIPLE = {"multipleOf": "multiple of {}"}

GEMINI = Dialect(
    "gemini",
    keywords={
        "string": {
            **_ANY,
            "default": text_data,
            "enum": names,
            "format": one_of("date-time", "enum", "byte", "email"),
            "minLength": count,
            "maxLength": count,
        },
        "number": {**_ANY, **_BOUNDS, "format": one_of("float", "double")},
        "integer": {**_ANY, **_BOUNDS, "format": one_of("int32", "int64")},
        "boolean": _ANY,
        "array": {**_ANY, "items": schemas, "minItems": count, "maxItems": count},
        "object": {
            **_ANY,
            "properties": schemas,
            "propertyOrdering": names,
            "required": names,
            "minProperties": count,
            "maxProperties": count,
        },
    },
    hints={
        "string": {"format": "format: {}", "pattern": "pattern: {}"},
        "number": _MULTIPLE,
        "integer": _MULTIPLE,
        "array": {"uniqueItems": "no duplicates"},
        "object": {"additionalProperties": "values of any name: {}"},
    },
    references=False,
    items=True,
)
"""
Gemini, on Vertex (v1) and by its own API: what both accept.

``pattern`` is understood by both, but not with all that a regular expression may hold in
JavaScript, so it is said instead.
"""

OPENAI = Dialect("openai", items=True)
"""OpenAI and Azure without ``strict``: nearly anything below the top."""

CLAUDE = Dialect("claude")
"""Anthropic and Bedrock: JSON Schema 2020-12 below the top."""

NOVA = Dialect("nova", top=frozenset({"type", "properties", "required"}), references=False)
"""Amazon's Nova. No definitions may stand at its top, so references are resolved."""
