"""A whole document, from its top down."""

from typing import Any

import attrs
import orjson

from ..identity import alike
from . import nodes
from .bounds import bounded
from .dialect import Dialect, Keywords
from .expansion import COMBINED, TOO_LARGE, Bound, Expansion, Trail
from .keywords import DROPPED
from .references import REFERENCES, References
from .subschemas import ANYWHERE, DEFINITIONS, Schema, mapped, same
from .unions import CHOICES, UNIONS, folded, united

DEPTH_LIMIT = 64
"""Schemas nested deeper are cut. Each is two levels of JSON, and orjson writes 254 of them."""

_TOO_DEEP = {"type": "object", "description": "Left out: the schema is too deep."}

_NOT_AT_THE_TOP = frozenset({*COMBINED, *UNIONS, "not", "enum", "const", "nullable"})

_REWRITTEN = frozenset(
    {*COMBINED, *CHOICES, "const", "enum", "exclusiveMinimum", "exclusiveMaximum", "prefixItems"}
)
"""What says in other words what a simpler schema can say."""

_HOLDING = frozenset({*ANYWHERE, *REFERENCES})
"""What a schema has that holds others, or leads to another."""

_DETAIL = ("type", "format", "pattern", "minimum", "maximum", "minLength", "maxLength")
"""What is repeated in each schema of the union that it stands beside."""

_NOTES = ("description", "nullable")
"""What is said once, of the union as a whole."""


def translated(root: Schema, dialect: Dialect) -> Schema:
    """*root*, the parameters of a tool, in *dialect*; itself when nothing had to change."""
    return _Translation(dialect, Expansion(References(root))).top(root)


