"""
The finish reason: one of OpenAI's words, and the true one for the whole answer.

OpenCode repeats a request for ever when an answer without tool calls ends in any other word.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from ..chat.chunk import CALLS, FINISH, OTHER, Chunk
from .stage import Stage

WORDS: Mapping[str, str] = {
    "length": "length",
    "content_filter": "content_filter",
    "max_tokens": "length",
    "model_length": "length",
    "safety": "content_filter",
}
"""What upstreams say, in lower case, and what it is in OpenAI's words; all else is ``stop``."""

_CALLS = ("tool_calls", "function_call")
"""Fields of a message that are calls; an answer that makes such calls ends in the same word."""


def ending(said: str) -> str:
    """How an answer ended of which an upstream *said* this, whether or not it made calls."""
    return WORDS.get(said.lower(), "stop")


@attrs.define(eq=False)
class FinishReason(Stage):
    """Says ``tool_calls`` when there were tool calls, and says everything in OpenAI's words."""

    wants = CALLS | FINISH | OTHER
    _called: dict[int, str] = attrs.field(factory=dict, init=False)
    """The choices that made calls, and the word for calls of their kind."""

    def received(self, chunk: Chunk) -> Sequence[Chunk]:
        """See :meth:`.stage.Stage.received`."""
        if chunk.holds & (CALLS | OTHER):
            for choice in chunk.choices:
                for field in _CALLS:
                    if choice["delta"].get(field):
                        self._called.setdefault(choice["index"], field)
        if not chunk.holds & FINISH:
            return (chunk,)
        return (chunk.with_choices([self._choice(choice) for choice in chunk.choices]),)

    def _choice(self, choice: Mapping[str, Any]) -> Mapping[str, Any]:
        said = choice.get("finish_reason")
        if not said:
            return choice
        reason = ending(said)
        if reason == "stop":
            reason = self._called.get(choice["index"], reason)
        return choice if reason == said else {**choice, "finish_reason": reason}
