"""
One schema at a time, said in fewer keywords.

Each function looks at one schema alone, not below it, and returns the very same object when it has
nothing to say differently. They stand in the order in which they are used.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from .keywords import spelled
from .subschemas import Schema

_EVIDENCE: Mapping[str, frozenset[str]] = {
    "object": frozenset(
        [
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
            "propertyNames",
            "minProperties",
            "maxProperties",
        ]
    ),
    "array": frozenset(["items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"]),
    "string": frozenset(["enum", "pattern", "minLength", "maxLength", "format"]),
    "number": frozenset(
        ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
    ),
}
"""What a schema holds that forgot to say its type."""

_WIDER = {"integer": "number"}
"""The types that are part of another."""

HINT_LIMIT = 200
"""The most characters of a hint."""


def enumerated(schema: Schema) -> Schema:
    """``const`` as an enum, and an enum as strings; an enum that lists none is left out."""
    if "const" in schema:
        values: Any = [schema["const"]]
    elif "enum" in schema:
        values = schema["enum"]
    else:
        return schema
    members = values if isinstance(values, list) else []
    listed = list(dict.fromkeys(word for member in members if (word := spelled(member))))
    if "const" not in schema and listed and listed == values and schema.get("type") == "string":
        return schema
    made = without(schema, "const", "enum")
    if None in members:
        made["nullable"] = True
    if listed:
        made = of_type("string", {**made, "enum": listed})
    return made


def is_null(schema: Schema) -> bool:
    """Whether *schema* allows ``null`` and nothing else."""
    if "const" in schema:
        return schema["const"] is None
    return schema.get("type") in ("null", ["null"]) or schema.get("enum") == [None]


def typed(schema: Schema, known: Container[str]) -> Schema:
    """
    A schema with one type, or a union of such.

    :param known: the types there are. One that says nothing of its type, or any, is a string: that
        is what anything can be written as.
    """
    kind = schema.get("type")
    if isinstance(kind, str) and kind in known:
        return schema
    named = [k.lower() for k in (kind if isinstance(kind, list) else [kind]) if isinstance(k, str)]
    made = {**schema, "nullable": True} if "null" in named else schema
    kinds = _distinct(named, known)
    if len(kinds) < 2:
        return of_type(kinds[0] if kinds else _evident(schema), made)
    each = without(schema, "description", "nullable", "default", "example")
    notes: Schema = {k: made[k] for k in ("description", "nullable") if k in made}
    return {**notes, "anyOf": [of_type(k, each) for k in kinds]}


def _distinct(named: Iterable[str], known: Container[str]) -> list[str]:
    """The types among *named* that there are, each once, and none that is part of another."""
    wider = [_WIDER.get(kind, kind) if kind not in known else kind for kind in named]
    kinds = [kind for kind in dict.fromkeys(wider) if kind in known]
    return [kind for kind in kinds if _WIDER.get(kind) not in kinds]


def _evident(schema: Schema) -> str:
    return next((k for k, words in _EVIDENCE.items() if not words.isdisjoint(schema)), "string")


def tupled(schema: Schema) -> Schema:
    """A tuple's items, which have a schema each, as a list: anything of any of them."""
    if "prefixItems" not in schema:
        return schema
    first, more = schema["prefixItems"], schema.get("items")
    every = first if isinstance(first, list) else []
    rest = [] if more is None or isinstance(more, bool) else [more]
    return {**without(schema, "prefixItems"), "items": [*every, *rest]}


def hinted(made: Schema, given: Schema, hints: Mapping[str, Mapping[str, str]]) -> Schema:
    """*made* with a description that says what the dialect has no keyword for."""
    said = [
        hint
        for keyword, form in hints.get(made["type"], {}).items()
        if keyword in given and keyword not in made and (hint := _hint(given[keyword], form))
    ]
    if not said:
        return made
    before = f"{made['description']} " if "description" in made else ""
    return {**made, "description": f"{before}({'; '.join(said)})"}


def _hint(value: Any, form: str) -> str:
    value = value.get("type") if isinstance(value, dict) else value
    word = spelled(value) if value is not False else ""
    return form.format(word) if word and len(word) <= HINT_LIMIT else ""


def consistent(schema: Schema) -> Schema:
    """An object that requires no property which it lacks."""
    for keyword in ("required", "propertyOrdering"):
        if keyword in schema:
            there = _there(schema[keyword], schema.get("properties", {}))
            if there != schema[keyword]:
                schema = {**without(schema, keyword), **({keyword: there} if there else {})}
    return schema


def _there(names: list[str], properties: Schema) -> list[str]:
    return [name for name in dict.fromkeys(names) if name in properties]


def is_object(schema: Schema) -> bool:
    """Whether *schema* is of objects, though it may have forgotten to say so."""
    return schema.get("type") == "object" or ("type" not in schema and "properties" in schema)


def is_array(schema: Schema) -> bool:
    """Whether *schema* may be an array."""
    kind = schema.get("type")
    return kind == "array" or (isinstance(kind, list) and "array" in kind)


def noted(schema: Schema, notes: Mapping[str, Any]) -> Schema:
    """*schema* with what was said of it elsewhere; two descriptions become one."""
    own, more = schema.get("description"), notes.get("description")
    if own and more:
        return {**schema, **notes, "description": f"{more} {own}"}
    return {**schema, **notes} if notes else schema


def listed(schemas: Sequence[Schema]) -> list[str]:
    """All that *schemas* list together if each is a plain enum of strings, else nothing."""
    if any(schema.keys() != {"type", "enum"} for schema in schemas):
        return []
    return list(dict.fromkeys(chain.from_iterable(schema["enum"] for schema in schemas)))


def of_type(kind: str, schema: Schema) -> Schema:
    """A copy of *schema* that is of this type alone, which it says first."""
    return {"type": kind, **without(schema, "type")}


def without(schema: Schema, *keywords: str) -> Schema:
    """A copy of *schema* that lacks *keywords*."""
    return {keyword: value for keyword, value in schema.items() if keyword not in keywords}
