"""The proxy that runs, as a shell finds it and speaks to it. No reactor is needed for that."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..commands.verb import Told
from ..neighbour import fetch, health
from ..settings.home import Home, Running, alive, read_token

PATIENCE = 60.0
"""Seconds that a command may take; those that ask the service have shorter limits of their own."""


def find(home: Home) -> Running | None:
    """The proxy that was started last; ``None`` when it runs no more, or does not answer."""
    running = home.running()
    return running if running is not None and health_of(running) is not None else None


def health_of(running: Running) -> Mapping[str, Any] | None:
    """What *running* says at its ``/health``; ``None`` when it runs no more, or does not answer."""
    return health(running.url) if alive(running.pid) else None


def ask(running: Running, home: Home, words: Sequence[str]) -> Told:
    """
    What the proxy answers to a command. Never fails: what goes wrong is told.

    :param home: where the token is that it may want.
    :param words: the command's name and what follows it.
    """
    url = running.url
    try:
        token, body = read_token(home.token), {"words": _sent(words)}
        status, reply = fetch(url, "/v1/commands", PATIENCE, token, body)
    except TimeoutError:
        return _failed(f"The proxy at {url} has not answered for {PATIENCE:g} seconds.")
    except (OSError, ValueError) as e:
        return _failed(f"The proxy at {url} cannot be asked: {e}.")
    return _told(reply) or _failed(_why_not(url, home, status, reply))


def _sent(words: Sequence[str]) -> list[str]:
    """*words* as text; what a shell passed on that is none is shown as such."""
    return [word.encode(errors="surrogateescape").decode(errors="replace") for word in words]


def _told(reply: Any) -> Told | None:
    match reply:
        case {"ok": bool(ok), "text": str(text), "data": dict(data)}:
            # An older proxy does not say it.
            return Told(text, data, ok, reply.get("understood") is not False)
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
