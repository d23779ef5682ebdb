"""References and ``allOf``, resolved where they stand."""

from collections.abc import Iterator
from typing import Any

import attrs

from .merging import all_of
from .references import REFERENCES, References
from .subschemas import Schema, mapped

Trail = frozenset[int]
"""The identities of the schemas that references led through, from the root to here."""

COMBINED = frozenset({*REFERENCES, "allOf"})

LIMIT = 10_000
"""
How much references may add to one tool: each schema weighs one, one for each entry it has, and one
for every 64 characters of text. References can double at each step.
"""

TRAIL_LIMIT = 100
"""How many references may lead from one to the next."""

TOO_LARGE = {"type": "object", "description": "Left out: the schema is too large."}

_SHAPE = frozenset({"type", "properties", "items", "enum", "const", "anyOf", "oneOf", "allOf"})


@attrs.frozen
class Bound:
    """A schema that was moved to another place, with the trail that led to it."""

    schema: Any
    trail: Trail


@attrs.define(eq=False)
class Expansion:
    """
    The expansion of one document.

    :param references: the document's.
    :ivar start: the trail of everything that no reference led to.
    """

    references: References
    start: Trail = attrs.field(init=False)
    _added: int = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self.start = frozenset({id(self.references.root)})

    def affords(self, schema: Any) -> bool:
        """Whether *schema*, which a reference led to, can be added; it counts from now on."""
        if self._added <= LIMIT:
            self._added += _weight(schema)
        return self._added <= LIMIT

    def whole(self, schema: Any, trail: Trail) -> tuple[Schema, Trail]:
        """
        *schema* with its references followed and its ``allOf`` merged, itself if it has none.

        What stands beside a reference goes before what it leads to.
        """
        if type(schema) is Bound:
            schema, trail = schema.schema, schema.trail
        if type(schema) is dict and COMBINED.isdisjoint(schema):
            return schema, trail
        parts = list(self._parts(schema, trail))
        if len(parts) == 1:
            return parts[0]
        moved = [part if led is trail else bound(part, led) for part, led in parts]
        return (all_of(moved) if moved else {}), trail

    def _parts(self, schema: Any, trail: Trail) -> Iterator[tuple[Schema, Trail]]:
        """The schemas, free of references and ``allOf``, that *schema* is combined of."""
        waiting, seen = [(schema, trail)], set()
        while waiting:
            part, trail = waiting.pop()
            if type(part) is Bound:
                part, trail = part.schema, part.trail
            if not isinstance(part, dict) or id(part) in seen:
                continue
            seen.add(id(part))
            if COMBINED.isdisjoint(part):
                yield part, trail
            else:
                waiting.extend(reversed(list(self._apart(part, trail))))

    def _apart(self, part: Schema, trail: Trail) -> Iterator[tuple[Any, Trail]]:
        rest = {keyword: value for keyword, value in part.items() if keyword not in COMBINED}
        found, reference = self._reference(part)
        if found and self.references.target(reference) is None:
            yield _failed(rest), trail
            return
        if rest:
            yield rest, trail
        if found:
            yield self._followed(reference, part, trail)
        combined = part.get("allOf")
        if isinstance(combined, list):
            yield from ((each, trail) for each in combined)

    def _reference(self, part: Schema) -> tuple[bool, Any]:
        """Whether *part* refers to another schema, and what it says of it."""
        for keyword in REFERENCES[:-1]:
            if keyword in part:
                return True, part[keyword]
        name = part.get("ref")
        # Some generators note a schema's own name there.
        if not isinstance(name, str) or not (
            _SHAPE.isdisjoint(part) or self.references.target(name) is not None
        ):
            return False, None
        return True, name

    def _followed(self, reference: str, part: Schema, trail: Trail) -> tuple[Any, Trail]:
        target = self.references.target(reference)
        if id(target) in trail or target is part:
            return _again(reference), trail
        if len(trail) > TRAIL_LIMIT or not self.affords(target):
            return TOO_LARGE, trail
        return target, trail | {id(target)}


def bound(schema: Schema, trail: Trail) -> Schema:
    """*schema* to be merged into one that other references led to: what is below it remembers."""
    return mapped(schema, lambda s: s if type(s) is Bound else Bound(s, trail))


def _weight(schema: Any) -> int:
    weight = 1
    for value in schema.values() if isinstance(schema, dict) else ():
        if isinstance(value, str):
            weight += len(value) // 64
        elif isinstance(value, list):
            weight += len(value) + sum(len(v) for v in value if isinstance(v, str)) // 64
        elif isinstance(value, dict):
            weight += len(value)
    return weight


def _failed(rest: Schema) -> Schema:
    description = rest.get("description")
    described = description if isinstance(description, str) else ""
    kept = {"default": rest["default"]} if "default" in rest else {}
    return {"type": "string", "description": f"{described} [Ref Failed]", **kept}


def _again(reference: str) -> Schema:
    name = reference.rpartition("/")[2].lstrip("#")
    # A number is its place in a list.
    which = f"Another {name}" if name and not name.isdecimal() else "Another such object"
    return {"type": "object", "description": f"{which}, with the properties described above."}
