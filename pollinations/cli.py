"""The console script."""

import click

from . import __version__
from .shell import COMMANDS
from .shell.program import Program


@click.group(
    "pollinations",
    cls=Program,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 when it was done, 1 when not, 2 when it was not understood.",
)
@click.version_option(__version__, "-V", "--version", prog_name="pollinations")
@click.pass_context
def main(context: click.Context) -> None:
    """
    An OpenAI-compatible proxy for Pollinations.ai; `twist pollinations` starts it.

    These commands ask the proxy that runs. Where none does, they work on its files.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for command in COMMANDS:
    main.add_command(command)
