"""How a JSON document is laid out, so that what is added to it looks like the rest."""

import json
import re
from typing import Any, Self

import attrs

from .members import Member, Object

WIDTH = 92
"""Columns up to which a value stands on one line."""


@attrs.frozen
class Layout:
    """
    What lines of a document look like.

    :param newline: what ends them.
    :param unit: what each further level is indented by.
    """

    newline: str
    unit: str

    @classmethod
    def of(cls, text: str, root: Object) -> Self:
        """The layout of *text*; two spaces where it has none."""
        newline = re.search(r"\r\n|\n|\r", text)
        indents = (own_line(text, member) for member in root.members)
        unit = next((indent for indent in indents if indent), "  ")
        return cls(newline.group() if newline else "\n", unit)

    def written(self, value: Any, indent: str, used: int = 0) -> str:
        """
        *value* as JSON.

        :param indent: what the line begins with on which it stands.
        :param used: columns that something else takes on that line.
        """
        line = json.dumps(value, ensure_ascii=False)
        if not isinstance(value, dict) or len(indent) + used + len(line) <= WIDTH:
            return line
        inner = indent + self.unit
        members = (self.newline + inner + self.member(*each, inner) for each in value.items())
        return f"{{{','.join(members)}{self.newline}{indent}}}"

    def member(self, key: str, value: Any, indent: str) -> str:
        """A member of an object, as JSON."""
        name = json.dumps(key, ensure_ascii=False) + ": "
        return name + self.written(value, indent, len(name))


def own_line(text: str, member: Member) -> str | None:
    """What a member is indented by; ``None`` when something else is on its line before it."""
    before = text[member.after : member.start]
    found = re.search(r"[\r\n]([ \t]*)\Z", before)
    return None if found is None else found.group(1)


def line_indent(text: str, at: int) -> str:
    """What the line begins with on which position *at* is."""
    begin = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    found = re.match(r"[ \t]*", text[begin:at].lstrip("\ufeff"))
    return found.group() if found else ""
