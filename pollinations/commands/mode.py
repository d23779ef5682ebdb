"""``mode``: which rules decide whether an ``enter`` request is paid for."""

from collections.abc import Sequence
from typing import get_args

from ..phrase import Phrase
from ..settings.schema import Mode
from .control import Control
from .prospect import prospect
from .verb import Misused, Told, Verb

_NOW = Phrase("Mode: **{mode}**{chosen}. {meaning}", "Mode : **{mode}**{chosen}. {meaning}")
_SET = Phrase("✅ Mode: **{mode}**. {meaning}", "✅ Mode : **{mode}**. {meaning}")
_BY_DEFAULT = Phrase(" (by default)", " (par défaut)")
_WRONG = Phrase("There is no such mode. Modes: {modes}.", "Ce mode n'existe pas. Modes : {modes}.")
_CHANGED = Phrase("The mode is {mode} now", "Le mode est maintenant {mode}")

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
    """Show the mode, or change it. One that was chosen stays, whatever keys come and go."""
    if not words:
        return await _told(control, _NOW)
    wanted, *extra = words
    if extra:
        raise Misused
    if wanted.lower() not in get_args(Mode):
        return Told.misunderstood(_WRONG(control.language, modes=", ".join(get_args(Mode))))
    await control.file.save({"mode": wanted.lower()})
    control.changed(_CHANGED(control.language, mode=control.situation.mode))
    return await _told(control, _SET)


async def _told(control: Control, phrase: Phrase) -> Told:
    situation, language = control.situation, control.language
    mode, chosen = situation.mode, situation.settings.mode is not None
    meaning, next_one = _MEANING[mode](language), await prospect(control)
    by_default = "" if chosen else _BY_DEFAULT(language)
    text = phrase(language, mode=mode, chosen=by_default, meaning=f"{meaning}\n\n{next_one[0]}")
    return Told(text, {"mode": mode, "chosen": chosen, **next_one[1]})


MODE = Verb(
    "mode",
    Phrase("Show or change the mode", "Afficher ou changer le mode"),
    mode,
    "[manual|alwaysfree|pro]",
)
