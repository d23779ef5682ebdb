"""A thought that a model writes into its text, between ``<think>`` and ``</think>``."""

import attrs

_OPENING = "<think>"
_CLOSING = "</think>"


@attrs.define(eq=False)
class Thought:
    """
    The thought that a text may begin with.

    :param over: whether there is none, or not any more.
    """

    over: bool = False
    _inside: bool = False
    _last: str = ""
    """The text so far, or, inside, the end of it: what a tag may begin with."""

    def feed(self, text: str) -> int:
        """How many characters at the beginning of *text* belong to the thought, its tags too."""
        said = self._last + text
        if not self._inside:
            said = said.lstrip()
            self._inside = said.startswith(_OPENING)
        if not self._inside:
            self.over, self._last = not _OPENING.startswith(said), said
            return 0
        _, closing, after = said.partition(_CLOSING)
        self.over = bool(closing)
        self._last = said[-len(_CLOSING) + 1 :]
        return len(text) - len(after)
