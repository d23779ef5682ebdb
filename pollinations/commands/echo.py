"""
What was typed, as far as it may be said again.

Whoever types a command may type a key into any place of it, and answers go into conversations,
which go to models, and into logs. The rule of this file: what could be a key is never said.
"""

import re
from typing import Final

UNSAID: Final = "…"
"""Stands for what is not said."""

_TAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,47}")
_LIKE_A_KEY = re.compile(r"(?<![a-z])(sk|pk|plln|key|token|local)[_-]", re.IGNORECASE)
_RANDOM = re.compile(r"(?=[a-z]*[0-9])(?=[0-9]*[a-z])[a-z0-9]{12}|[a-z0-9]{20}", re.IGNORECASE)


def sayable(word: str) -> bool:
    """
    Whether *word* may be said again.

    Such are names as commands, settings and models have them: short, of letters, digits and a few
    signs that mean nothing in Markdown, without the beginning of a key or a part that looks drawn
    at random.
    """
    like_a_key = _LIKE_A_KEY.search(word) or _RANDOM.search(word)
    return _TAME.fullmatch(word) is not None and not like_a_key


def echoed(word: str) -> str:
    """*word* as Markdown code, or a sign that it is not said."""
    return f"`{word if sayable(word) else UNSAID}`"
