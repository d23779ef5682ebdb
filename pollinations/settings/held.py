"""Settings that can be changed and are written nowhere, for a demonstration."""

from collections.abc import Mapping
from typing import Any, Self

import attrs

from .file import SettingsFile, check
from .patch import merged
from .reading import json_name, read_settings


@attrs.define(eq=False, slots=False)
class HeldSettings(SettingsFile):
    """The settings of a file, and the changes that were made to them here, which end with us."""

    _changes: Mapping[str, Any] = attrs.field(factory=dict, init=False, repr=False)

    @classmethod
    def over(cls, file: SettingsFile) -> Self:
        """The settings of *file*, to be changed without it."""
        held = cls(file.path)
        held.settings, held.problems = file.settings, file.problems
        return held

    async def save(self, changes: Mapping[str, Any]) -> None:
        """
        Put *changes* in force; the file stays as it is.

        :raises WrongSettings: a value is not one that its setting can have.
        """
        check(changes)
        self._changes = _both(self._changes, changes)
        self.load()

    def _look(self) -> tuple[str, ...]:
        problems = super()._look()
        wanted, _ = read_settings(merged({}, self._changes))
        self.settings = _changed(self.settings, wanted, self._changes)
        return problems


def _both(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """*old* changes and then *new* ones, as one."""
    both = dict(old)
    for name, value in new.items():
        before = both.get(name)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            value = _both(before, value)
        both[name] = value
    return both


def _changed(section: Any, wanted: Any, changes: Mapping[str, Any]) -> Any:
    """*section*, with the values of *wanted* for what *changes* name."""
    values: dict[str, Any] = {}
    for field in attrs.fields(type(section)):
        name, value = json_name(field.name), getattr(wanted, field.name)
        if name in changes:
            nested = attrs.has(type(value)) and isinstance(changes[name], Mapping)
            old = getattr(section, field.name)
            values[field.name] = _changed(old, value, changes[name]) if nested else value
    return attrs.evolve(section, **values)
