"""Unions and conditions: alone, or folded into the object that they stand in."""

from typing import Any

from . import nodes
from .expansion import Bound, Expansion, Trail, bound
from .merging import any_of
from .subschemas import Schema

UNIONS = ("anyOf", "oneOf")

CHOICES = frozenset({*UNIONS, "if", "then", "else"})
"""The keywords with which a schema leaves a choice."""

_STRUCTURE = frozenset({"properties", "required", "items", "prefixItems", "enum", "const"})
"""What is not repeated in each schema of the union that it stands beside."""


def united(schema: Schema, trail: Trail, expansion: Expansion) -> Schema:
    """
    *schema* with at most one choice: an ``anyOf`` of two or more, none of them ``null``.

    Where it says itself what it holds, nothing is left of the choice but more properties.
    """
    while not CHOICES.isdisjoint(schema):
        if not _STRUCTURE.isdisjoint(schema):
            is_object = nodes.is_object(schema)
            return folded(schema, trail, expansion) if is_object else _unconditional(schema)
        wholes = [expansion.whole(each, trail) for each in _first_union(schema)]
        rest = [_bound(each, led, trail) for each, led in wholes if not nodes.is_null(each)]
        base = _unconditional(schema)
        if len(rest) < len(wholes):
            base["nullable"] = True
        if len(rest) > 1:
            return {**base, "anyOf": rest}
        schema = expansion.whole({**base, "allOf": rest}, trail)[0]
    return schema


def folded(schema: Schema, trail: Trail, expansion: Expansion) -> Schema:
    """*schema*, an object, with what its choices offer as properties that it may have."""
    conditions = [schema[keyword] for keyword in ("then", "else") if keyword in schema]
    # Neither may apply, so nothing that one of them demands is demanded.
    alternatives: list[Schema] = [{}] if conditions else []
    waiting = [(each, trail) for each in [*_offered(schema), *conditions]]
    for each, led in waiting:
        whole, led = expansion.whole(each, led)
        waiting.extend((nested, led) for nested in _offered(whole))
        alternatives.append(whole if led is trail else bound(whole, led))
    return any_of(_unconditional(schema), alternatives)


def _unconditional(schema: Schema) -> Schema:
    return nodes.without(schema, *CHOICES)


def _first_union(schema: Schema) -> list[Any]:
    return next((_members(schema[keyword]) for keyword in UNIONS if keyword in schema), [])


def _offered(schema: Schema) -> list[Any]:
    return [each for keyword in UNIONS for each in _members(schema.get(keyword))]


def _members(value: Any) -> list[Any]:
    return [each for each in value if each is not False] if isinstance(value, list) else []


def _bound(schema: Schema, led: Trail, trail: Trail) -> Any:
    return schema if led is trail else Bound(schema, led)
