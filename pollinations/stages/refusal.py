"""
A refusal that came as an ordinary answer with status 200.

A text is a refusal only when it begins with a phrase that the service uses
*and* something that no model's answer has bears it out. Nothing of it has left by then.
"""

from collections.abc import Sequence

import attrs

from ..chat.chunk import ANY, FINISH, ROLE, TEXT, USAGE, Chunk
from ..errors import UpstreamFailed
from .held import Held
from .stage import Stage

TEXT_LIMIT = 2048
"""The most bytes of text that are held back."""

CHUNK_LIMIT = 1024
"""The most chunks that are held back, as many as a refusal a few letters at a time would need."""

BYTE_LIMIT = 1024 * 1024
"""The most bytes that these chunks may have, with all that is not text."""


@attrs.frozen
class Phrase:
    """
    How a text begins that the service sends in place of an answer, and what that means.

    :param opening: its first words, in the spelling of :func:`_plain`.
    :param link: what a link in it contains.
    """

    opening: str
    status: int
    code: str
    message: str
    link: str = "ref=agent_"

    def failure(self) -> UpstreamFailed:
        """A new one each time: an exception keeps all that its traceback leads to."""
        return UpstreamFailed("reply", self.status, self.message, self.code)


PHRASES: Sequence[Phrase] = (
    Phrase(
        "The account behind this API key doesn't have enough credits",
        402,
        "insufficient_balance",
        "The account has not enough pollen for this request.",
    ),
    Phrase(
        "The API key used for this request has reached its budget",
        402,
        "key_budget_exhausted",
        "The API key has used up its budget.",
    ),
    Phrase(
        "The API key used for this request only spends Quest Pollen",
        402,
        "quest_pollen_only",
        "The API key spends Quest Pollen only, and that does not buy this request.",
    ),
    Phrase(
        "The API key used for this request isn't allowed to use",
        403,
        "model_not_allowed",
        "The API key is not allowed to use this model.",
    ),
    Phrase(
        "⚠ IMPORTANT NOTICE ⚠ The Pollinations legacy text API is being deprecated",
        502,
        "legacy_notice",
        "The free service sent a notice about its deprecation instead of an answer.",
        link="enter.pollinations.ai",
    ),
)

WORDS = max(len(phrase.opening.split()) for phrase in PHRASES)
"""How many words of a text are looked at."""


@attrs.define(eq=False)
class Refusal(Stage):
    """Holds back the beginning of an answer until it is known not to be a refusal."""

    _held: Held = attrs.field(factory=Held, init=False)
    _text: str = attrs.field(default="", init=False)
    _used: bool | None = attrs.field(default=None, init=False)
    """Whether tokens were counted; ``None``: the upstream has not said."""

    def received(self, chunk: Chunk) -> Sequence[Chunk]:
        """See :meth:`.stage.Stage.received`."""
        if self.done:
            return (chunk,)
        self._held.add(chunk)
        if not self._take(chunk):
            return self.released()
        phrase = self._phrase()
        if phrase is None:
            return self.released()
        if phrase.link in self._text:
            raise phrase.failure()
        if chunk.holds & FINISH and not self._opened(phrase):
            return self.released()
        return ()

    def released(self) -> Sequence[Chunk]:
        """See :meth:`.stage.Stage.released`."""
        self.done = True
        return self._held.let_go()

    def stopped(self) -> Sequence[Chunk]:
        """See :meth:`.stage.Stage.stopped`."""
        phrase = self._phrase() if self._held.chunks else None
        if phrase is not None and self._used is False and self._opened(phrase):
            raise phrase.failure()
        return self.released()

    def _take(self, chunk: Chunk) -> bool:
        """Whether this may still be a refusal, by its form: one text and nothing else."""
        if chunk.holds & ~(ANY | ROLE | TEXT | FINISH | USAGE):
            return False
        if chunk.holds & USAGE:
            self._used = _counted(chunk.data["usage"])
        for choice in chunk.choices:
            text = choice["delta"].get("content") or ""
            if choice["index"] or not isinstance(text, str):
                return False
            self._text += text
        return (
            len(self._text.encode(errors="replace")) <= TEXT_LIMIT
            and len(self._held.chunks) < CHUNK_LIMIT
            and self._held.size <= BYTE_LIMIT
        )

    def _phrase(self) -> Phrase | None:
        """The phrase whose beginning this text is, or which is the beginning of this text."""
        text = _plain(self._text)
        for phrase in PHRASES:
            if text.startswith(phrase.opening) or phrase.opening.startswith(text):
                return phrase
        return None

    def _opened(self, phrase: Phrase) -> bool:
        return _plain(self._text).startswith(phrase.opening)


def _plain(text: str) -> str:
    """
    *text* without marks of emphasis, and with one kind of space and of apostrophe, as far as any
    phrase goes.
    """
    bare = text.replace("*", "").replace("\ufe0f", "").replace("’", "'")
    words = bare.split(maxsplit=WORDS)
    return " ".join([*words, ""] if bare[-1:].isspace() else words)


def _counted(usage: dict[str, object]) -> bool:
    """Whether *usage* counts anything."""
    return any(value for value in usage.values() if type(value) in (int, float))
