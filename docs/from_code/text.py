"""reStructuredText in few words, and what docstrings say."""

import inspect
import re
from collections.abc import Iterable, Iterator, Sequence
from textwrap import indent
from typing import Any

_PARAM = re.compile(r"^:param (\w+): (.+(?:\n +.+)*)", re.MULTILINE)
_VALUE = re.compile(r":data:`(\w+)`")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are paragraphs."""
    lines = (line for row in (header, *rows) for line in _row(row))
    return "\n".join((".. list-table::", "   :header-rows: 1", "", *lines))


def _row(cells: Sequence[str]) -> Iterator[str]:
    for place, cell in enumerate(cells):
        yield f"   {' ' if place else '*'} - {cell}".rstrip()


def section(title: str, *blocks: str, underline: str = "-") -> str:
    """A section of these blocks."""
    return "\n\n".join((f"{title}\n{underline * len(title)}", *filter(None, blocks)))


def within(directive: str, *blocks: str, **options: str) -> str:
    """A directive with these options, and these blocks in it."""
    head = (f".. {directive}", *(f"   :{name}: {said}".rstrip() for name, said in options.items()))
    return "\n\n".join(("\n".join(head), *(indent(block, "   ") for block in blocks if block)))


def literal(value: Any) -> str:
    """*value* as it is typed."""
    return f"``{value}``"


def paragraphs(thing: Any) -> list[str]:
    """The paragraphs of a docstring, each on one line."""
    return [" ".join(one.split()) for one in (inspect.getdoc(thing) or "").split("\n\n")]


def meaning(thing: Any) -> str:
    """
    The first paragraph of a docstring, on one line.

    Where it refers to one of its module's constants (``:data:`NAME```) it says the value.
    """
    known = getattr(thing, "__globals__", {})
    return _VALUE.sub(lambda name: literal(known[name[1]]), paragraphs(thing)[0])


def parameters(thing: Any) -> dict[str, str]:
    """What a docstring says of each ``:param name:``, on one line."""
    found = _PARAM.findall(inspect.getdoc(thing) or "")
    return {name: " ".join(said.split()) for name, said in found}
