"""The arguments of tool calls, which come in pieces of JSON."""

import re
from collections.abc import Iterator
from typing import Any

import attrs

_OUTSIDE = re.compile(r'["{}\[\]]')
_INSIDE = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)

_MORE = {"index", "function"}
_ARGUMENTS = {"arguments"}


def is_more(entry: Any) -> bool:
    """Whether an entry of ``tool_calls`` brings more of a call's arguments and nothing else."""
    if type(entry) is not dict or entry.keys() != _MORE:
        return False
    function = entry["function"]
    return type(function) is dict and function.keys() == _ARGUMENTS


@attrs.define(eq=False)
class Arguments:
    """
    The arguments of one tool call after another, as they come.

    Nothing is kept of them but how deep we are. What is no JSON is left as it is.

    :param whole: whether an object has ended: another one that begins is another call's.
    """

    whole: bool = False
    _depth: int = 0
    _string: bool = False
    _escape: bool = False

    def feed(self, text: str) -> Iterator[str]:
        """*text*, cut where another object begins: the first part belongs to this call."""
        start = at = 0
        while at < len(text):
            if self._string:
                at = self._after_string(text, at)
                continue
            found = _OUTSIDE.search(text, at)
            if found is None:
                break
            at = found.end()
            if self.whole and found[0] == "{":
                yield text[start : at - 1]
                start, self.whole = at - 1, False
            self._mark(found[0])
        yield text[start:]

    def takes(self, text: str) -> bool:
        """Whether *text* is just more of a string that we are in: nothing needs to be fed then."""
        return self._string and not self._escape and '"' not in text and "\\" not in text

    def _mark(self, mark: str) -> None:
        if mark == '"':
            self._string = True
        elif mark in "{[":
            self._depth += 1
        elif self._depth:
            self._depth -= 1
            self.whole = self._depth == 0

    def _after_string(self, text: str, at: int) -> int:
        """The place after the end of the string that *at* is in, or the end of *text*."""
        if self._escape:
            self._escape = False
            return at + 1
        found = _INSIDE.match(text, at)
        end = found.end() if found else at
        if end < len(text):
            # What stopped us is the quote that ends the string, or a backslash at the very end.
            self._string, self._escape = text[end] != '"', text[end] == "\\"
        return end + 1
