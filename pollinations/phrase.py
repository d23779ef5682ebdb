"""Sentences in the languages that commands, and others, speak."""

import re
from typing import Any, Literal

import attrs

Language = Literal["en", "fr"]


def _unbroken(text: str) -> str:
    """French *text* with no line broken before a sign that stands apart from its word."""
    return re.sub(r"(?<=\S) (?=[:;!?%»])|(?<=«) ", "\N{NO-BREAK SPACE}", text)


@attrs.frozen
class Phrase:
    """
    One sentence in each language, with places for fields as in :meth:`str.format`.

    :param en: in English.
    :param fr: in French. What stands before a colon may be written as a common space.
    """

    en: str
    fr: str = attrs.field(converter=_unbroken)

    def __call__(self, language: Language, **fields: Any) -> str:
        """The sentence in *language*, with its fields filled in."""
        return (self.fr if language == "fr" else self.en).format(**fields)
