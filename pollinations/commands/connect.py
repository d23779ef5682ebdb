"""``connect``: take a key into use, once it was found good."""

from collections.abc import Iterator, Sequence

import attrs

from ..errors import InvalidRequest, UpstreamFailed
from ..phrase import Phrase
from .control import Connected, Control
from .prospect import prospect
from .verb import Told, Verb

_HOW = Phrase(
    "Type `/pollinations connect <key>`. Keys are made at <https://enter.pollinations.ai>. The key"
    " is checked first; one that fails changes nothing.",
    "Tapez `/pollinations connect <clé>`. Les clés se créent sur <https://enter.pollinations.ai>."
    " La clé est d'abord vérifiée ; une clé refusée ne change rien.",
)
_EXTRA = Phrase(
    "A key is one word. Nothing was changed.", "Une clé est un seul mot. Rien n'a été changé."
)
_REFUSED = {
    "keys_not_kept": Phrase(
        "A demonstration keeps no keys; start the proxy without `--demo`.",
        "Une démonstration ne garde pas de clé ; lancez le proxy sans `--demo`.",
    ),
    "key_invalid": Phrase(
        "❌ Pollinations does not know this key. Nothing was changed.",
        "❌ Pollinations ne connaît pas cette clé. Rien n'a été changé.",
    ),
    "key_without_models": Phrase(
        "❌ This key may use no chat model. Nothing was changed.",
        "❌ Cette clé ne donne accès à aucun modèle de chat. Rien n'a été changé.",
    ),
    "key_unchecked": Phrase(
        "⚠️ The network, not the key: Pollinations cannot be reached to check it. Nothing was"
        " changed; try again later.",
        "⚠️ C'est le réseau, pas la clé : Pollinations est injoignable pour la vérifier. Rien n'a"
        " été changé ; réessayez plus tard.",
    ),
}
_GOOD = Phrase(
    "✅ **Connected**: {models} models, {paid} of them 💎 Paid (purchased pollen only).",
    "✅ **Connecté** : {models} modèles, dont {paid} 💎 Paid (pollen acheté uniquement).",
)
_LIMITED = Phrase(
    "The key is limited: chat works, but it may not look at its account, so `usage` cannot show"
    " what is left, and in `alwaysfree` a free model answers instead.",
    "La clé est limitée : le chat fonctionne, mais elle ne peut pas consulter son compte ;"
    " `usage` ne montre donc pas ce qui reste, et en `alwaysfree` un modèle gratuit répond.",
)
_BEHIND = Phrase(
    "⚠️ It is kept, but not in force: the key from {source} goes before it.",
    "⚠️ Elle est gardée, mais pas utilisée : la clé de {source} passe avant.",
)
_SOMEWHERE = Phrase("another place", "un autre endroit")
_MODE = Phrase("Mode: **{mode}**. {next}", "Mode : **{mode}**. {next}")
_CHOSEN = Phrase("Mode: **{mode}**, as you chose. {next}", "Mode : **{mode}**, votre choix. {next}")
_CONNECTED = Phrase("A key is connected", "Une clé est connectée")


async def connect(control: Control, words: Sequence[str]) -> Told:
    """Check a key, keep it, and say what it is good for."""
    language = control.language
    if len(words) != 1:
        return Told((_EXTRA if words else _HOW)(language), ok=False)
    try:
        found = await control.connect(words[0])
    except (InvalidRequest, UpstreamFailed) as e:
        if e.code not in _REFUSED:
            raise
        return Told(_REFUSED[e.code](language), {"code": e.code}, ok=False)
    control.changed(_CONNECTED(language))
    following, _ = await prospect(control)
    text, mode = "\n\n".join(_said(control, found, following)), control.situation.mode
    return Told(text, {**attrs.asdict(found), "mode": mode})


def _said(control: Control, found: Connected, following: str) -> Iterator[str]:
    """What the key is good for, whether it counts, and what becomes of the next request."""
    situation, language = control.situation, control.language
    yield _GOOD(language, models=found.models, paid=found.paid)
    if found.limited:
        yield _LIMITED(language)
    if not found.in_force:
        yield _BEHIND(language, source=found.source or _SOMEWHERE(language))
    phrase = _MODE if situation.settings.mode is None else _CHOSEN
    yield phrase(language, mode=situation.mode, next=following)


CONNECT = Verb(
    "connect",
    Phrase("Take a key into use", "Utiliser une clé"),
    connect,
    "<key>",
)
