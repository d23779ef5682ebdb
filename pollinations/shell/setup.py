"""``setup``: OpenCode is told of the proxy, or forgets it."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..settings.home import Home
from .show import say, waiting
from .work import here

if TYPE_CHECKING:
    from ..opencode.setup import Setup


@click.command()
@click.option("--remove", is_flag=True, help="Undo what setup did, and nothing else.")
@click.option("--print", "print_", is_flag=True, help="Print the settings; write nothing.")
@click.option("--project", is_flag=True, help="In the current folder, not in the user's.")
def setup(remove: bool, print_: bool, project: bool) -> None:
    """
    Set OpenCode up: provider, models, commands and the plugin.

    It goes into opencode.json or opencode.jsonc; comments stay, a copy is kept, and what is yours
    is left alone. Run it again when there are new models, or a key; twice is once.
    """
    if remove and print_:
        raise click.UsageError("--remove and --print do not go together.")
    # Nobody but setup needs what these bring along.
    from ..errors import PollinationsError
    from ..opencode.places import Place
    from ..opencode.setup import Setup

    environ = here().environ
    place = Place.of_project(Path.cwd(), environ) if project else Place.of_user(environ)
    work = Setup(here().home, place)
    try:
        if remove:
            say(work.remove().said)
        else:
            _set_up(work, environ, project, print_)
    except (PollinationsError, OSError, ValueError) as e:
        raise click.ClickException(str(e)) from e


def _set_up(work: "Setup", environ: Mapping[str, str], project: bool, print_: bool) -> None:
    from ..start import Start
    from .wanted import wanted

    start = Start.of({}, environ)
    with waiting("Asking for the models…"):
        found = wanted(start, environ)
    block = found.block.to_json()
    if print_:
        click.echo(json.dumps(block, indent=2, ensure_ascii=False))
        return
    report = work.install(block, _plugin(start.home, environ, project), found.port)
    say(report.said)
    if not found.has_key:
        click.echo("There is no key, so only free models: 'pollinations connect', then this again.")
    if report.changed:
        click.echo("Start OpenCode anew; 'opencode models pollinations' lists the models.")


def _plugin(home: Home, environ: Mapping[str, str], project: bool) -> str:
    """The plugin; one that others read as well names no path of this machine."""
    from ..opencode.plugin import plugin

    if project:
        return plugin()
    twist = Path(sys.executable).with_name("twist")
    elsewhere = home.path != Home.of({**environ, "POLLINATIONS_HOME": ""}).path
    return plugin(twist if twist.exists() else None, home.path if elsewhere else None)
