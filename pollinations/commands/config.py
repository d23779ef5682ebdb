"""``config``: show the settings, or change one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs
import orjson

from ..settings.reading import json_name, read_settings
from ..settings.schema import Settings
from .control import Control
from .echo import echoed
from .near import near
from .notify import changed
from .phrase import Language, Phrase
from .verb import Misused, Told, Verb

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

_SECRET: Final = ("apiKey", "signatures")
"""What is never shown; a store's address may hold a password."""

_COMMANDS: Final[Mapping[str, str]] = {
    "apiKey": "connect",
    "mode": "mode",
    "fallbacks": "fallback",
}
"""What has a command of its own, by the first part of its path."""

_BY_HAND: Final = ("listener", "port", "freeUrl", "enterUrl", "signatures", "refresh")
"""
Who may come in, where a key is sent, what counts from a start on: whoever can type into a chat
must not be able to change these.
"""

_UNITS: Final[Mapping[str, str]] = {
    "thresholds.tier": "{}%",
    "thresholds.wallet": "${}",
    "thresholds.quest": "{} pollen",
}

_TITLE = Phrase("### ⚙️ Pollinations: settings", "### ⚙️ Pollinations : réglages")
_LINE = Phrase("- `{name}`: {value}", "- `{name}` : {value}")
_KEY = Phrase("- key: {masked} from {source}", "- clé : {masked} de {source}")
_NO_KEY = Phrase("- key: none", "- clé : aucune")
_MORE = Phrase(
    "`/pollinations config <name> <value>` changes one. The names in `config.json`"
    " (`timeouts.idle`…) are understood too.",
    "`/pollinations config <nom> <valeur>` en change un. Les noms de `config.json`"
    " (`timeouts.idle`…) sont compris aussi.",
)
_ONE = Phrase("`{name}` = {value} ({belongs})", "`{name}` = {value} ({belongs})")
_SET = Phrase("✅ `{name}` = {value}", "✅ `{name}` = {value}")
_CHANGED = Phrase("{name} = {value}", "{name} = {value}")
_WRONG = Phrase(
    "`{name}` must be {belongs}. Nothing was changed.",
    "`{name}` doit être {belongs}. Rien n'a été changé.",
)
_UNKNOWN = Phrase(
    "There is no setting {name}.{nearest} Settings: {names}.",
    "Le réglage {name} n'existe pas.{nearest} Réglages : {names}.",
)
_NEAREST = Phrase(" Did you mean `{name}`?", " Vouliez-vous dire `{name}` ?")
_ELSEWHERE = Phrase(
    "`{name}` is changed with `/pollinations {command}`.",
    "`{name}` se change avec `/pollinations {command}`.",
)
_FILE_ONLY = Phrase(
    "`{name}` is changed in `config.json` itself, not by a command.",
    "`{name}` se change dans `config.json` même, pas par une commande.",
)
_HIDDEN = Phrase("`{name}` is not shown.", "`{name}` n'est pas montré.")

_FRENCH = (
    (r"\bone of ", "l'une des valeurs "),
    (r"\ba whole number from (\S+) to ", r"un nombre entier de \1 à "),
    (r"\ba number from (\S+) to ", r"un nombre de \1 à "),
    (r"\btrue or false", "true ou false"),
    (r"\ba list, each entry ", "une liste, chaque entrée : "),
    (r"\ba name, without spaces", "un nom sans espaces"),
    (r"\ba line of plain text", "une ligne de texte simple"),
    (r"\bthe base of an HTTP server", "la base d'un serveur HTTP"),
    (r", or null", ", ou null"),
)
"""What the schema says of values, in French."""


async def config(control: Control, words: Sequence[str]) -> Told:
    """Show all settings or one, or change one."""
    if not words:
        return _all(control)
    named, *value = words
    path = _path(named)
    if path is None:
        return _unknown(control, named)
    if not value:
        return _one(control, named, path)
    refusal = _refusal(control.language, path)
    if refusal is not None:
        return Told(refusal, ok=False)
    if len(value) > 1:
        raise Misused
    return await _changed(control, named, path, value[0])


def _path(named: str) -> str | None:
    """The setting's path in the file, by any of its names, in whatever letter case."""
    known = {path.lower(): path for path in _values(Settings())}
    lowered = named.lower()
    return NAMES.get(lowered) or known.get(lowered)


