"""
The tokens that were used: told once, at the end, whatever the upstream's habit is.

Some count in a last chunk of its own, some with the finish reason, some on every chunk anew.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from ..chat import loose
from ..chat.chunk import FINISH, USAGE, Chunk
from ..chat.request import ChatRequest, JSONObject, without
from .stage import Stage
from .texts import texts_of

TOKEN = 4
"""Characters that a token has, about, where nobody has counted."""


@attrs.define(eq=False)
class Usage(Stage):
    """Keeps what is counted before the end, and gives it at the end unless it was counted there."""

    wants = FINISH | USAGE
    _finished: frozenset[int] = attrs.field(default=frozenset(), init=False)
    _kept: Chunk | None = attrs.field(default=None, init=False)
    _given: Mapping[str, Any] | None = attrs.field(default=None, init=False)
    _estimate: Chunk | None = attrs.field(default=None, init=False)

    def received(self, chunk: Chunk) -> Sequence[Chunk]:
        """See :meth:`.stage.Stage.received`."""
        if chunk.holds & FINISH:
            self._finished |= {c["index"] for c in chunk.choices if c.get("finish_reason")}
        return self._counted(chunk) if chunk.holds & USAGE else (chunk,)

    def stopped(self) -> Sequence[Chunk]:
        """See :meth:`.stage.Stage.stopped`."""
        chunk = self._kept or self._estimate
        return () if chunk is None or self._given is not None else (chunk,)

    def _counted(self, chunk: Chunk) -> Sequence[Chunk]:
        usage = chunk.data["usage"]
        if usage.get("estimated"):
            self._estimate = chunk.bare(usage=usage)
        elif len(self._finished) < self._context.wanted:
            self._kept = chunk.bare(usage=usage) if chunk.choices else chunk
        elif usage != self._given:
            self._given, self._kept = usage, None
            return (chunk,)
        if not chunk.choices:
            return ()
        return (Chunk.of(without(chunk.data, "usage"), None, chunk.last),)


def estimate(request: ChatRequest, characters: int) -> Mapping[str, Any]:
    """
    The usage of an answer that we ended before the upstream had counted.

    :param characters: how long the answer is.
    """
    prompt, completion = -(-_length(request) // TOKEN), -(-characters // TOKEN)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "estimated": True,
    }


def _length(request: ChatRequest) -> int:
    """How many characters the prompt has, its tools included and its images not."""
    contents = (message.get("content") for message in request.messages)
    texts = (text for content in contents for text in texts_of(content))
    return sum(map(len, texts)) + (_written(request.tools) if request.tools else 0)


def _written(tools: Sequence[JSONObject]) -> int:
    try:
        return len(loose.dumps(tools))
    except ValueError:
        # Nested so deeply that no model was sent them.
        return 0
