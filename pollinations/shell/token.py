"""``token``: what clients must bear at the door."""

import click

from ..settings.home import make_token
from .work import here


@click.command()
@click.option("--show", is_flag=True, help="Print the token itself, not where it is kept.")
@click.option("--new", is_flag=True, help="Make another one; the former is no longer accepted.")
def token(show: bool, new: bool) -> None:
    """Make the token that clients must send, unless it is there, and print where it is kept."""
    path = here().home.token
    try:
        made = make_token(path, new)
    except (OSError, ValueError) as e:
        raise click.ClickException(f"no token in {path}: {e}") from e
    click.echo(made if show else path)
