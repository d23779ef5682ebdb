"""
The guillotine: cuts off a turn that the model plays for the user.

Some models do not stop at the end of their answer. They go on with a line that opens with
``User:``, invent what the user says, and act on it.
"""

import re
from bisect import bisect_left
from collections.abc import Callable

import attrs

from ..chat.request import ChatRequest
from .texts import texts_of
from .thought import Thought

HELD = 256
"""The most characters that are held back of a line; a marker needs five."""

_OPENING = re.compile(r"[Uu]ser\s*:")
_USER = re.compile(r"[Uu]ser\s*(?::|\Z)")
_QUOTED = re.compile(r"^[^\S\n]*[Uu]ser[^\S\n]*:", re.MULTILINE)
_FENCE = re.compile(r"(`{3,}|~{3,})([^\n]*)")
_INDENT = re.compile(r"(?:\s|>|(?:[-*+]|\d{1,9}[.)])(?=\s|\Z))*+")
"""What may stand before a fence: white space, and what makes a line a list's or a quotation's."""

_NUMBER = re.compile(r"\d{1,9}\Z")


def asks_for_turns(request: ChatRequest) -> bool:
    """Whether the prompt's last message holds such a line itself: a transcript to work on."""
    return any(map(_QUOTED.search, texts_of(request.messages[-1].get("content"))))


@attrs.define(eq=False)
class TurnWatch:
    """
    Looks for a line that opens with ``User:``, outside of fenced code and of a thought.

    Lower-case ``user:`` counts only after a blank line and without indentation: elsewhere it is
    more often YAML than a turn.

    :param is_asked_for: whether such a line is what the user wants; asked at the first one.
    """

    reason = "stop"
    _is_asked_for: Callable[[], bool]
    found: bool = attrs.field(default=False, init=False)

    _thought: Thought = attrs.field(factory=Thought, init=False)
    _line: str | None = attrs.field(default="", init=False)
    """The line so far; ``None`` once it is known to be an ordinary one."""

    _after_blank: bool = attrs.field(default=False, init=False)
    _fence: str = attrs.field(default="", init=False)
    """What opened the code that we are in."""

    _quoted: bool = attrs.field(default=False, init=False)
    """Whether that stands in a quotation."""

    _edges: list[int] = attrs.field(factory=list, init=False)
    """Where in the text that was last read code begins or ends."""

    def feed(self, text: str) -> int:
        """See :meth:`.cutting.Watch.feed`."""
        start = 0
        if self._edges:
            self._edges = []
        if not self._thought.over:
            start = self._thought.feed(text)
            if start:
                # What follows the thought on its last line is no line of its own.
                self._line, self._after_blank = None, False
        if self._line is None and "\n" not in text[start:]:
            return len(text)
        return self._read(text, start)

    def _read(self, text: str, start: int) -> int:
        """The same, for what comes in *text* after the thought."""
        while True:
            newline = text.find("\n", start)
            end = newline if newline >= 0 else len(text)
            waiting = self._more(text[start:end]) if self._line is not None else 0
            if self.found or newline < 0:
                return max(end - waiting, 0)
            fence = self._fence
            self._end_line()
            start = end + 1
            if self._fence != fence:
                self._edges.append(start)

    def in_code(self, at: int) -> bool:
        """Whether there is fenced code just before the place *at* of the text last read."""
        later = len(self._edges) - bisect_left(self._edges, at)
        return bool(self._fence) is not bool(later % 2)

    def _more(self, part: str) -> int:
        """Read more of the line; how many of its characters may be, or are, a marker."""
        line = (self._line or "") + part
        word = line.lstrip()
        self._line = _shortened(line) if self._open(word) else None
        if self._line is None or self._fence:
            return 0
        lower = word[:1] == "u"
        if lower and not (self._after_blank and word == line):
            self._line = None
            return 0
        if _OPENING.match(word):
            self.found = not self._is_asked_for()
            self._line = None
            return len(word) if self.found else 0
        return len(word) if word[:1] in ("U", "u") else 0

    def _open(self, word: str) -> bool:
        """Whether a line that begins with *word* may still be more than an ordinary one."""
        if word[:1] in ("U", "u"):
            return "ser".startswith(word[1:]) or bool(_USER.match(word))
        _, rest = _unindented(word)
        return not rest or rest[0] in "`~" or bool(_NUMBER.match(rest))

    def _end_line(self) -> None:
        line = (self._line or "").strip()
        self._after_blank = self._line is not None and not line
        self._line = ""
        indent, rest = _unindented(line)
        fence = _FENCE.fullmatch(rest)
        if fence is None:
            return
        mark, rest = fence[1], fence[2]
        if not self._fence:
            # What is in backticks on one line is not a fence.
            self._fence = "" if mark[0] == "`" and "`" in rest else mark
            self._quoted = ">" in indent
        elif mark.startswith(self._fence) and not rest and self._may_close(indent):
            self._fence = ""

    def _may_close(self, indent: str) -> bool:
        """Whether a fence after *indent* is on the level of the one that opened the code."""
        return not indent.strip("> \t" if self._quoted else None)


def _unindented(line: str) -> tuple[str, str]:
    """What of *line* may stand before a fence, and what follows it."""
    found = _INDENT.match(line)
    end = found.end() if found else 0
    return line[:end], line[end:]


def _shortened(line: str) -> str | None:
    """*line*, or what matters of it: of a long one, nothing unless it is a fence."""
    rest = line[HELD:]
    if not rest:
        return line
    if not _FENCE.match(_unindented(line[:HELD])[1]):
        return None
    return line[:HELD] + ("`" if "`" in rest else "x" if rest.strip() else "")
