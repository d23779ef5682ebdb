"""What OpenCode is to be told: by the proxy that runs, else by what is in the files."""

from collections.abc import Mapping
from typing import Any

import attrs

from ..neighbour import fetch
from ..opencode.provider import Block, block, reference, static_url
from ..settings.home import read_token
from ..settings.keys import Keys
from ..settings.schema import Settings
from ..start import Start
from .models import known
from .running import health_of

PATIENCE = 5.0
"""Seconds that the proxy may take to list its models."""

_HERE = "http://127.0.0.1:"


@attrs.frozen
class Wanted:
    """
    What is to be in OpenCode's settings.

    :param has_key: whether there is a key for ``enter``.
    :param port: what to name where no proxy has ever said its port.
    """

    block: Block
    has_key: bool
    port: int


def wanted(start: Start, environ: Mapping[str, str]) -> Wanted:
    """
    What is to be in OpenCode's settings.

    :param environ: the environment, in which a key may be.
    :raises OSError: the token at the proxy's door cannot be read.
    :raises ValueError: there is no token in its file.
    """
    home, file = start.home, start.file
    keys = Keys.read(environ, lambda: file.settings)
    running, token, port = home.running(), read_token(home.token), start.port or Settings().port
    url, has_key, models = static_url(home, environ, port), keys.value() is not None, None
    said = None if running is None else health_of(running)
    if running is not None and said is not None:
        has_key, models = said["has_key"] is True, _asked(running.url, token)
        # The port's file says nothing of a proxy that is not at this address.
        url = url if running.url.startswith(_HERE) else running.url
    shown = None if token is None else reference(home.token, environ)
    made = block(known(home), has_key, url, file.settings.fallbacks.free.agent, shown)
    return Wanted(made if models is None else _with(made, models), has_key, port)


def _with(made: Block, asked: Block) -> Block:
    """*made* with the models that the proxy knows, who may know better."""
    provider = {**made.provider, "models": asked.provider["models"]}
    return attrs.evolve(made, provider=provider, small_model=asked.small_model)


def _asked(url: str, token: str | None) -> Block | None:
    """What the proxy would tell OpenCode; ``None`` when it does not say."""
    try:
        _, reply = fetch(url, "/v1/opencode", PATIENCE, token)
    except (OSError, ValueError):
        return None
    return _block(reply)


def _block(reply: Any) -> Block | None:
    match reply:
        case {
            "provider": {"pollinations": {"models": dict()} as provider},
            "command": dict(command),
        }:
            small = reply.get("small_model")
            return Block(provider, small if isinstance(small, str) else None, command)
    return None
