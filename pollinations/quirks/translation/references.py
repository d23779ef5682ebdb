"""Where a ``$ref`` leads. JSON pointers and URIs are `referencing`'s work."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

import attrs
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable

from .subschemas import DEFINITIONS, Schema, subschemas

REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef", "ref")
"""The keywords that refer. The last is no standard's, yet some generators write it."""


@attrs.define(eq=False, slots=False)
class References:
    """
    The references within one document. Nothing is ever fetched.

    :param root: the document, a tool's parameters.
    """

    root: Schema
    _found: dict[str, Any] = attrs.field(factory=dict, init=False)
    _held: dict[str, bool] = attrs.field(factory=dict, init=False)

    def target(self, reference: Any) -> Any:
        """
        The schema that *reference* leads to, or ``None`` when it leads nowhere.

        A local one that misses is looked for by its last name among all definitions, since schemas
        are often embedded in others without their references being written anew.
        """
        if not isinstance(reference, str):
            return None
        if reference not in self._found:
            found = self._look_up(reference)
            self._found[reference] = self._named(reference) if found is None else found
        return self._found[reference]

    def holds(self, reference: Any) -> bool:
        """Whether *reference* leads to a schema exactly as it is written."""
        if not isinstance(reference, str):
            return False
        if reference not in self._held:
            self._held[reference] = self._look_up(reference) is not None
        return self._held[reference]

    def _look_up(self, reference: str) -> Any:
        pointer = reference == "#" or reference.startswith("#/")
        if not pointer and reference[:1] == "#" and reference[1:] in self._anchors:
            return self._anchors[reference[1:]]
        try:
            resolver = self._here if pointer else self._everywhere
            found = resolver.lookup(reference).contents
        except (Unresolvable, ValueError, TypeError):  # The latter two by a malformed one.
            return None
        return found if isinstance(found, dict | bool) else None

    def _named(self, reference: str) -> Any:
        if reference.startswith("#") or not {*"/:"} & {*reference}:
            found = self._definitions.get(reference.rpartition("/")[2])
            return found if isinstance(found, dict | bool) else None
        return None

    @cached_property
    def _schemas(self) -> list[Schema]:
        schemas = [self.root]
        for schema in schemas:
            schemas.extend(subschemas(schema))
        return schemas

    @cached_property
    def _definitions(self) -> Schema:
        """All definitions, wherever they stand, by name; the first of a name counts."""
        found: Schema = {}
        for schema in self._schemas:
            for keyword in DEFINITIONS:
                if isinstance(held := schema.get(keyword), dict):
                    for name, definition in held.items():
                        found.setdefault(name, definition)
        return found

    @cached_property
    def _anchors(self) -> Schema:
        """All schemas that have a name of their own; older drafts' are an ``$id`` with ``#``."""
        found: Schema = {}
        for schema in self._schemas:
            for keyword in ("$anchor", "$dynamicAnchor", "$id"):
                if isinstance(name := schema.get(keyword), str):
                    found.setdefault(name.removeprefix("#"), schema)
        return found

    @cached_property
    def _here(self) -> Any:
        return _resolver([("", self.root)], "")

    @cached_property
    def _everywhere(self) -> Any:
        base = _identifier(self.root)
        return _resolver([*self._identified(base), (base, self.root)], base)

    def _identified(self, base: str) -> Iterator[tuple[str, Schema]]:
        for schema in self._schemas:
            if identifier := _identifier(schema):
                yield urljoin(base, identifier), schema


def _resolver(schemas: list[tuple[str, Schema]], base: str) -> Any:
    """A resolver that knows *schemas* by their URI, of which the last counts."""
    # Opaque, for what may be malformed is not to be looked into.
    resources = [(uri, Resource.opaque(schema)) for uri, schema in schemas]
    return Registry().with_resources(resources).crawl().resolver(base)


def _identifier(schema: Schema) -> str:
    """The URI that *schema* gives itself, or nothing."""
    found = schema.get("$id")
    if not isinstance(found, str) or found.startswith("#"):
        return ""
    try:
        return urlsplit(found).geturl()
    except ValueError:
        return ""
