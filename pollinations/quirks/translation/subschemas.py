"""Where in a schema other schemas stand."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..identity import alike

Schema = dict[str, Any]

DEFINITIONS = ("$defs", "definitions")

ONE = frozenset({"items", "additionalItems", "unevaluatedItems", "contains", "contentSchema"}) | {
    *("additionalProperties", "unevaluatedProperties", "propertyNames"),
    *("not", "if", "then", "else"),
}
"""The keywords that hold one schema; ``items`` may hold a list of them, too."""

LIST = frozenset({"prefixItems", "allOf", "anyOf", "oneOf"})
"""The keywords that hold a list of schemas."""

MAP = frozenset({"properties", "patternProperties", "dependentSchemas", *DEFINITIONS})
"""The keywords that hold schemas by name."""

ANYWHERE = ONE | LIST | MAP
"""The keywords that hold schemas."""


def subschemas(schema: Schema) -> Iterator[Schema]:
    """The schemas right below *schema*, whatever else may be wrong with it."""
    for keyword, value in schema.items():
        held: Iterable[Any] = ()
        if keyword in MAP and isinstance(value, dict):
            held = value.values()
        elif keyword in ONE or keyword in LIST:
            held = value if isinstance(value, list) else (value,)
        yield from (each for each in held if isinstance(each, dict))


def mapped(schema: Schema, below: Callable[[Any], Any]) -> Schema:
    """A copy of *schema* with *below* applied to each schema right below it."""
    return {
        keyword: _mapped(keyword, value, below) if keyword in ANYWHERE else value
        for keyword, value in schema.items()
    }


def _mapped(keyword: str, value: Any, below: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict) and keyword in MAP:
        named = {name: below(schema) for name, schema in value.items()}
        return value if same(named, value) else named
    if isinstance(value, list) and keyword not in MAP:
        listed = [below(schema) for schema in value]
        return value if alike(listed, value) else listed
    return below(value) if keyword in ONE else value


def same(made: Schema, given: Schema) -> bool:
    """Whether both hold the very same values under the same names, in the same order."""
    return list(made) == list(given) and alike(made.values(), given.values())
