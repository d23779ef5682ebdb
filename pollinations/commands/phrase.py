"""Sentences in the languages that commands speak."""

from typing import Any, Literal

import attrs

Language = Literal["en", "fr"]


@attrs.frozen
class Phrase:
    """
    One sentence in each language, with places for fields as in :meth:`str.format`.

    :param en: in English.
    :param fr: in French.
    """

    en: str
    fr: str

    def __call__(self, language: Language, **fields: Any) -> str:
        """The sentence in *language*, with its fields filled in."""
        return (self.fr if language == "fr" else self.en).format(**fields)
