"""What OpenCode is to be told: by the proxy that runs, else by what is in the files."""

import http.client
from collections.abc import Mapping
from typing import Any

import attrs
import orjson

from ..neighbour import connection, health
from ..opencode.provider import Block, block, reference, static_url
from ..settings.home import Running, read_token
from ..settings.keys import Keys, Places
from ..settings.schema import Settings
from ..start import Start
from .models import known
from .running import address_of, find

PATIENCE = 5.0
"""Seconds that the proxy may take to list its models."""

LIMIT = 16 * 1024 * 1024
"""The most bytes that the list may have."""

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
    keys = Keys(lambda: file.settings, environ, Places.of(environ))
    keys.load()
    running, token, port = find(home), read_token(home.token), _port(start)
    url, has_key = static_url(home, environ, port), keys.value() is not None
    if running is not None:
        has_key = _has_key(running, has_key)
        # The port's file says nothing of a proxy that is not at this address.
        url = url if running.url.startswith(_HERE) else running.url
    shown = None if token is None else reference(home.token, environ)
    made = block(known(home), has_key, url, file.settings.fallbacks.free.agent, shown)
    models = None if running is None else _asked(running, token)
    return Wanted(made if models is None else _with(made, models), has_key, port)


def _port(start: Start) -> int:
    """The port that a proxy would have, as far as one can tell before it starts."""
    for part in start.listen:
        number = part.removeprefix("tcp:").partition(":")[0]
        if number.isdigit() and int(number):
            return int(number)
    return Settings().port


def _has_key(running: Running, otherwise: bool) -> bool:
    address = address_of(running.url)
    found = None if address is None else health(*address)
    return otherwise if found is None else found["has_key"] is True


def _with(made: Block, asked: Block) -> Block:
    """*made* with the models that the proxy knows, who may know better."""
    provider = {**made.provider, "models": asked.provider["models"]}
    return attrs.evolve(made, provider=provider, small_model=asked.small_model)


def _asked(running: Running, token: str | None) -> Block | None:
    """What the proxy would tell OpenCode; ``None`` when it does not say."""
    address = address_of(running.url)
    if address is None:
        return None
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    asked = connection(*address, PATIENCE)
    try:
        asked.request("GET", "/v1/opencode", headers=headers)
        return _block(orjson.loads(asked.getresponse().read(LIMIT)))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        asked.close()


def _block(reply: Any) -> Block | None:
    match reply:
        case {
            "provider": {"pollinations": {"models": dict()} as provider},
            "command": dict(command),
        }:
            small = reply.get("small_model")
            return Block(provider, small if isinstance(small, str) else None, command)
    return None
