"""Cuts off an answer that repeats itself without end."""

from collections.abc import Callable

import attrs

TIMES = 30
"""How often the same must be said, in direct succession."""

WORDS = 8
"""How many words it must have; a line may have fewer."""

CHARACTERS = 40
"""How long it must be where nothing separates words."""

PATIENCE = 10
"""
How many times as much of it is needed in code, where tables and data repeat themselves, and for a
row of one character: a rule, or zeros in base64.
"""

LONGEST = 4000
"""The most characters of what can be found to be repeated."""

STEP = 64
"""Characters after which we look again; always at the same places of a text, however it came."""

_PAST = LONGEST + STEP
"""The most characters that are kept; as many are looked at however a text came."""

_PROBE = 48
_NEAR = 512
_FAR_STEPS = 8
"""Most looks go back for short blocks only: a long one needs long until it is thirty times over."""


@attrs.define(eq=False)
class RepetitionWatch:
    """
    Looks for a block of characters that follows itself again and again.

    The last few characters are searched for in what came before. Where they are found may be one
    block earlier, and then all that follows must agree with what stands one block before it.

    :param in_code: whether a place of the text that is being read is in code.
    """

    reason = "length"
    _in_code: Callable[[int], bool] = lambda at: False
    found: bool = attrs.field(default=False, init=False)
    _due: bool = attrs.field(default=False, init=False)
    """Whether the text has come to where it must end, and may go no further."""

    _past: str = attrs.field(default="", init=False)
    _new: str = attrs.field(default="", init=False)
    _steps: int = attrs.field(default=0, init=False)
    _block: int = attrs.field(default=0, init=False)
    """How long the block is that repeats itself, 0 for none."""

    _length: int = attrs.field(default=0, init=False)
    """For how many characters it has done so."""

    _needed: int = attrs.field(default=0, init=False)

    def feed(self, text: str) -> int:
        """See :meth:`.cutting.Watch.feed`; nothing ever waits."""
        if self._due:
            self.found = True
            return 0
        new = self._new + text
        if len(new) < STEP:
            self._new = new
            return len(text)
        said, end = self._past + new, len(self._past) + STEP
        before = len(said) - len(text)
        while end <= len(said):
            self._step(said, end, end - before)
            if self._due:
                passing = end - before
                self.found = passing < len(text)
                return passing
            end += STEP
        end -= STEP
        self._past, self._new = said[max(0, end - _PAST) : end], said[end:]
        return len(text)

    def _step(self, said: str, end: int, at: int) -> None:
        """Look at what was *said* before *end*, which is the place *at* of the latest text."""
        self._steps += 1
        if self._block:
            self._go_on(said, end)
        if not self._block:
            self._search(said, end)
        if self._block and self._length >= self._needed:
            last = said[end - 1]
            self._due = self._length >= PATIENCE * self._needed or not self._may_go_on(last, at)

    def _may_go_on(self, last: str, at: int) -> bool:
        """Whether what repeats itself, up to the *last* character, may well be wanted."""
        return (self._block == 1 and not last.isspace()) or self._in_code(at)

    def _go_on(self, said: str, end: int) -> None:
        """Whether the block goes on to repeat itself."""
        start = end - STEP
        if said[start:end] == said[start - self._block : end - self._block]:
            self._length += STEP
        else:
            self._block = 0

    def _search(self, said: str, end: int) -> None:
        """Find a block that ends at *end* and has just been there before."""
        start, back = end - _PROBE, _NEAR if self._steps % _FAR_STEPS else LONGEST
        place = said.rfind(said[start:end], max(0, start - back), end - 1)
        if place < 0:
            return
        past = said[max(0, end - STEP - _PAST) : end]
        self._block = start - place
        self._length = self._block + _agreeing(past, self._block)
        self._needed = _needed(past[-self._block :])


def _agreeing(past: str, block: int) -> int:
    """How many characters at the end of *past* are those that stand *block* before them."""
    low, high = _PROBE, len(past) - block
    while low < high:
        middle = (low + high + 1) // 2
        if past[-middle:] == past[-middle - block : -block]:
            low = middle
        else:
            high = middle - 1
    return low


def _needed(block: str) -> int:
    """How many characters of repeating *block* are too many."""
    words = block.split()
    if words and "\n" in block:
        return TIMES * len(block)
    if words and words != [block]:
        return len(block) * max(TIMES, -(-TIMES * WORDS // len(words)))
    return max(TIMES * len(block), TIMES * CHARACTERS)