@attrs.define(eq=False)
class _Translation:
    """
    The translation of one document.

    Each method returns the schema that it was given when nothing had to change. A *trail* goes
    along with every schema, since its references are followed only where it stands.

    :ivar _standing: the references that are left to be followed, when the top was altered.
    """

    _dialect: Dialect
    _expansion: Expansion
    _known: Keywords = attrs.field(init=False)
    _standing: References | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._known = self._dialect.keywords or {}

    def top(self, root: Schema) -> Schema:
        schema, trail = self._expansion.whole(root, self._expansion.start)
        if not schema.keys().isdisjoint(UNIONS):
            schema = folded(schema, trail, self._expansion)
        whole = self._object(schema)
        if whole is not root:
            self._standing = References(whole)
        made: Schema = self._schema(whole, trail, 0)
        return made

    def _object(self, schema: Schema) -> Schema:
        """What of *schema* may stand at the top, as an object."""
        top = self._dialect.top
        made = {
            keyword: value
            for keyword, value in schema.items()
            if keyword not in _NOT_AT_THE_TOP and (top is None or keyword in top)
        }
        if not isinstance(made.get("properties"), dict):
            made["properties"] = {}
        if made.get("type") != "object":
            made = nodes.of_type("object", made)
        return schema if same(made, schema) else made

    def _schema(self, schema: Any, trail: Trail, depth: int) -> Any:
        if type(schema) is Bound:
            schema, trail = schema.schema, schema.trail
        if depth > DEPTH_LIMIT:
            return schema if schema == _TOO_DEEP else _TOO_DEEP
        if trail is not self._expansion.start and not self._expansion.affords(schema):
            return TOO_LARGE
        if self._known:
            return self._said(schema, trail, depth)
        return self._kept(schema, trail, depth) if isinstance(schema, dict) else schema

    def _kept(self, schema: Schema, trail: Trail, depth: int) -> Schema:
        """*schema* in a dialect that takes nearly anything."""
        if _HOLDING.isdisjoint(schema) and not nodes.is_array(schema):
            return schema
        whole, inlined = schema, not self._dialect.references
        if self._is_lost(schema) or (inlined and not schema.keys().isdisjoint(REFERENCES)):
            whole, trail = self._expansion.whole(schema, trail)
        if inlined and not whole.keys().isdisjoint(DEFINITIONS):
            whole = nodes.without(whole, *DEFINITIONS)
        made = mapped(whole, lambda below: self._schema(below, trail, depth + 1))
        if self._dialect.items and nodes.is_array(made):
            made.setdefault("items", {})
        return schema if same(made, schema) else made

    def _is_lost(self, schema: Schema) -> bool:
        """Whether what *schema* refers to is gone, as the top is not what it was."""
        if self._standing is None or schema.keys().isdisjoint(REFERENCES):
            return False
        reference = next((schema[k] for k in REFERENCES[:-1] if k in schema), None)
        held = self._expansion.references.holds(reference)
        return held and not self._standing.holds(reference)

    def _said(self, schema: Any, trail: Trail, depth: int) -> Schema:
        """*schema* in a dialect with a table of keywords."""
        if not isinstance(schema, dict):
            schema = {"anyOf": schema} if isinstance(schema, list) else {}
        kind = schema.get("type")
        if type(kind) is str and kind in self._known and _REWRITTEN.isdisjoint(schema):
            return self._read(schema, schema, trail, depth)
        simple, trail = self._simple(schema, trail)
        if "anyOf" in simple:
            return self._union(schema, simple, trail, depth)
        return self._read(schema, simple, trail, depth)

    def _simple(self, schema: Schema, trail: Trail) -> tuple[Schema, Trail]:
        """*schema* in fewer words and with one type, or as a union of such."""
        schema, trail = self._expansion.whole(schema, trail)
        schema = nodes.enumerated(united(schema, trail, self._expansion))
        if "anyOf" not in schema:
            schema = nodes.typed(schema, self._known)
        if "anyOf" not in schema:
            schema = nodes.tupled(bounded(schema))
        return schema, trail

    def _union(self, given: Schema, union: Schema, trail: Trail, depth: int) -> Schema:
        """
        A union that stands alone.

        What was said of it as a whole goes to its first schema, since nothing may stand beside it.
        """
        made = self._alternatives(union, trail, depth)
        notes = self._notes(union, made[0]["type"])
        if listed := nodes.listed(made):
            return {"type": "string", **notes, "enum": listed}
        first = nodes.noted(made[0], notes)
        made = [first, *(each for each in made[1:] if each != first)]
        if len(made) == 1:
            return made[0]
        unchanged = given.keys() == {"anyOf"} and alike(made, given["anyOf"])
        return given if unchanged else {"anyOf": made}

    def _notes(self, union: Schema, kind: str) -> Schema:
        readers = self._known[kind]
        said = {k: readers[k](union[k]) for k in _NOTES if k in union and k in readers}
        return {keyword: value for keyword, value in said.items() if value is not DROPPED}

    def _alternatives(self, union: Schema, trail: Trail, depth: int) -> list[Schema]:
        """What *union* allows, each once."""
        detail = {keyword: union[keyword] for keyword in _DETAIL if keyword in union}
        made: list[Schema] = []
        for each in union["anyOf"]:
            detailed = {"allOf": [each, detail]} if detail else each
            one = self._schema(detailed, trail, depth + 1)
            made.extend(one.get("anyOf", [one]))
        return list({orjson.dumps(each): each for each in made}.values())

    def _read(self, given: Schema, schema: Schema, trail: Trail, depth: int) -> Schema:
        """*schema*, which has one type, with the keywords that the dialect knows."""
        readers = self._known[schema["type"]]
        made, changed = {}, schema is not given
        for keyword, value in schema.items():
            if keyword not in readers:
                new = DROPPED
            elif keyword == "properties":
                new = self._properties(value, trail, depth + 1)
            elif keyword == "items":
                new = self._schema(value, trail, depth + 1)
            else:
                new = readers[keyword](value)
            if new is not value:
                changed = True
            if new is not DROPPED:
                made[keyword] = new
        return self._finished(made, schema) if changed else self._finished(given, given)

    def _finished(self, made: Schema, schema: Schema) -> Schema:
        """*made*, with what is still lacking of what *schema* said."""
        kind = made["type"]
        if kind == "array" and self._dialect.items and "items" not in made:
            made = {**made, "items": {"type": "string"}}
        elif kind == "object":
            made = nodes.consistent(made)
        return made if made is schema else nodes.hinted(made, schema, self._dialect.hints)

    def _properties(self, properties: Any, trail: Trail, depth: int) -> Any:
        if not isinstance(properties, dict):
            return {}
        made = {
            name: self._schema(schema, trail, depth)
            for name, schema in properties.items()
            if schema is not False
        }
        return properties if same(made, properties) else made
