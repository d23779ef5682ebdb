"""The settings as commands name, read and show them, by what their schema says."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs
import orjson

from ..phrase import Language
from ..settings.paths import PATHS, change_at, value_at
from ..settings.reading import read_settings
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

_FRENCH = (
    (r"\bone of ", "l'une des valeurs "),
    (r"\ba whole number from (\S+) to ", r"un nombre entier de \1 à "),
    (r"\ba number from (\S+) to ", r"un nombre de \1 à "),
    (r"\btrue or false", "true ou false"),
    (r"\ba list, each entry ", "une liste, chaque entrée : "),
    (r"\ba name, without spaces", "un nom sans espaces"),
    (r"\ba key, without spaces", "une clé sans espaces"),
    (
        r"\ba part of the program and its level, as in ",
        "une partie du programme et son niveau, par exemple ",
    ),
    (r"\ba line of plain text", "une ligne de texte simple"),
    (r"\bthe base of an HTTP server", "la base d'un serveur HTTP"),
    (r", or null", ", ou null"),
)
"""What the schema says of values, in French."""


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
        # No setting takes this, so what is said is what belongs there.
        [problem] = _problems(change_at(self.path, object()))
        words = problem.removeprefix(f"{self.path} must be ")
        if language == "fr":
            for pattern, french in _FRENCH:
                words = re.sub(pattern, french, words)
        return words

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
