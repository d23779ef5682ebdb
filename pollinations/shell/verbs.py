"""The commands that a chat understands, from a shell."""

from collections.abc import Sequence
from typing import Any

import click

from ..commands import VERBS
from ..commands.verb import Verb
from .completion import completed
from .show import show
from .work import here, json_option

OTHERWISE = ("help", "connect")
"""Those that a shell does in its own way."""


def command(verb: Verb) -> click.Command:
    """*verb*, as a shell's command."""
    params: list[click.Parameter] = [json_option()]
    if verb.takes:
        params.append(_words(verb))

    def run(as_json: bool, words: Sequence[str] = ()) -> None:
        show(here().do((verb.name, *words)), as_json)

    summary = f"{verb.summary('en')}."
    return click.Command(verb.name, callback=run, params=params, help=summary)


def _words(verb: Verb) -> click.Argument:
    def complete(context: click.Context, argument: Any, incomplete: str) -> list[str]:
        words = context.params.get("words") or ()
        return completed(here(context).home, verb, words, incomplete)

    return click.Argument(["words"], nargs=-1, metavar=verb.takes, shell_complete=complete)


COMMANDS = tuple(command(verb) for verb in VERBS if verb.name not in OTHERWISE)
"""One for each, in their order."""
