"""A model among others: what it is found by, and where it stands."""

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from ..phrase import Language, Phrase
from ..routing.catalogue import Catalogue, Model
from ..routing.route import FREE
from . import numbers

_TOOLS = Phrase("tools", "outils")
_REASONING = Phrase("reasoning", "raisonnement")
_READS = {
    "image": Phrase("vision", "vision"),
    "audio": Phrase("audio", "audio"),
    "video": Phrase("video", "vidéo"),
}


@attrs.frozen
class Listed:
    """
    A model of a universe.

    :param universe: the universe that it is listed in.
    """

    universe: str
    model: Model

    @property
    def id(self) -> str:
        """What a request names."""
        return f"{self.universe}/{self.model.name}"

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is called, in lower case."""
        return tuple(map(str.lower, (self.id, *self.model.names)))

    @property
    def prices(self) -> tuple[float | None, float | None]:
        """Of a million tokens read, and written, in pollen; ``None`` where nobody says."""
        pricing = self.model.pricing
        read, written = pricing.get("promptTextTokens"), pricing.get("completionTextTokens")
        return numbers.per_million(read), numbers.per_million(written)

    def abilities(self, language: Language) -> Iterator[str]:
        """What it can do beyond reading and writing text."""
        if self.model.tools:
            yield _TOOLS(language)
        if self.model.reasoning:
            yield _REASONING(language)
        for modality, phrase in _READS.items():
            if modality in self.model.input_modalities:
                yield phrase(language)

    def fits(self, words: Sequence[str]) -> bool:
        """
        Whether all *words* are somewhere in what is known of it.

        :param words: in lower case.
        """
        model, able = self.model, self.abilities("en")
        known = (*self.names, model.title, model.description, model.publisher, *able)
        about = "\n".join(known).lower()
        return all(word in about for word in words)

    def rank(self, words: Sequence[str]) -> tuple[Any, ...]:
        """Where it stands among those that *words* fit: called so, free, then the cheaper."""
        called = any(word in self.names for word in words)
        named = any(word in name for word in words for name in self.names)
        known = [price for price in self.prices if price is not None]
        return not called, not named, self.universe != FREE, not known, sum(known), self.model.name


def all_listed(catalogue: Catalogue) -> list[Listed]:
    """The models of all universes, in the order of their lists."""
    return [
        Listed(universe, model) for universe, models in catalogue.models.items() for model in models
    ]
