"""The proxy that runs, as a shell finds it and speaks to it. No reactor is needed for that."""

import http.client
import os
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import orjson

from ..commands.verb import Told
from ..neighbour import connection, health
from ..settings.home import Home, Running, read_token

PATIENCE = 60.0
"""Seconds that a command may take; those that ask the service have shorter limits of their own."""

LIMIT = 16 * 1024 * 1024
"""The most bytes that an answer may have."""


def find(home: Home) -> Running | None:
    """The proxy that was started last; ``None`` when it runs no more, or does not answer."""
    running = home.running()
    if running is None or not alive(running.pid):
        return None
    address = address_of(running.url)
    return running if address is not None and health(*address) is not None else None


def alive(pid: Any) -> bool:
    """Whether there is a process *pid*, and of this user; that of another is no proxy of ours."""
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except (OSError, OverflowError):
        return False
    return True


def address_of(url: Any) -> tuple[str, int, bool] | None:
    """The host and the port of *url*, and whether it speaks TLS; ``None`` for what is no URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except (ValueError, TypeError, AttributeError):
        return None
    if not isinstance(host, str) or port is None or parts.scheme not in ("http", "https"):
        return None
    return host, port, parts.scheme == "https"


def ask(running: Running, home: Home, words: Sequence[str]) -> Told:
    """
    What the proxy answers to a command. Never fails: what goes wrong is told.

    :param home: where the token is that it may want.
    :param words: the command's name and what follows it.
    """
    try:
        status, reply = _post(running.url, read_token(home.token), words)
    except TimeoutError:
        return _failed(f"The proxy at {running.url} has not answered for {PATIENCE:g} seconds.")
    except (OSError, http.client.HTTPException) as e:
        return _failed(f"The proxy at {running.url} cannot be asked: {e or type(e).__name__}.")
    except ValueError as e:
        return _failed(f"The proxy at {running.url} cannot be asked: {e}.")
    return _told(reply) or _failed(_why_not(running.url, home, status, reply))


def _post(url: str, token: str | None, words: Sequence[str]) -> tuple[int, Any]:
    """
    The status, and what came with it; ``None`` when that is not JSON.

    :raises OSError: nothing came.
    :raises ValueError: it could not be asked.
    """
    address = address_of(url)
    if address is None:
        raise ValueError("it says no address")
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    asked = connection(*address, PATIENCE)
    try:
        asked.request("POST", "/v1/commands", orjson.dumps({"words": _sent(words)}), headers)
        response = asked.getresponse()
        return response.status, _parsed(response.read(LIMIT))
    finally:
        asked.close()


def _sent(words: Sequence[str]) -> list[str]:
    """*words* as text; what a shell passed on that is none is shown as such."""
    return [word.encode(errors="surrogateescape").decode(errors="replace") for word in words]


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _told(reply: Any) -> Told | None:
    match reply:
        case {"ok": bool(ok), "text": str(text), "data": dict(data)}:
            return Told(text, data, ok)
    return None


def _why_not(url: str, home: Home, status: int, reply: Any) -> str:
    if status == 401:
        return (
            f"The proxy at {url} wants another token than there is in {home.token}."
            " Restart it, or make a token with `pollinations token --new`."
        )
    if status in (404, 405):
        return f"The proxy at {url} takes no commands. Restart it, it may be an older version."
    return f"The proxy at {url} refused: {_message(reply) or f'status {status}'}"


def _message(reply: Any) -> str | None:
    match reply:
        case {"error": {"message": str(message)}}:
            return message
    return None


def _failed(text: str) -> Told:
    error: Mapping[str, Any] = {"error": text}
    return Told(text, error, ok=False)
