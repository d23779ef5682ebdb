"""``mode``: which rules decide whether an ``enter`` request is paid for."""

from collections.abc import Sequence
from typing import get_args

from ..settings.schema import Mode
from .control import Control
from .phrase import Phrase
from .verb import Told, Verb

_NOW = Phrase("Mode: **{mode}**. {meaning}", "Mode : **{mode}**. {meaning}")
_SET = Phrase("✅ Mode: **{mode}**. {meaning}", "✅ Mode : **{mode}**. {meaning}")
_WRONG = Phrase("There is no such mode. Modes: {modes}.", "Ce mode n'existe pas. Modes : {modes}.")

_MEANING = {
    "manual": Phrase(
        "Each request goes to the model that it names; nothing falls back.",
        "Chaque requête va au modèle demandé ; rien n'est remplacé.",
    ),
    "alwaysfree": Phrase(
        "The wallet is never touched: what the grant does not pay for is answered for free.",
        "Le portefeuille n'est jamais touché : ce que l'allocation ne paie pas est servi"
        " gratuitement.",
    ),
    "pro": Phrase(
        "The grant pays first, then the wallet; when both run out, a free model answers.",
        "L'allocation paie d'abord, puis le portefeuille ; quand les deux sont vides, un modèle"
        " gratuit répond.",
    ),
}


async def mode(control: Control, words: Sequence[str]) -> Told:
    """Show the mode, or change it."""
    if not words:
        return _told(control, _NOW)
    wanted, *extra = words
    if extra or wanted not in get_args(Mode):
        return Told(_WRONG(control.language, modes=", ".join(get_args(Mode))), ok=False)
    await control.file.save({"mode": wanted})
    return _told(control, _SET)


def _told(control: Control, phrase: Phrase) -> Told:
    mode, language = control.situation.mode, control.language
    return Told(phrase(language, mode=mode, meaning=_MEANING[mode](language)), {"mode": mode})


MODE = Verb(
    "mode",
    Phrase("Show or change the mode", "Afficher ou changer le mode"),
    mode,
    "[manual|alwaysfree|pro]",
)
