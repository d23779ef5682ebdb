"""
Where the members of an object stand in the text of a JSON document with comments.

The text must be one that :func:`pollinations.settings.jsonc.loads` understands. Only the object
that is asked for is taken apart, so that no depth of nesting is too much.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import attrs
import orjson

_TOKEN: Final = re.compile(
    r"""(?P<blank>[ \t\r\n\ufeff]++)
      | (?P<comment>//[^\r\n]*+|/\*.*?\*/)
      | (?P<string>"(?:\\.|[^"\\])*+")
      | (?P<open>[{\[])
      | (?P<close>[}\]])
      | (?P<comma>,)
      | (?P<colon>:)
      | (?P<word>[^ \t\r\n,:{}\[\]"/]++)""",
    re.DOTALL | re.VERBOSE,
)


@attrs.frozen
class Member:
    """
    One member of an object, by positions in the text.

    :param after: where what stands before it ends: the brace, a comma or a comment.
    :param start: where its key begins.
    :param value: where its value begins.
    :param end: where its value ends.
    :param remark: whether what stands before it is a comment that only a line break ends.
    :param comma: where the comma behind it is; ``None`` when there is none.
    """

    key: str
    after: int
    remark: bool
    start: int
    value: int
    end: int
    comma: int | None = None


@attrs.frozen
class Object:
    """
    One object, by positions in the text.

    :param start: behind its opening brace.
    :param last: where the last thing in it ends, which may be a comment.
    :param end: at its closing brace.
    :param remark: whether that is a comment that only a line break ends.
    :param comments: whether there are comments in it, those in its values apart.
    """

    start: int
    last: int
    end: int
    remark: bool
    comments: bool
    members: tuple[Member, ...]

    def find(self, key: str) -> Member | None:
        """The member called *key*; of several the last, since that is the one that counts."""
        return next((each for each in reversed(self.members) if each.key == key), None)


def root(text: str) -> Object:
    """
    The object that *text* holds.

    :raises ValueError: it holds none.
    """
    for kind, _, end in _tokens(text, 0):
        if kind == "open" and text[end - 1] == "{":
            return scan(text, end - 1)
        if kind not in ("blank", "comment"):
            break
    raise ValueError("it does not hold a JSON object")


def scan(text: str, at: int) -> Object:
    """
    The object whose opening brace is *at* that position.

    :raises ValueError: there is a comma without a member before it.
    """
    reading = _Reading(at + 1)
    for kind, start, end in _tokens(text, at + 1):
        if kind == "close" and not reading.depth:
            return reading.object(at + 1, start)
        reading.take(text, kind, start, end)
    raise ValueError("an object has no end")


def _tokens(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    while at < len(text) and (found := _TOKEN.match(text, at)):
        at = found.end()
        yield str(found.lastgroup), found.start(), at


@attrs.define
class _Reading:
    """What is known of an object so far."""

    last: int
    depth: int = 0
    remark: bool = False
    comments: bool = False
    members: list[Member] = attrs.field(factory=list)
    _key: Callable[[int, int], Member] | None = None
    _value: int | None = None

    def object(self, start: int, end: int) -> Object:
        members = tuple(self.members)
        return Object(start, self.last, end, self.remark, self.comments, members)

    def take(self, text: str, kind: str, start: int, end: int) -> None:
        if kind == "blank":
            return
        if not self.depth:
            self._outside(text, kind, start, end)
        if kind in ("open", "close"):
            self.depth += 1 if kind == "open" else -1
        if not self.depth:
            self._ended(kind, end)
            self.remark = text.startswith("//", start)

    def _outside(self, text: str, kind: str, start: int, end: int) -> None:
        """Note what stands between the members, and where they begin."""
        if kind == "comment":
            self.comments = True
        elif kind == "comma":
            self._comma(start)
        elif self._key is None:
            self._key = partial(
                Member, orjson.loads(text[start:end]), self.last, self.remark, start
            )
        elif kind != "colon":
            self._value = start

    def _comma(self, at: int) -> None:
        if not self.members or self.members[-1].comma is not None:
            raise ValueError("there is a comma too many")
        self.members[-1] = attrs.evolve(self.members[-1], comma=at)

    def _ended(self, kind: str, end: int) -> None:
        if self._key is not None and self._value is not None and kind != "comment":
            self.members.append(self._key(self._value, end))
            self._key = self._value = None
        self.last = end
