"""Where a ``$ref`` leads. The pointers, anchors and identifiers are `referencing`'s work."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import attrs
from referencing import Anchor, Registry, Resource, Specification
from referencing.exceptions import Unresolvable

from .subschemas import DEFINITIONS, Schema, subschemas

REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef", "ref")
"""The keywords that refer. The last is no standard's, yet some generators write it."""


def _identifier(schema: Any) -> str | None:
    found = schema.get("$id") if isinstance(schema, dict) else None
    return found if isinstance(found, str) and not found.startswith("#") else None


def _anchors(specification: Specification[Any], schema: Any) -> Iterator[Anchor[Any]]:
    for keyword in ("$anchor", "$dynamicAnchor", "$id"):
        name = schema.get(keyword) if isinstance(schema, dict) else None
        if isinstance(name, str) and (keyword != "$id" or name.startswith("#")):
            resource = specification.create_resource(schema)
            yield Anchor(name.removeprefix("#"), resource)  # type: ignore[call-arg]


# Mypy cannot see that referencing's classes are attrs classes, here and above.
_TOLERANT: Specification[Any] = Specification(  # type: ignore[call-arg]
    name="any draft, however malformed",
    id_of=_identifier,
    subresources_of=lambda schema: subschemas(schema) if isinstance(schema, dict) else (),
    anchors_in=_anchors,
    maybe_in_subresource=lambda segments, resolver, subresource: resolver,
)


@attrs.define(eq=False, slots=False)
class References:
    """
    The references within one document.

    :param root: the document, a tool's parameters.
    """

    root: Schema
    _found: Schema = attrs.field(factory=dict, init=False)

    def target(self, reference: Any) -> Any:
        """
        The schema that *reference* leads to, or ``None`` when it leads nowhere.

        A local one that misses is looked for by its last name among all definitions, since schemas
        are often embedded in others without their references being written anew.
        """
        if not isinstance(reference, str):
            return None
        if reference not in self._found:
            self._found[reference] = self._look_up(reference)
        return self._found[reference]

    def _look_up(self, reference: str) -> Any:
        try:
            resolver = self._nearby if reference.startswith("#/") else self._everywhere
            found = resolver.lookup(reference).contents
        except (Unresolvable, ValueError, TypeError):
            found = self._by_name(reference)
        return found if isinstance(found, dict | bool) else None

    def _by_name(self, reference: str) -> Any:
        if reference.startswith("#") or not set(reference) & {"/", ":"}:
            return self._definitions.get(reference.rpartition("/")[2])
        return None

    @cached_property
    def _nearby(self) -> Any:
        return self._registry.resolver(self._base)

    @cached_property
    def _everywhere(self) -> Any:
        """A resolver that knows anchors and identifiers."""
        try:
            return self._registry.crawl().resolver(self._base)
        except ValueError:  # An identifier that is no URI.
            return self._nearby

    @property
    def _base(self) -> str:
        return _identifier(self.root) or ""

    @property
    def _registry(self) -> Registry[Any]:
        resource: Resource[Any] = _TOLERANT.create_resource(self.root)
        registry: Registry[Any] = Registry().with_resource(self._base, resource)
        return registry

    @cached_property
    def _definitions(self) -> Schema:
        """All definitions, wherever they stand, by name; the first of a name counts."""
        found: Schema = {}
        schemas = [self.root]
        for schema in schemas:
            for keyword in DEFINITIONS:
                if isinstance(held := schema.get(keyword), dict):
                    for name, definition in held.items():
                        found.setdefault(name, definition)
            schemas.extend(subschemas(schema))
        return found
