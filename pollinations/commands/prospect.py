"""What the next request for an ``enter`` model would meet, as things are: the router is asked."""

from typing import Any

from ..chat.request import ChatRequest
from ..errors import InvalidRequest
from ..phrase import Phrase
from ..routing.route import ENTER
from ..routing.router import TierRouter
from ..routing.situation import Situation
from .control import Control

_OWN = Phrase(
    "The next request for an `enter` model is answered by that model.",
    "La prochaine requête pour un modèle `enter` est servie par ce modèle.",
)
_OTHER = Phrase(
    "The next request for an `enter` model is answered by `{model}`: {reason}.",
    "La prochaine requête pour un modèle `enter` est servie par `{model}` : {reason}.",
)
_REFUSED = Phrase(
    "There is no key, so requests for `enter` models are refused (401):"
    " `/pollinations connect <key>`.",
    "Il n'y a pas de clé, donc les requêtes pour des modèles `enter` sont refusées (401) :"
    " `/pollinations connect <clé>`.",
)


async def prospect(control: Control) -> tuple[str, dict[str, Any]]:
    """A sentence that says so, and the same for a program."""
    language = control.language
    asked = ChatRequest({"model": f"{ENTER}/{_usual(control.situation)}", "messages": []})
    # That request would wait as well, and what it waits for decides.
    await control.outlook.settled(asked)
    situation = control.situation
    try:
        route = TierRouter().route(asked, situation)
    except InvalidRequest:
        return _REFUSED(language), {"enter": "refused"}
    if not route.reason:
        return _OWN(language), {"enter": "answered"}
    said = _OTHER(language, model=route.name, reason=route.reason)
    return said, {"enter": "replaced", "by": route.name, "reason": route.reason}


def _usual(situation: Situation) -> str:
    """A model that neither purchased pollen alone buys nor a failure has put aside."""
    models = situation.catalogue.models.get(ENTER, ())
    usual = (m for m in models if not m.paid_only and (ENTER, m.name) not in situation.cooling)
    return next((model.name for model in usual), "openai")
