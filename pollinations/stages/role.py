"""
Who speaks: told once for each choice.

Gemini's deltas say it every time, and clients join what they are told, as they join the text: the
openai client's ``stream()`` makes an ``assistantassistant`` of it, which no model takes back.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from ..chat.chunk import ROLE, Chunk
from ..chat.request import without
from .stage import Stage


@attrs.define(eq=False)
class Role(Stage):
    """Drops the role of a delta whose choice has had one."""

    wants = ROLE
    _told: frozenset[int] = attrs.field(default=frozenset(), init=False)

    def received(self, chunk: Chunk) -> Sequence[Chunk]:
        """See :meth:`.stage.Stage.received`."""
        return (chunk.with_choices([self._choice(choice) for choice in chunk.choices]),)

    def _choice(self, choice: Mapping[str, Any]) -> Mapping[str, Any]:
        if not choice["delta"].get("role"):
            return choice
        if choice["index"] not in self._told:
            self._told |= {choice["index"]}
            return choice
        return {**choice, "delta": without(choice["delta"], "role")}
