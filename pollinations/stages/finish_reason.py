"""
The finish reason: one of OpenAI's words, and the true one for the whole answer.

OpenCode repeats a request for ever when an answer without tool calls ends in any other word.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from ..chat.chunk import CALLS, FINISH, Chunk
from .stage import Stage

WORDS: Mapping[str, str] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "function_call",
    "max_tokens": "length",
    "model_length": "length",
    "safety": "content_filter",
}
"""What upstreams say, in lower case, and what it is in OpenAI's words; all else is ``stop``."""


@attrs.define(eq=False)
class FinishReason(Stage):
    """Says ``tool_calls`` when there were tool calls, and says everything in OpenAI's words."""

    wants = CALLS | FINISH
    _called: set[int] = attrs.field(factory=set, init=False)

    def received(self, chunk: Chunk) -> Sequence[Chunk]:
        """See :meth:`.stage.Stage.received`."""
        if chunk.holds & CALLS:
            for choice in chunk.choices:
                if choice["delta"].get("tool_calls"):
                    self._called.add(choice["index"])
        if not chunk.holds & FINISH:
            return (chunk,)
        return (chunk.with_choices([self._choice(choice) for choice in chunk.choices]),)

    def _choice(self, choice: Mapping[str, Any]) -> Mapping[str, Any]:
        said = choice.get("finish_reason")
        if not said:
            return choice
        reason = WORDS.get(said.lower(), "stop")
        if reason in ("stop", "tool_calls"):
            reason = "tool_calls" if choice["index"] in self._called else "stop"
        return choice if reason == said else {**choice, "finish_reason": reason}
