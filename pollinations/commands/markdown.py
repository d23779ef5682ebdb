"""What others have written, in Markdown: none of it breaks a line, a table or what is code."""

from collections.abc import Iterable
from typing import Final

from .numbers import UNKNOWN

_BREAKING: Final = str.maketrans({"`": "'", "|": "¦"})


def code(text: str) -> str:
    """*text* as code."""
    clean = "".join(letter for letter in text[:100] if letter.isprintable()).translate(_BREAKING)
    return f"`{clean.strip()}`" if clean.strip() else UNKNOWN


def codes(texts: Iterable[str]) -> str:
    """*texts* as code, one after the other."""
    return ", ".join(map(code, texts))


def plain(text: str) -> str:
    """*text* as words."""
    words = " ".join(text.split()).translate(_BREAKING)
    return "".join(filter(str.isprintable, words))[:200] or UNKNOWN


def row(*cells: str) -> str:
    """One line of a table."""
    return f"| {' | '.join(cells)} |"
