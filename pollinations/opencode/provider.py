"""What OpenCode's settings say of the proxy: the provider, the small model and the commands."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from ..routing.catalogue import Catalogue
from ..routing.route import FREE
from ..settings.home import Home, user_folder
from .entries import entries

PROVIDER: Final = "pollinations"
"""The provider's name in OpenCode, which stands before every model's: ``pollinations/free/…``."""

NPM: Final = "@ai-sdk/openai-compatible"
"""The adapter, which OpenCode brings along."""

SILENCE: Final = 300_000
"""Milliseconds for which OpenCode waits for an answer to begin, or to go on."""

_COMMANDS: Final = {
    "pollinations": "Pollinations: usage, mode, status, models, why, help",
    "poll": "The same as /pollinations, shorter",
}

_PLAIN = re.compile(r"[^\x00-\x1f\x7f\"\\{}]+")
"""Paths that OpenCode can put in for ``{file:…}``: it does so before it reads the JSON."""


@attrs.frozen
class Block:
    """
    What is written into OpenCode's settings, or given to its plugin.

    :param provider: the entry of ``provider``.
    :param small_model: who makes titles; ``None`` when no free model is known.
    :param command: the slash commands.
    """

    provider: Mapping[str, Any]
    small_model: str | None
    command: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As ``opencode.json`` has it."""
        small = {} if self.small_model is None else {"small_model": self.small_model}
        return {**small, "provider": {PROVIDER: self.provider}, "command": self.command}


def block(
    catalogue: Catalogue,
    has_key: bool,
    url: str,
    small: str,
    token: str | None = None,
) -> Block:
    """
    All that OpenCode is told.

    :param has_key: whether there is a key for ``enter``; without, its models are left out.
    :param url: the base of the proxy's API, or how OpenCode finds it: :func:`static_url`.
    :param small: the model for small tasks, ``free/NAME``.
    :param token: what the proxy's door wants to be shown, or a reference to it.
    """
    options = {
        "baseURL": url,
        **({} if token is None else {"apiKey": token}),
        "timeout": False,
        "headerTimeout": SILENCE,
        "chunkTimeout": SILENCE,
    }
    models = entries(catalogue, has_key)
    provider = {"npm": NPM, "name": "Pollinations", "options": options, "models": models}
    return Block(provider, _small_model(catalogue, small), _commands())


def static_url(home: Home, environ: Mapping[str, str], port: int) -> str:
    """
    The base of the API as OpenCode finds it at every start, whichever port the proxy has.

    :param port: the port to name where the folder's path cannot stand in OpenCode's settings.
    """
    file = reference(home.port, environ)
    return f"http://127.0.0.1:{port if file is None else file}/v1"


def reference(path: Path, environ: Mapping[str, str]) -> str | None:
    """``{file:…}`` for *path*; ``None`` for a path that OpenCode could not read in it."""
    user = user_folder(environ)
    inside = path.is_relative_to(user) and path != user
    written = f"~/{path.relative_to(user)}" if inside else str(path)
    return f"{{file:{written}}}" if _PLAIN.fullmatch(written) else None


def _commands() -> dict[str, Any]:
    return {
        name: {"template": "/pollinations $ARGUMENTS", "description": description}
        for name, description in _COMMANDS.items()
    }


def _small_model(catalogue: Catalogue, small: str) -> str | None:
    """*small* if it is known, else the first free model."""
    wanted = catalogue.find(FREE, small.removeprefix(f"{FREE}/"))
    known = (wanted, *catalogue.models.get(FREE, ()))
    found = next(filter(None, known), None)
    return None if found is None else f"{PROVIDER}/{FREE}/{found.name}"
