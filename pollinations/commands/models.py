"""``models``: which models there are, what they cost, and what they can do."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import attrs

from ..routing.catalogue import Catalogue, Model
from ..routing.listing import display_name
from ..routing.route import ENTER, FREE
from . import figures
from .control import Control
from .near import near
from .phrase import Language, Phrase
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

_TOOLS = Phrase("tools", "outils")
_REASONING = Phrase("reasoning", "raisonnement")
_READS = {
    "image": Phrase("vision", "vision"),
    "audio": Phrase("audio", "audio"),
    "video": Phrase("video", "vidéo"),
}


@attrs.frozen
class _Listed:
    """A model of a universe."""

    universe: str
    model: Model

    @property
    def id(self) -> str:
        return f"{self.universe}/{self.model.name}"

    @property
    def names(self) -> tuple[str, ...]:
        """All that a search for it may name exactly."""
        return self.id.lower(), self.model.name.lower(), *map(str.lower, self.model.aliases)

    @property
    def prices(self) -> tuple[float | None, float | None]:
        """Of a million tokens read, and written, in pollen."""
        pricing = self.model.pricing
        read, written = pricing.get("promptTextTokens"), pricing.get("completionTextTokens")
        return figures.per_million(read), figures.per_million(written)

    def rank(self, words: Sequence[str]) -> tuple[Any, ...]:
        """Where it stands among what *words* have found: called so, free, then the cheaper."""
        called = any(word in self.names for word in words)
        named = any(word in name for word in words for name in self.names)
        known = [price for price in self.prices if price is not None]
        cheap = (not known, sum(known))
        return not called, not named, self.universe != FREE, cheap, self.model.name


async def models(control: Control, words: Sequence[str]) -> Told:
    """Search the models of both universes; without words, list them."""
    language, situation = control.language, control.situation
    wanted = [word.lower() for word in words]
    listed = [_Listed(*one) for one in _all(situation.catalogue)]
    found = sorted(
        (one for one in listed if _matches(one, wanted)), key=lambda one: one.rank(wanted)
    )
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


def _all(catalogue: Catalogue) -> Iterator[tuple[str, Model]]:
    for universe, listed in catalogue.models.items():
        yield from ((universe, model) for model in listed)


def _matches(one: _Listed, words: Sequence[str]) -> bool:
    """Whether all *words* are somewhere in what is known of it."""
    model = one.model
    about = "\n".join(
        (*one.names, model.title, model.description, model.publisher, *_abilities(model, "en"))
    ).lower()
    return all(word in about for word in words)


def _abilities(model: Model, language: Language) -> Iterator[str]:
    if model.tools:
        yield _TOOLS(language)
    if model.reasoning:
        yield _REASONING(language)
    for modality, phrase in _READS.items():
        if modality in model.input_modalities:
            yield phrase(language)


def _nothing(names: Sequence[str], language: Language) -> str:
    if not names:
        return _NONE(language)
    return _NEAR(language, names=", ".join(map(figures.code, names)))


def _table(found: Sequence[_Listed], language: Language) -> Iterator[str]:
    yield from (_PRICES(language), "", _HEAD(language), _RULE)
    for one in found:
        model = one.model
        cells = (
            figures.code(one.id),
            f"{'💎 ' if model.paid_only else ''}{figures.plain(display_name(model))}",
            _price(one, language),
            ", ".join(_abilities(model, language)) or figures.UNKNOWN,
            figures.size(model.context_length),
        )
        yield f"| {' | '.join(cells)} |"


def _price(one: _Listed, language: Language) -> str:
    if one.universe == FREE:
        return _FREE(language)
    read, written = one.prices
    if read is written is None:
        return figures.UNKNOWN
    return f"{figures.price(read)} / {figures.price(written)}"


def _data(one: _Listed) -> dict[str, Any]:
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
