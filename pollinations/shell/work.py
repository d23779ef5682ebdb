"""What a shell's commands have in common: who answers them, and what they are called with."""

import os
import re
from collections.abc import Callable, Mapping, Sequence

import attrs
import click

from ..commands.verb import Told
from ..settings.home import Home
from .running import ask, find
from .show import waiting

_IN_CHAT = re.compile(r"`/poll(inations)? ")
_WITH_KEY = re.compile(r"`pollinations connect <[^>`]*>`")


def _alone(environ: Mapping[str, str], words: Sequence[str]) -> Told:
    # Twisted is not loaded where a proxy answers, or where there is nothing to answer.
    from ..start import Start, WrongStart
    from .alone import tell

    try:
        start = Start.of({}, environ)
    except WrongStart as e:
        return Told(str(e), {"error": str(e)}, ok=False)
    for problem in start.file.problems:
        click.echo(f"{start.file.path}: {problem}", err=True)
    return tell(start, environ, words)


@attrs.frozen
class Work:
    """
    Who answers commands: the running proxy, else the files.

    :param environ: the environment.
    :param alone: answers where no proxy runs, given the environment and the words.
    """

    environ: Mapping[str, str] = attrs.field(factory=lambda: os.environ, repr=False)
    alone: Callable[[Mapping[str, str], Sequence[str]], Told] = _alone

    @property
    def home(self) -> Home:
        """The folder that everything is kept in."""
        return Home.of(self.environ)

    def do(self, words: Sequence[str]) -> Told:
        """
        What is answered to a command.

        :param words: its name and what follows it.
        """
        with waiting("Asking…"):
            running = find(self.home)
            if running is not None:
                return _here(ask(running, self.home, words))
            return _here(self.alone(self.environ, words))


def _here(told: Told) -> Told:
    """*told*, with commands written as in a shell and not as in a chat."""
    text = _IN_CHAT.sub("`pollinations ", told.text)
    return attrs.evolve(told, text=_WITH_KEY.sub("`pollinations connect`", text))


def here(context: click.Context | None = None) -> Work:
    """What the command that is running works with, or the one of *context*."""
    found: Work = (context or click.get_current_context()).ensure_object(Work)
    return found


def json_option() -> click.Option:
    """The option by which a program asks for an answer that it understands."""
    return click.Option(["--json", "as_json"], is_flag=True, help="Answer in JSON, for programs.")
