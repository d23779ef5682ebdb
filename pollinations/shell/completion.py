"""What a shell proposes when somebody presses Tab."""

import re
from collections.abc import Callable, Iterable, Mapping

import click
from click.shell_completion import get_completion_class

from ..commands.verb import Verb
from ..routing.route import FREE
from ..settings.home import Home
from .models import known

VARIABLE = "_POLLINATIONS_COMPLETE"
"""The environment's name for what a shell asks, by click's rules."""

Choices = Callable[[Home], Iterable[str]]


def completed(home: Home, verb: Verb, at: int, incomplete: str) -> list[str]:
    """
    What may be meant by *incomplete*.

    :param at: how many words after the command's name are there already.
    """
    choices = _CHOICES.get(verb.name) or (lambda _: _alternatives(verb.takes),)
    found = choices[at](home) if at < len(choices) else ()
    return [word for word in found if word.startswith(incomplete)]


def _alternatives(takes: str) -> list[str]:
    """The words among which *takes* lets choose: ``[manual|alwaysfree|pro]``."""
    listed = re.fullmatch(r"\[?([\w-]+(\|[\w-]+)+)\]?", takes)
    return listed[1].split("|") if listed else []


def _models(home: Home) -> list[str]:
    lists = known(home).models
    return [f"{universe}/{model.name}" for universe in lists for model in lists[universe]]


def _free_models(home: Home) -> list[str]:
    return [name for name in _models(home) if name.startswith(f"{FREE}/")]


_CHOICES: Mapping[str, tuple[Choices, ...]] = {
    "usage": (lambda _: ("full",),),
    "fallback": (_free_models, _free_models),
    "models": (_models,),
}
"""Word by word, what may follow a command whose ``takes`` does not list it."""


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """
    Print what makes a shell complete commands, settings and models.

    For bash, put this line into ~/.bashrc; zsh and fish have files of the same kind:

        eval "$(pollinations completion bash)"
    """
    script = get_completion_class(shell)
    assert script is not None
    program = context.find_root()
    click.echo(script(program.command, {}, "pollinations", VARIABLE).source())
