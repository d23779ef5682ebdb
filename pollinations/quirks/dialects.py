"""
What each kind of model accepts in a tool's parameters, as tables.

How a schema is brought into a dialect is in :mod:`pollinations.quirks.schema`; the next family is
one more table here.
"""

from collections.abc import Mapping

import attrs

from .translation.keywords import (
    Reader,
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

Keywords = Mapping[str, Mapping[str, Reader]]


@attrs.frozen(eq=False)
class Dialect:
    """
    The part of JSON Schema that one kind of model understands.

    At the top of a tool's parameters every dialect wants an object that is not combined of others
    (no ``$ref``, ``allOf``, ``anyOf``, ``oneOf``, ``not`` or ``enum``) and names its properties.

    :param name: for people.
    :param top: the keywords that may stand at the top; ``None`` for all that may stand below it.
    :param keywords: type to the keywords that may stand beside it, each with how its value is
        read (:mod:`pollinations.quirks.translation.keywords`). Then nothing else may stand
        anywhere, every schema has exactly one type, a union stands alone, and what an enum lists
        are strings. ``None``: schemas below the top go as they are.
    :param hints: type to keywords that the dialect lacks, each with how the description says them.
    :param references: whether ``$ref`` is understood.
    :param items: whether an array has to say what it holds.
    """

    name: str
    top: frozenset[str] | None = None
    keywords: Keywords | None = None
    hints: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict)
    references: bool = True
    items: bool = False


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
