"""The settings as commands name, read and show them, by what their schema says."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs
import orjson

from ..phrase import Language
from ..settings.paths import PATHS, change_at, value_at
from ..settings.reading import belonging, read_settings
from ..settings.schema import Settings

NAMES: Final[Mapping[str, str]] = {
    "status_gui": "gui.status",
    "logs_gui": "gui.logs",
    "threshold_tier": "thresholds.tier",
    "threshold_wallet": "thresholds.wallet",
    "threshold_quest": "thresholds.quest",
    "status_bar": "statusBar",
    "toast_verbosity": "gui.status",
    "language": "language",
    "debug": "debug",
}
"""The names that commands have always had, for settings as their file calls them."""

SECRET: Final = ("apiKey", "signatures")
"""What is never shown; a store's address may hold a password."""

_UNITS: Final[Mapping[str, str]] = {
    "thresholds.tier": "{}%",
    "thresholds.wallet": "${}",
    "thresholds.quest": "{} pollen",
}


@attrs.frozen
class Setting:
    """
    One setting.

    :param name: as somebody typed it, where that is one of :data:`NAMES`, else its path.
    :param path: where it stands in the file: ``gui.status``.
    """

    name: str
    path: str

    @classmethod
    def named(cls, name: str) -> "Setting | None":
        """The setting that is called so, in whatever letter case; ``None`` when none is."""
        lowered = name.lower()
        if lowered in NAMES:
            return cls(lowered, NAMES[lowered])
        return next((cls(path, path) for path in PATHS if path.lower() == lowered), None)

    @property
    def secret(self) -> bool:
        """Whether it is never shown."""
        return self.path in SECRET

    def value(self, settings: Settings) -> Any:
        """What it is set to, as JSON has it."""
        value = value_at(settings, self.path)
        return list(value) if isinstance(value, tuple) else value

    def shown(self, settings: Settings) -> str:
        """What it is set to, for a person, with its unit."""
        value = self.value(settings)
        if isinstance(value, float):
            return _UNITS.get(self.path, "{}").format(f"{value:.10g}")
        return f"`{value}`" if isinstance(value, str) else orjson.dumps(value).decode()

    def belongs(self, language: Language) -> str:
        """What it may be, as the schema has it: ``a number from 0 to 100``."""
        return belonging(PATHS[self.path].type, language)

    def meant(self, text: str) -> Mapping[str, Any] | None:
        """
        The change that sets it to what *text* means; ``None`` when it cannot be that.

        :param text: also with its unit, as it is shown.
        """
        before, _, after = _UNITS.get(self.path, "{}").partition("{}")
        bare = text.removeprefix(before).removesuffix(after.strip())
        changes = (change_at(self.path, value) for value in _meanings(bare))
        return next((change for change in changes if not _problems(change)), None)


def _meanings(text: str) -> Iterator[Any]:
    """What *text* may mean: itself, a JSON value, or a list of names."""
    yield text
    yield text.lower()
    try:
        yield orjson.loads(text.lower())
    except orjson.JSONDecodeError:
        yield text.split(",")


def _problems(change: Mapping[str, Any]) -> tuple[str, ...]:
    _, problems = read_settings(change)
    return problems
