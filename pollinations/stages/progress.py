"""How far an upstream has come with its answer."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from ..chat.chunk import FINISH, USAGE, Chunk
from ..errors import UpstreamFailed

CHOICE_LIMIT = 1024
"""The most choices in one answer; OpenAI's own limit is 128."""

_TELLING = FINISH | USAGE


@attrs.define(eq=False)
class Progress:
    """
    What is known of an answer from the chunks that have come.

    :param usage: the tokens that were counted, once somebody has said.
    """

    usage: Mapping[str, Any] | None = None
    _latest: Mapping[str, Any] | None = attrs.field(default=None, init=False)
    """The data of the latest chunk that told something of this."""

    _choices: dict[int, bool] = attrs.field(factory=dict, init=False)
    """The choices that have begun, and whether each has its finish reason."""

    def received(self, chunk: Chunk) -> None:
        """
        Another chunk has come.

        :raises UpstreamFailed: there are more choices than an answer may have.
        """
        choices = chunk.data["choices"]
        # Most events say nothing of how far the upstream has come.
        if chunk.holds & _TELLING or len(choices) != 1 or choices[0]["index"] not in self._choices:
            self._note(chunk)

    @property
    def begun(self) -> bool:
        """Whether any choice has begun."""
        return bool(self._choices)

    @property
    def whole(self) -> bool:
        """Whether every choice that has begun has its finish reason."""
        return self.begun and all(self._choices.values())

    def missing(self) -> Sequence[Chunk]:
        """The ends of the choices that have none."""
        if self._latest is None:
            return ()
        unfinished = [index for index, finished in self._choices.items() if not finished]
        latest = Chunk.of(self._latest)
        return [latest.saying(index, {}, "stop") for index in unfinished]

    def _note(self, chunk: Chunk) -> None:
        self._latest = chunk.data
        if chunk.holds & USAGE:
            self.usage = chunk.data["usage"]
        for choice in chunk.choices:
            finished = self._choices.get(choice["index"], False) or choice.get("finish_reason")
            self._choices[choice["index"]] = bool(finished)
        if len(self._choices) > CHOICE_LIMIT:
            raise UpstreamFailed("reply", 502, "The answer held too many choices.", "too_large")
