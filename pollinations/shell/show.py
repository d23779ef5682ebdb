"""What a command answered, as a person or a program wants to see it."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click
import orjson

from ..commands.verb import Told
from ..errors import PollinationsError
from .plain import clean, plain


def show(told: Told, as_json: bool = False, report: bool = False) -> None:
    """
    Show *told*, and end with the status 1 if it is not what was asked for, 2 if that was not
    understood.

    :param as_json: give its data to a program, alone on standard output.
    :param report: whether its text is the answer even when something is not right.
    :raises click.exceptions.Exit: something is not right.
    """
    if as_json:
        data = told.data or ({} if told.ok else {"error": plain(told.text)})
        click.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2, default=str))
    elif told.ok or report:
        _print(told.text)
    if not told.ok:
        if not report:
            _complain(told.text)
        raise click.exceptions.Exit(1 if told.understood else 2)


def say(sentences: Iterable[str]) -> None:
    """
    Say what is done, while it is done.

    :raises click.ClickException: it cannot be.
    """
    try:
        for sentence in sentences:
            click.echo(sentence)
    except PollinationsError as e:
        raise click.ClickException(str(e)) from e


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show a person that something is under way, meanwhile."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def _print(text: str) -> None:
    if not sys.stdout.isatty():
        click.echo(plain(clean(text)))
        return
    from .terminal import write

    write(clean(text))


def _complain(text: str) -> None:
    mark = click.style("Error:", fg="red") if _coloured() else "Error:"
    click.echo(f"{mark} {plain(clean(text))}", err=True)


def _coloured() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")
