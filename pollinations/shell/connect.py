"""``connect``: the key is asked for, or read, and is never part of the command line."""

import sys

import click

from ..settings.schema import looks_like_a_key
from .show import show
from .work import here, json_option

LIMIT = 4096
"""The most bytes that are read where a key should be."""


@click.command(
    params=[json_option()],
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.pass_context
def connect(context: click.Context, as_json: bool) -> None:
    """
    Check a key of Pollinations and keep it.

    The key is asked for, and not shown; where nobody can be asked it is read from standard input:

        pollinations connect < key

    It is no argument, because other users of a machine can see those. A key that is not good, or
    that cannot be checked, changes nothing.
    """
    if context.args:
        raise click.UsageError(
            "A key is no argument, because other users of this machine can see those, and the"
            " shell remembers them. Run `pollinations connect`, which asks for it."
        )
    show(here().do(("connect", _key())), as_json)


def _key() -> str:
    """:raises click.ClickException: what was given cannot be a key. It is not repeated."""
    if sys.stdin.isatty():
        key = click.prompt("Your key", hide_input=True, err=True)
    else:
        key = sys.stdin.buffer.read(LIMIT).decode("utf-8-sig", "replace")
    key = key.strip()
    if not key:
        raise click.ClickException("There was no key on standard input.")
    if not looks_like_a_key(key):
        raise click.ClickException("What was given is not a key: keys are one word.")
    return str(key)
