"""What a check found."""

from collections.abc import Mapping
from typing import Any, Literal

import attrs

from ...phrase import Language, Phrase

State = Literal["ok", "warn", "fail"]

SIGNS: Mapping[State, str] = {"ok": "✅", "warn": "⚠️", "fail": "❌"}


@attrs.frozen
class Finding:
    """
    What one check found.

    :param name: what was looked at: ``proxy``, ``key``.
    :param state: ``ok``; ``warn``: works, with something to know; ``fail``: does not.
    :param what: what is.
    :param do: what to do about it, or ``None``.
    :param fields: what both have places for.
    """

    name: str
    state: State
    what: Phrase
    do: Phrase | None = None
    fields: Mapping[str, Any] = attrs.field(factory=dict)

    def line(self, language: Language) -> str:
        """For a person, as an item of a Markdown list."""
        line = f"- {SIGNS[self.state]} **{self.name}**: {self.what(language, **self.fields)}"
        advice = self.advice(language)
        return f"{line}\n  → {advice}" if advice else line

    def data(self, language: Language) -> Mapping[str, Any]:
        """For a program."""
        what = self.what(language, **self.fields)
        return {
            "name": self.name,
            "state": self.state,
            "what": what.replace("`", ""),
            "do": self.advice(language).replace("`", ""),
        }

    def advice(self, language: Language) -> str:
        """What to do, or nothing."""
        return "" if self.do is None else self.do(language, **self.fields)
