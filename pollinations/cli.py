"""The console script: what one does from a shell, thin."""

import os

import click

from . import __version__
from .settings.home import Home, make_token


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="pollinations")
def main() -> None:
    """An OpenAI-compatible proxy for Pollinations.ai; `twist pollinations` starts it."""


@main.command()
@click.option("--show", is_flag=True, help="Print the token itself, not where it is kept.")
@click.option("--new", is_flag=True, help="Make another one; the former is no longer accepted.")
def token(show: bool, new: bool) -> None:
    """Make the token that clients must send, unless it is there, and print where it is kept."""
    path = Home.of(os.environ).token
    try:
        made = make_token(path, new)
    except (OSError, ValueError) as e:
        raise click.ClickException(f"no token in {path}: {e}") from e
    click.echo(made if show else path)
