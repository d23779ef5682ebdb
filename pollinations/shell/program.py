"""The commands together: how they are found, and what is said of one that is not."""

import os
import sys
from io import TextIOWrapper
from typing import Any

import click

from ..commands.near import near


class Program(click.Group):
    """A program of several commands, listed in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with the whole sentence that says what it does."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, command.get_short_help_str(limit=1000))
                    for name, command in self.commands.items()
                    if not command.hidden
                ]
            )

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run it. Neither a terminal that lacks a character nor a full disk ends in a traceback."""
        _open_streams()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")
        try:
            return super().main(*args, **kwargs)
        except OSError as e:
            click.echo(f"Error: {e.strerror or type(e).__name__}", err=True)
            # What could not be written would be tried again at the end.
            sys.stdout = None
            sys.exit(1)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """
        The command that *args* begin with.

        :raises click.UsageError: there is none. What was typed is not repeated: it may be a key.
        """
        if not ctx.resilient_parsing and self.get_command(ctx, args[0]) is None:
            meant = map("Did you mean {}?".format, near(args[0], self.commands, 1))
            ctx.fail(" ".join(("There is no such command.", *meant)))
        return super().resolve_command(ctx, args)


def _open_streams() -> None:
    """Put something in the place of a stream that whoever started this has closed."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 (it stays open)
