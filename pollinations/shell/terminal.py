"""Markdown on a terminal, with colours and tables. Importing this takes its time."""

import re
from typing import ClassVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown, MarkdownElement, TableElement
from rich.table import Table
from rich.theme import Theme

_BREAK = re.compile(r"(?<=\S)[ ]*\n(?=[ ]*\S)")

_THEME = Theme({"markdown.code": "bold cyan"})
"""Without the usual background, which suits dark terminals only."""


class _WholeTable(TableElement):
    """A table that cuts nothing off: what stands first, a name, in one piece."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for part in super().__rich_console__(console, options):
            if isinstance(part, Table):
                for column in part.columns:
                    column.overflow = "fold"
                part.columns[0].no_wrap = True
            yield part


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
