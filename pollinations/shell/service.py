"""``service``: the proxy runs by itself, whenever its user is logged in."""

import sys
from typing import TYPE_CHECKING

import click

from .show import say
from .work import here

if TYPE_CHECKING:
    from ..units.plan import Plan


@click.group()
def service() -> None:
    """Let the proxy run by itself: as a service of systemd, or an agent of launchd."""


@service.command()
@click.option("--print", "print_", is_flag=True, help="Print the files; write nothing.")
def install(print_: bool) -> None:
    """
    Install the service, and start it.

    Twice is once; after an update, or another port in the settings, it brings the files up to
    date. No key is written into them: `pollinations connect` keeps one where the proxy finds it.
    """
    plan = _plan()
    if print_:
        for path, text in plan.files.items():
            click.echo(f"# {path}\n{text}")
        return
    say(plan.install())
    if here().environ.get("POLLINATIONS_API_KEY"):
        click.echo("The service does not see POLLINATIONS_API_KEY: `pollinations connect`.")


@service.command()
def uninstall() -> None:
    """Stop the service, and remove it."""
    say(_plan().uninstall())


@service.command()
def status() -> None:
    """Say whether the service is installed, and runs."""
    well, sentences = _plan().state()
    say(sentences)
    if not well:
        raise click.exceptions.Exit(1)


def _plan() -> "Plan":
    """The service, as the system of this machine wants it."""
    # Nobody but this command needs what these bring along.
    from ..errors import PollinationsError
    from ..units import launchd, systemd
    from ..units.installation import Installation

    environ = here().environ
    try:
        installation = Installation.of(environ)
        if sys.platform == "darwin":
            return launchd.plan(installation, environ)
        return systemd.plan(installation, environ)
    except (PollinationsError, OSError) as e:
        raise click.ClickException(str(e)) from e