def _all(control: Control) -> Told:
    language, values = control.language, _values(control.file.settings)
    shown = {name: values[path] for name, path in NAMES.items() if name != "toast_verbosity"}
    lines = [
        _LINE(language, name=name, value=_said(NAMES[name], value)) for name, value in shown.items()
    ]
    key = control.key()
    lines.append(
        _NO_KEY(language)
        if key is None
        else _KEY(language, masked=f"`{key.masked}`", source=key.source)
    )
    text = "\n".join((_TITLE(language), "", *lines, "", _MORE(language)))
    return Told(text, {path: value for path, value in values.items() if path not in _SECRET})


def _one(control: Control, named: str, path: str) -> Told:
    language = control.language
    if path in _SECRET:
        return Told(_HIDDEN(language, name=path), ok=False)
    value = _values(control.file.settings)[path]
    said, belongs = _said(path, value), _belongs(path, language)
    text = _ONE(language, name=_shown(named, path), value=said, belongs=belongs)
    return Told(text, {path: value})


async def _changed(control: Control, named: str, path: str, text: str) -> Told:
    name = _shown(named, path)
    found = next((one for one in _meanings(text) if not _problems(path, one)), None)
    if found is None:
        belongs = _belongs(path, control.language)
        return Told(_WRONG(control.language, name=name, belongs=belongs), ok=False)
    await control.file.save(_nested(path, found.value))
    # In the language that is spoken from now on.
    language, value = control.language, _values(control.file.settings)[path]
    said = _said(path, value)
    changed(control, _CHANGED(language, name=name, value=said))
    return Told(_SET(language, name=name, value=said), {path: value})


@attrs.frozen
class _Meaning:
    """What a word may stand for in JSON, which may be ``None``."""

    value: Any


def _meanings(text: str) -> Iterator[_Meaning]:
    """What *text* may mean: itself, a JSON value, or a list of names."""
    yield _Meaning(text)
    try:
        yield _Meaning(orjson.loads(text.lower()))
    except orjson.JSONDecodeError:
        yield _Meaning(text.split(","))


def _problems(path: str, meaning: _Meaning) -> tuple[str, ...]:
    _, problems = read_settings(_nested(path, meaning.value))
    return problems


def _refusal(language: Language, path: str) -> str | None:
    """Why a command does not change this setting, or ``None``."""
    first = path.partition(".")[0]
    if first in _COMMANDS:
        return _ELSEWHERE(language, name=path, command=_COMMANDS[first])
    return _FILE_ONLY(language, name=path) if first in _BY_HAND else None


def _unknown(control: Control, named: str) -> Told:
    names = [*NAMES, *_values(Settings())]
    nearest = "".join(_NEAREST(control.language, name=one) for one in near(named, names, 1))
    listed = ", ".join(f"`{name}`" for name in NAMES)
    text = _UNKNOWN(control.language, name=echoed(named), nearest=nearest, names=listed)
    return Told(text, ok=False)


def _shown(named: str, path: str) -> str:
    """The setting's name as it was typed, if that is one of the old ones."""
    return named.lower() if named.lower() in NAMES else path


def _belongs(path: str, language: Language) -> str:
    """What the setting may be, as the schema has it."""
    # No setting takes this, so what is said is what belongs there.
    [problem] = _problems(path, _Meaning(object()))
    words = problem.removeprefix(f"{path} must be ")
    if language == "fr":
        for pattern, french in _FRENCH:
            words = re.sub(pattern, french, words)
    return words


def _said(path: str, value: Any) -> str:
    """A value for a person, with its unit."""
    if isinstance(value, float):
        return _UNITS.get(path, "{}").format(f"{value:g}")
    return f"`{value}`" if isinstance(value, str) else orjson.dumps(value).decode()


def _nested(path: str, value: Any) -> dict[str, Any]:
    *outer, name = path.split(".")
    found: dict[str, Any] = {name: value}
    for one in reversed(outer):
        found = {one: found}
    return found


def _values(section: Any, before: str = "") -> dict[str, Any]:
    """The settings in *section* by their paths in the file."""
    found: dict[str, Any] = {}
    for field in attrs.fields(type(section)):
        value, path = getattr(section, field.name), f"{before}{json_name(field.name)}"
        if attrs.has(type(value)):
            found.update(_values(value, f"{path}."))
        else:
            found[path] = list(value) if isinstance(value, tuple) else value
    return found


CONFIG = Verb(
    "config",
    Phrase("Show or change settings", "Afficher ou changer les réglages"),
    config,
    "[key [value]]",
)
