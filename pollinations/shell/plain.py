"""Markdown as plain text, for whoever reads it without a terminal: ``grep``, ``cut``, a file."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.cells import cell_len

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-+:?\s*)*\|?\s*")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_CODE = re.compile(r"(`+)(.+?)\1")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_]+?)(?<=\S)\1(?![\w*])")
_LINK = re.compile(r"\[([^\]]+)\]\((\S+?)\)")
_OPENING = re.compile(r"(#{1,6}\s+|>\s?)+")
_CELL = re.compile(r"(?<!\\)\|")


def clean(text: str) -> str:
    """*text* without the characters that a terminal obeys; whoever names a model may name any."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def plain(text: str) -> str:
    """
    Markdown *text* without its marks, line by line.

    A table becomes columns that stand below each other, two spaces apart, with nothing cut off.
    """
    lines: list[str] = []
    for is_table, group in groupby(text.splitlines(), lambda line: line.lstrip().startswith("|")):
        found = list(group)
        lines.extend(_table(found) if is_table else map(_line, found))
    return "\n".join(lines).strip("\n")


def _line(line: str) -> str:
    if line.lstrip().startswith("```"):
        return ""
    return _words(_OPENING.sub("", line, count=1) if _OPENING.match(line) else line).rstrip()


def _words(text: str) -> str:
    """A run of words without the marks in it; what stands in code stays as it is."""
    pieces = _CODE.split(text)
    return "".join(
        pieces[i + 1] if i % 3 == 1 else _unmarked(pieces[i])
        for i in range(len(pieces))
        if i % 3 != 2
    )


def _unmarked(text: str) -> str:
    text = _LINK.sub(r"\1 (\2)", text)
    text = _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", text))
    return _ESCAPED.sub(r"\1", text)


def _table(lines: Sequence[str]) -> Iterator[str]:
    rows = [list(_cells(line)) for line in lines if not _RULE.fullmatch(line)]
    columns = max(map(len, rows), default=0)
    rows = [row + [""] * (columns - len(row)) for row in rows]
    widths = [max(cell_len(row[i]) for row in rows) for i in range(columns)]
    for row in rows:
        yield "  ".join(
            _padded(cell, width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()


def _cells(line: str) -> Iterator[str]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    for cell in _CELL.split(inner):
        yield _words(cell.strip().replace("\\|", "|"))


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - cell_len(cell))
