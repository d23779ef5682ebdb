"""``config``: show the settings, or change one."""

from collections.abc import Mapping, Sequence
from typing import Final

from ..phrase import Language, Phrase
from ..settings.paths import PATHS
from .control import Control
from .echo import echoed
from .near import meant
from .setting import NAMES, Setting
from .verb import Misused, Told, Verb

_COMMANDS: Final[Mapping[str, str]] = {
    "apiKey": "connect",
    "mode": "mode",
    "fallbacks": "fallback",
}
"""What has a command of its own, by the first part of its path."""

_BY_HAND: Final = (
    "listener",
    "port",
    "freeUrl",
    "enterUrl",
    "signatures",
    "refresh",
    "userAgent",
    "logs.levels",
)
"""
Who may come in, where a key is sent, what counts from a start on: whoever can type into a chat must
not be able to change these. Nor what takes any text at all, which might be a key by mistake.
"""

_ALL_NAMES: Final = (*NAMES, *PATHS)

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
_ELSEWHERE = Phrase(
    "`{name}` is changed with `/pollinations {command}`.",
    "`{name}` se change avec `/pollinations {command}`.",
)
_FILE_ONLY = Phrase(
    "`{name}` is changed in `config.json` itself, not by a command.",
    "`{name}` se change dans `config.json` même, pas par une commande.",
)
_HIDDEN = Phrase("`{name}` is not shown.", "`{name}` n'est pas montré.")


async def config(control: Control, words: Sequence[str]) -> Told:
    """Show all settings or one, or change one."""
    if not words:
        return _all(control)
    named, *value = words
    setting = Setting.named(named)
    if setting is None:
        return _unknown(control, named)
    if not value:
        return _one(control, setting)
    refusal = _refusal(control.language, setting.path)
    if refusal is not None:
        return Told(refusal, ok=False)
    if len(value) > 1:
        raise Misused
    return await _changed(control, setting, value[0])


def _all(control: Control) -> Told:
    language, settings = control.language, control.file.settings
    shown = [Setting(name, path) for name, path in NAMES.items() if name != "toast_verbosity"]
    lines = [_LINE(language, name=one.name, value=one.shown(settings)) for one in shown]
    text = "\n".join((_TITLE(language), "", *lines, _key(control), "", _MORE(language)))
    known = (Setting(path, path) for path in PATHS)
    return Told(text, {one.path: one.value(settings) for one in known if not one.secret})


def _key(control: Control) -> str:
    key = control.key()
    if key is None:
        return _NO_KEY(control.language)
    return _KEY(control.language, masked=f"`{key.masked}`", source=key.source)


def _one(control: Control, setting: Setting) -> Told:
    language, settings = control.language, control.file.settings
    if setting.secret:
        return Told(_HIDDEN(language, name=setting.path), ok=False)
    value, belongs = setting.shown(settings), setting.belongs(language)
    text = _ONE(language, name=setting.name, value=value, belongs=belongs)
    return Told(text, {setting.path: setting.value(settings)})


async def _changed(control: Control, setting: Setting, text: str) -> Told:
    change = setting.meant(text)
    if change is None:
        belongs = setting.belongs(control.language)
        return Told.misunderstood(_WRONG(control.language, name=setting.name, belongs=belongs))
    await control.file.save(change)
    # In the language that is spoken from now on.
    language, settings = control.language, control.file.settings
    value = setting.shown(settings)
    # A notification is plain text.
    control.changed(_CHANGED(language, name=setting.name, value=value.replace("`", "")))
    text = _SET(language, name=setting.name, value=value)
    return Told(text, {setting.path: setting.value(settings)})


def _refusal(language: Language, path: str) -> str | None:
    """Why a command does not change this setting, or ``None``."""
    first = path.partition(".")[0]
    if first in _COMMANDS:
        return _ELSEWHERE(language, name=path, command=_COMMANDS[first])
    by_hand = first in _BY_HAND or path in _BY_HAND
    return _FILE_ONLY(language, name=path) if by_hand else None


def _unknown(control: Control, named: str) -> Told:
    nearest = meant(named, _ALL_NAMES, control.language)
    listed = ", ".join(f"`{name}`" for name in NAMES)
    text = _UNKNOWN(control.language, name=echoed(named), nearest=nearest, names=listed)
    return Told.misunderstood(text)


CONFIG = Verb(
    "config",
    Phrase("Show or change settings", "Afficher ou changer les réglages"),
    config,
    "[key [value]]",
)
