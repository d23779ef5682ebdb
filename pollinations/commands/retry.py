"""``retry``: forget which models were left alone after failures."""

from collections.abc import Sequence

from ..phrase import Phrase
from .control import Control
from .verb import Misused, Told, Verb

_NONE = Phrase(
    "No model was left alone; there is nothing to forget.",
    "Aucun modèle n'était mis de côté ; il n'y a rien à oublier.",
)
_ONE = Phrase(
    "✅ One model was left alone after failures; the next request asks it again.",
    "✅ Un modèle était mis de côté après des échecs ; la prochaine requête l'essaie de nouveau.",
)
_SOME = Phrase(
    "✅ {count} models were left alone after failures; the next requests ask them again.",
    "✅ {count} modèles étaient mis de côté après des échecs ; les prochaines requêtes les"
    " essaient de nouveau.",
)
_NOWHERE = Phrase(
    "No proxy runs, so no model is left alone.",
    "Aucun proxy ne tourne, donc aucun modèle n'est mis de côté.",
)


async def retry(control: Control, words: Sequence[str]) -> Told:
    """Forget all cooldowns."""
    if words:
        raise Misused
    if control.records is None:
        return Told(_NOWHERE(control.language), ok=False)
    count = control.outlook.cooldowns.clear()
    phrase = {0: _NONE, 1: _ONE}.get(count, _SOME)
    return Told(phrase(control.language, count=count), {"cleared": count})


RETRY = Verb(
    "retry",
    Phrase(
        "Ask again the models that were left alone after failures",
        "Essayer de nouveau les modèles mis de côté après des échecs",
    ),
    retry,
)
