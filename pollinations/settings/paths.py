"""All settings, by their paths in JSON: ``timeouts.firstByte``."""

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any, Final

import attrs

from .reading import json_name
from .schema import Settings


@attrs.frozen
class Field:
    """
    One setting in the schema.

    :param section: the class that has it, and says what it does.
    :param names: the attributes that lead to it from the settings as a whole.
    :param type: what it may be.
    """

    section: type
    names: tuple[str, ...]
    type: Any

    @property
    def path(self) -> str:
        """Where it stands in JSON."""
        return ".".join(map(json_name, self.names))


def value_at(settings: Settings, path: str) -> Any:
    """What the setting at *path* is set to."""
    return reduce(getattr, PATHS[path].names, settings)


def change_at(path: str, value: Any) -> dict[str, Any]:
    """The JSON that sets what is at *path* to *value*, and nothing else."""
    *outer, name = path.split(".")
    found: dict[str, Any] = {name: value}
    for one in reversed(outer):
        found = {one: found}
    return found


def _fields(section: type, before: tuple[str, ...] = ()) -> Iterator[Field]:
    for field in attrs.fields(section):
        names = (*before, field.name)
        if attrs.has(field.type):
            yield from _fields(field.type, names)
        else:
            yield Field(section, names, field.type)


PATHS: Final[Mapping[str, Field]] = {field.path: field for field in _fields(Settings)}
"""All settings, as the schema has them."""
