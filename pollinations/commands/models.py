"""``models``: which models there are, what they cost, and what they can do."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from ..phrase import Language, Phrase
from ..routing.listing import display_name
from ..routing.route import ENTER, FREE
from . import numbers
from .control import Control
from .listed import Listed, all_listed
from .markdown import code, codes, plain, row
from .near import near
from .verb import Told, Verb

ROWS: Final = 30
"""The most models that are shown."""

NEAREST: Final = 5
"""The most names that are told of when nothing was found."""

_HEAD = Phrase(
    "| Model | Name | In / Out | Can | Context |", "| Modèle | Nom | In / Out | Sait | Contexte |"
)
_RULE = "| :--- | :--- | :---: | :--- | :---: |"
_PRICES = Phrase(
    "_Prices: pollen for a million tokens. 💎: purchased pollen only._",
    "_Prix : pollen par million de tokens. 💎 : pollen acheté seulement._",
)
_FREE = Phrase("free", "gratuit")
_MORE = Phrase(
    "_{count} more are not shown; say what you look for:_ `/pollinations models claude`",
    "_{count} autres ne sont pas montrés ; précisez :_ `/pollinations models claude`",
)
_NEED_KEY = Phrase(
    "_Models of_ `enter` _need an API key:_ `/pollinations connect <key>`",
    "_Les modèles_ `enter` _demandent une clé API :_ `/pollinations connect <clé>`",
)
_NONE = Phrase("No model is like that.", "Aucun modèle ne correspond.")
_NEAR = Phrase(
    "No model is like that. Near: {names}.", "Aucun modèle ne correspond. Proches : {names}."
)


async def models(control: Control, words: Sequence[str]) -> Told:
    """Search the models of both universes; without words, list them."""
    language, situation = control.language, control.situation
    wanted = [word.lower() for word in words]
    listed = all_listed(situation.catalogue)
    found = sorted((one for one in listed if one.fits(wanted)), key=lambda one: one.rank(wanted))
    if not found:
        names = near(" ".join(wanted), (name for one in listed for name in one.names), NEAREST)
        return Told(_nothing(names, language), {"total": 0, "models": [], "near": names}, ok=False)
    lines = list(_table(found[:ROWS], language))
    if len(found) > ROWS:
        lines += ["", _MORE(language, count=len(found) - ROWS)]
    if not situation.has_key and any(one.universe == ENTER for one in found):
        lines += ["", _NEED_KEY(language)]
    data = {"total": len(found), "models": [_data(one) for one in found], "near": []}
    return Told("\n".join(lines), data)


def _nothing(names: Sequence[str], language: Language) -> str:
    if not names:
        return _NONE(language)
    return _NEAR(language, names=codes(names))


def _table(found: Sequence[Listed], language: Language) -> Iterator[str]:
    yield from (_PRICES(language), "", _HEAD(language), _RULE)
    for one in found:
        model = one.model
        yield row(
            code(one.id),
            f"{'💎 ' if model.paid_only else ''}{plain(display_name(model))}",
            _price(one, language),
            ", ".join(one.abilities(language)) or numbers.UNKNOWN,
            numbers.size(model.context_length),
        )


def _price(one: Listed, language: Language) -> str:
    if one.universe == FREE:
        return _FREE(language)
    read, written = one.prices
    if read is written is None:
        return numbers.UNKNOWN
    return f"{numbers.price(read)} / {numbers.price(written)}"


def _data(one: Listed) -> dict[str, Any]:
    model, (read, written) = one.model, one.prices
    return {
        "id": one.id,
        "universe": one.universe,
        "name": display_name(model),
        "publisher": model.publisher or None,
        "aliases": list(model.aliases),
        "price": {"input": read, "output": written},
        "tools": model.tools,
        "reasoning": model.reasoning,
        "paid_only": model.paid_only,
        "input_modalities": list(model.input_modalities),
        "context_length": model.context_length,
        "max_output_tokens": model.max_output_tokens,
    }


MODELS = Verb(
    "models",
    Phrase(
        "Search the models, with prices and what each can do",
        "Chercher parmi les modèles, avec prix et capacités",
    ),
    models,
    "[query]",
)
