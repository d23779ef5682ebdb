"""What a shell proposes when somebody presses Tab."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, get_args, get_origin

import click
from click.shell_completion import get_completion_class

from ..commands.setting import NAMES
from ..commands.verb import Verb
from ..routing.route import FREE
from ..settings.home import Home
from ..settings.paths import PATHS
from .models import known

VARIABLE = "_POLLINATIONS_COMPLETE"
"""The environment's name for what a shell asks, by click's rules."""

Choices = Callable[[Home, Sequence[str]], Iterable[str]]
"""Given the home folder and the words that are there already, what may come next."""


def completed(home: Home, verb: Verb, words: Sequence[str], incomplete: str) -> list[str]:
    """
    What may be meant by *incomplete*.

    :param words: what stands between it and the command's name.
    """
    choices = _CHOICES.get(verb.name) or (lambda *_: _alternatives(verb.takes),)
    found = choices[len(words)](home, words) if len(words) < len(choices) else ()
    return [word for word in found if word.startswith(incomplete)]


def _alternatives(takes: str) -> list[str]:
    """The words among which *takes* lets choose: ``[manual|alwaysfree|pro]``."""
    listed = re.fullmatch(r"\[?([\w-]+(\|[\w-]+)+)\]?", takes)
    return listed[1].split("|") if listed else []


def _models(home: Home, words: Sequence[str]) -> list[str]:
    lists = known(home).models
    return [f"{universe}/{model.name}" for universe in lists for model in lists[universe]]


def _free_models(home: Home, words: Sequence[str]) -> list[str]:
    return [name for name in _models(home, words) if name.startswith(f"{FREE}/")]


def _settings(home: Home, words: Sequence[str]) -> Iterable[str]:
    return NAMES


def _values(home: Home, words: Sequence[str]) -> list[str]:
    """The values of a setting that has few."""
    kind = PATHS[NAMES[words[0]]].type if words[0] in NAMES else None
    if kind is bool:
        return ["true", "false"]
    return list(get_args(kind)) if get_origin(kind) is Literal else []


_CHOICES: Mapping[str, tuple[Choices, ...]] = {
    "usage": (lambda *_: ("full",),),
    "fallback": (_free_models, _free_models),
    "config": (_settings, _values),
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
