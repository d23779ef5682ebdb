"""A stage that makes curly quotation marks straight, for answers that are pasted into code."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from twisted.trial.unittest import SynchronousTestCase

from pollinations.chat.chunk import TEXT, Chunk
from pollinations.stages import Context, Stage, stages_for
from pollinations.testing.chunks import chunk, context, passed

STRAIGHT = str.maketrans("“”‘’", "\"\"''")


@attrs.define(eq=False)
class StraightQuotes(Stage):
    """Makes quotation marks straight."""

    wants = TEXT

    @classmethod
    def concerns(cls, context: Context) -> bool:
        """Not where JSON was asked for: what stands in it is data."""
        return not context.request.wants_json

    def received(self, chunk: Chunk) -> Sequence[Chunk]:
        """See :meth:`pollinations.stages.stage.Stage.received`."""
        return (chunk.with_choices([_straight(choice) for choice in chunk.choices]),)


def _straight(choice: Mapping[str, Any]) -> Mapping[str, Any]:
    text = choice["delta"].get("content") or ""
    mended = text.translate(STRAIGHT)
    return choice if mended == text else {**choice, "delta": {**choice["delta"], "content": mended}}


def stages(context: Context) -> Sequence[Stage]:
    """Ours, and then those of the package."""
    own = [StraightQuotes(context)] if StraightQuotes.concerns(context) else []
    return [*own, *stages_for(context)]


class StraightQuotesTests(SynchronousTestCase):
    """Tests for :class:`StraightQuotes`."""

    def test_makes_quotes_straight(self) -> None:
        """One chunk in, one chunk out."""
        [given] = passed(StraightQuotes(context()), chunk("say “hi”"))
        self.assertEqual(given.choices[0]["delta"]["content"], 'say "hi"')

    def test_leaves_others_as_they_came(self) -> None:
        """What needs no change is the very same chunk, and leaves as the bytes that came."""
        plain = chunk("it's fine")
        [given] = passed(StraightQuotes(context()), plain)
        self.assertIs(given, plain)
