"""Markdown on a terminal, with colours and tables. Importing this takes its time."""

import re
from collections.abc import Sequence
from typing import ClassVar

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.markdown import Markdown, MarkdownElement, TableElement
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

_BREAK = re.compile(r"(?<=\S)[ ]*\n(?=[ ]*\S)")

_THEME = Theme({"markdown.code": "bold cyan"})
"""Without the usual background, which suits dark terminals only."""


_APART = Text(" · ")


class _WholeTable(TableElement):
    """A table that cuts nothing off, and breaks no words: one that is too wide becomes a list."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        anywhere = options.update(max_width=10_000)
        for part in super().__rich_console__(console, options):
            if isinstance(part, Table):
                width = Measurement.get(console, anywhere, part).maximum
                yield part if width <= options.max_width else _listed(part)
            else:
                yield part


def _listed(table: Table) -> Table:
    """*table* in one column: below what stands first in a row, a name, all the rest of the row."""
    heads, *rows = zip(*([column.header, *column.cells] for column in table.columns), strict=True)
    listed = Table(box=table.box, style=table.style, pad_edge=False)
    listed.add_column(_item(heads), overflow="fold")
    for row in rows:
        listed.add_row(_item(row))
    return listed


def _item(cells: Sequence[RenderableType]) -> Text:
    first, *rest = (cell if isinstance(cell, Text) else Text(str(cell)) for cell in cells)
    return Text("\n  ").join((first, _APART.join(rest))) if rest else first


class _Text(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "table_open": _WholeTable,
    }


def write(text: str, console: Console | None = None) -> None:
    """
    Show Markdown *text*, in which each line means its end.

    :param console: where; by default on standard output.
    """
    if console is None:
        console = Console(theme=_THEME)
    console.print(_Text(_BREAK.sub("  \n", text)))
