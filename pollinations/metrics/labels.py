"""
What labels may say. Whatever the values that come in, each label has few of them: a time series is
kept for every combination, by us and by whoever collects them.
"""

from collections.abc import Mapping
from typing import Final

import attrs

OTHER: Final = "other"
"""What is said of all that there is no word for."""

NONE: Final = "none"
"""What is said where there is nothing to say."""

LIMIT: Final = 200
"""How many words of one kind are told apart; all that come later are :data:`OTHER`."""

LONGEST: Final = 100
"""The most characters of a word."""

IN_BAND: Final = frozenset(
    {
        "insufficient_balance",
        "key_budget_exhausted",
        "quest_pollen_only",
        "model_not_allowed",
        "legacy_notice",
        "empty_answer",
        "incomplete_answer",
        "too_large",
        "upstream_error",
    }
)
CUTS: Mapping[str, str] = {"stop": "guillotine", "length": "repetition"}
ENDPOINTS: Mapping[str, str] = {
    "chat/completions": "chat",
    "models": "models",
    "opencode": "opencode",
    "health": "health",
    "auth": "auth",
    "notifications": "notifications",
    "commands": "commands",
    "metrics": "metrics",
}


@attrs.define(eq=False)
class Vocabulary:
    """
    Words that are told apart: the first that come.

    :param limit: how many.
    """

    _limit: int = LIMIT
    _known: set[str] = attrs.field(factory=set, init=False)

    def word(self, text: str) -> str:
        """*text*, or :data:`OTHER` where there are too many."""
        text = text[:LONGEST]
        if text not in self._known:
            if len(self._known) >= self._limit:
                return OTHER
            self._known.add(text)
        return text


def endpoint(path: str) -> str:
    """What is at *path*."""
    bare = "/".join(part for part in path.split("/") if part).removeprefix("v1/")
    if bare in ENDPOINTS:
        return ENDPOINTS[bare]
    first = bare.partition("/")[0]
    return first if first in ("models", "health") else OTHER


def in_band(code: str) -> str:
    """The word for a failure that was sent with status 200."""
    return code if code in IN_BAND else OTHER


def cut(finish_reason: str) -> str:
    """What it was that cut off an answer, by the finish reason that it gives."""
    return CUTS.get(finish_reason, OTHER)


def status_class(status: int) -> str:
    """``2xx`` and so on."""
    return f"{status // 100}xx" if 100 <= status <= 599 else OTHER


def origin(status: int) -> str:
    """Whose fault it is that a request which went to no model was answered with *status*."""
    if status < 400:
        return NONE
    if status in (502, 504):
        return "upstream"
    return "proxy" if status >= 500 else "client"
