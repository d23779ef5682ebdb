"""
Schemas that are combined of others, made into one. Nothing here looks below the level it is given.

Both functions keep the first's word where two contradict each other, and may say less than the
schemas did together, never more.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .keywords import is_number
from .subschemas import Schema


def all_of(parts: Sequence[Schema]) -> Schema:
    """One schema that demands what all of *parts* do (``allOf``)."""
    merged = dict(parts[0])
    properties = _Gathered(merged.get("properties"))
    for part in parts[1:]:
        for keyword, value in part.items():
            if keyword == "properties":
                properties.add(value)
            elif keyword not in merged:
                merged[keyword] = value
            elif keyword in _BOTH:
                merged[keyword] = _BOTH[keyword](merged[keyword], value)
    if properties:
        merged["properties"] = properties.combined("allOf")
    return merged


def any_of(base: Schema, alternatives: Sequence[Schema]) -> Schema:
    """
    One object that may hold what any of *alternatives* may, and must hold what all of them must.

    :param base: what the union's own node says; its properties are not widened.
    """
    own = base.get("properties")
    own = own if isinstance(own, dict) else {}
    properties = _Gathered()
    for alternative in alternatives:
        properties.add(alternative.get("properties"))
    demands = [_names(alternative.get("required")) for alternative in alternatives]
    demanded = [name for name in demands[0] if all(name in d for d in demands)] if demands else []
    made = {**base, "properties": {**own, **properties.combined("anyOf", but=own)}}
    if demanded:
        made["required"] = list({**_names(base.get("required")), **dict.fromkeys(demanded)})
    return made


class _Gathered(dict[str, list[Any]]):
    """Properties of several objects, by name."""

    def __init__(self, properties: Any = None) -> None:
        super().__init__()
        self.add(properties)

    def add(self, properties: Any) -> None:
        if isinstance(properties, dict):
            for name, schema in properties.items():
                self.setdefault(name, []).append(schema)

    def combined(self, keyword: str, but: Mapping[str, Any] = {}) -> Schema:
        """Each property as one schema; one of several schemas has them under *keyword*."""
        return {
            name: schemas[0] if len(schemas) == 1 else {keyword: schemas}
            for name, schemas in self.items()
            if name not in but
        }


def _names(value: Any) -> dict[str, None]:
    """The names in *value*, in order, for quick finding."""
    return dict.fromkeys(n for n in value if isinstance(n, str)) if isinstance(value, list) else {}


def _tighter(choose: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda ours, theirs: (
        choose(ours, theirs) if is_number(ours) and is_number(theirs) else ours
    )


def _common(ours: Any, theirs: Any) -> Any:
    """The members of an enum that both allow; our own where they agree on none."""
    if not isinstance(ours, list) or not isinstance(theirs, list):
        return ours
    allowed = {repr(member) for member in theirs if _is_scalar(member)}
    return [m for m in ours if _is_scalar(m) and repr(m) in allowed] or ours


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _united(ours: Any, theirs: Any) -> list[str]:
    return list({**_names(ours), **_names(theirs)})


_BOTH: Mapping[str, Callable[[Any, Any], Any]] = {
    "required": _united,
    "enum": _common,
    "items": lambda ours, theirs: {"allOf": [ours, theirs]} if _is_map(ours, theirs) else ours,
    **dict.fromkeys(("minimum", "minLength", "minItems", "exclusiveMinimum"), _tighter(max)),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "exclusiveMaximum"), _tighter(min)),
}


def _is_map(*values: Any) -> bool:
    return not any(isinstance(value, list | bool) for value in values)
