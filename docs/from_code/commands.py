"""The commands of a chat, and those of a shell."""

from collections.abc import Iterable, Iterator, Sequence

import click

from pollinations.commands import VERBS
from pollinations.shell import COMMANDS

from .text import literal, table

_COLUMNS = ("command", "what it does")


def commands() -> str:
    """Those of a chat."""
    return table(_COLUMNS, ((literal(v.use), f"{_marked(v.summary.en)}.") for v in VERBS))


def shell_commands() -> str:
    """Those of a shell, with their options."""
    return table(_COLUMNS, _rows("", COMMANDS))


def _rows(before: str, known: Iterable[click.Command]) -> Iterator[Sequence[str]]:
    for command in known:
        name = f"{before}{command.name}"
        if isinstance(command, click.Group):
            yield from _rows(f"{name} ", command.commands.values())
        else:
            yield literal(" ".join((name, *_taken(command)))), " ".join(_said(command))


def _taken(command: click.Command) -> Iterator[str]:
    for param in command.params:
        if isinstance(param, click.Argument):
            yield param.make_metavar(click.Context(command))


def _said(command: click.Command) -> Iterator[str]:
    """The first paragraph of its help, and what each option but ``--json`` does."""
    yield " ".join(_marked(command.help or "").strip().partition("\n\n")[0].split())
    for param in command.params:
        if isinstance(param, click.Option) and param.name != "as_json":
            yield f"{literal(param.opts[0])}: {param.help}"


def _marked(help_text: str) -> str:
    """What is marked as typed in Markdown, marked so here."""
    return help_text.replace("`", "``")
