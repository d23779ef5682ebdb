"""
Schemas that are combined of others, made into one. Nothing here looks below the level it is given.

Both functions keep the first's word where two contradict each other, and may say less than the
schemas did together, never more.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any

from .keywords import as_json, is_number
from .subschemas import Schema


def all_of(parts: Iterable[Schema]) -> Schema:
    """One schema that demands what all of *parts* do (``allOf``)."""
    said: dict[str, list[Any]] = {}
    for part in parts:
        for keyword, value in part.items():
            said.setdefault(keyword, []).append(value)
    return {
        keyword: values[0] if len(values) == 1 else _COMBINED.get(keyword, _first)(values)
        for keyword, values in said.items()
    }


def any_of(base: Schema, alternatives: list[Schema]) -> Schema:
    """
    One object that may hold what any of *alternatives* may, and must hold what all of them must.

    :param base: what stands beside them; its own properties are not widened.
    """
    offered = _properties([each.get("properties") for each in alternatives], "anyOf")
    properties = base.get("properties")
    own = properties if isinstance(properties, dict) else {}
    made = {**base, "properties": {**own, **offered, **own}}
    demands = [dict.fromkeys(_strings(each.get("required"))) for each in alternatives]
    if demands and (shared := reduce(_shared, demands)):
        made["required"] = _all_strings([base.get("required"), [*shared]])
    return made


def _first(values: list[Any]) -> Any:
    return values[0]


def _properties(values: list[Any], keyword: str) -> Schema:
    """All properties; one that several have is each of theirs, under *keyword*."""
    gathered: dict[str, list[Any]] = {}
    for properties in values:
        if isinstance(properties, dict):
            for name, schema in properties.items():
                gathered.setdefault(name, []).append(schema)
    return {
        name: schemas[0] if len(schemas) == 1 else {keyword: schemas}
        for name, schemas in gathered.items()
    }


def _strings(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _all_strings(values: list[Any]) -> list[str]:
    return list(dict.fromkeys(each for value in values for each in _strings(value)))


def _shared(ours: dict[str, None], theirs: dict[str, None]) -> dict[str, None]:
    few, many = sorted((ours, theirs), key=len)
    return {name: None for name in few if name in many}


def _members(values: list[Any]) -> Any:
    """The members of an enum that all allow; the first's where they agree on none."""
    lists = [value for value in values if isinstance(value, list)]
    agreed = set.intersection(*({_mark(m) for m in each} for each in lists)) if lists else set()
    return [m for m in lists[0] if _mark(m) in agreed] if agreed else values[0]


def _mark(member: Any) -> Any:
    """Something that may be in a set, and tells 1 from true and null from an object."""
    return isinstance(member, bool), as_json(member) if isinstance(member, dict | list) else member


def _tightest(choose: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    def tightest(values: list[Any]) -> Any:
        numbers = [value for value in values if is_number(value)]
        return choose(numbers) if numbers else values[0]

    return tightest


def _items(values: list[Any]) -> Any:
    """One schema for all items, unless some are of a tuple."""
    return values[0] if any(isinstance(v, list | bool) for v in values) else {"allOf": values}


_COMBINED: Mapping[str, Callable[[list[Any]], Any]] = {
    "properties": lambda values: _properties(values, "allOf"),
    "required": _all_strings,
    "enum": _members,
    "items": _items,
    **dict.fromkeys(("minimum", "minLength", "minItems", "exclusiveMinimum"), _tightest(max)),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "exclusiveMaximum"), _tightest(min)),
}
