"""What a command is, and what it answers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import attrs

from ..errors import PollinationsError
from ..phrase import Phrase
from .control import Control


class Misused(PollinationsError):
    """The words after a command's name are not what it takes. Whoever runs it says what is."""


@attrs.frozen
class Told:
    """
    What a command answers.

    :param text: for a person, in Markdown.
    :param data: the same for a program, as JSON.
    :param ok: whether what was asked for was done; when not, *text* says why, and nothing was
        changed.
    :param understood: whether the words were; when not, it is not *ok* either.
    """

    text: str
    data: Mapping[str, Any] = attrs.field(factory=dict)
    ok: bool = True
    understood: bool = True

    @classmethod
    def misunderstood(cls, text: str) -> "Told":
        """*text* says what would be understood."""
        return cls(text, ok=False, understood=False)


@attrs.frozen
class Verb:
    """
    One command.

    :param name: what it is called by.
    :param summary: what it does, in a line.
    :param run: does it: given what it may look at and change, and the words after its name; may
        raise :class:`Misused`, and the errors that changing and asking things has.
    :param takes: what may follow its name, as in ``[full]``; empty when nothing may.
    """

    name: str
    summary: Phrase
    run: Callable[[Control, Sequence[str]], Awaitable[Told]]
    takes: str = ""

    @property
    def use(self) -> str:
        """How it is typed: ``usage [full]``."""
        return f"{self.name} {self.takes}".rstrip()
