"""Whether a proxy runs, and whether one could."""

import socket
from collections.abc import Iterator
from contextlib import closing

from ... import __version__
from ...neighbour import health
from ...phrase import Phrase
from ...settings.home import Running, alive
from ..running import health_of
from .case import Case
from .finding import Finding

_RUNS = Phrase(
    "version {version} answers at {url} (process {pid}, mode {mode})",
    "la version {version} répond à {url} (processus {pid}, mode {mode})",
)
_OTHER = Phrase(
    "version {version} answers at {url}, and {installed} is installed",
    "la version {version} répond à {url}, et {installed} est installée",
)
_RESTART = Phrase("restart it", "redémarrez-le")
_NONE = Phrase("none runs", "aucun ne tourne")
_START = Phrase("start one: `twist pollinations`", "démarrez-en un : `twist pollinations`")
_STALE = Phrase(
    "none runs; `{path}` speaks of one (process {pid}) that ended without taking it away",
    "aucun ne tourne ; `{path}` parle d'un proxy (processus {pid}) qui s'est arrêté sans l'effacer",
)
_MUTE = Phrase(
    "process {pid} lives, and nothing of ours answers at {url}",
    "le processus {pid} existe, et rien de nous ne répond à {url}",
)
_LOOK = Phrase(
    "if `ps -p {pid}` shows a proxy, restart it; else `rm {path}`",
    "si `ps -p {pid}` montre un proxy, redémarrez-le ; sinon `rm {path}`",
)
_FREE = Phrase("{port} is free", "{port} est libre")
_TAKEN = Phrase(
    "{port} is taken, and what holds it is no pollinations proxy",
    "{port} est pris, et pas par un proxy pollinations",
)
_SIBLING = Phrase(
    "{port} is taken by a pollinations proxy (version {version}) that is not found by `proxy.json`",
    "{port} est pris par un proxy pollinations (version {version}) absent de `proxy.json`",
)
_ELSEWHERE = Phrase(
    "take another: `twist pollinations --port 0`, or `port` in `config.json`",
    "prenez-en un autre : `twist pollinations --port 0`, ou `port` dans `config.json`",
)
_CANNOT = Phrase("{port} cannot be listened on: {reason}", "{port} ne peut être ouvert : {reason}")


def running(case: Case) -> Iterator[Finding]:
    """The proxy that runs; without one, the port that it would take."""
    found = case.home.running()
    said = None if found is None else health_of(found)
    if found is None or said is None:
        yield _absent(case, found)
        yield _port(case.start.port)
        return
    fields = {"url": found.url, "pid": found.pid, **said, "installed": __version__}
    if said["version"] != __version__:
        yield Finding("proxy", "warn", _OTHER, _RESTART, fields)
    else:
        yield Finding("proxy", "ok", _RUNS, fields=fields)


def _absent(case: Case, found: Running | None) -> Finding:
    if found is None:
        return Finding("proxy", "warn", _NONE, _START)
    fields = {"pid": found.pid, "url": found.url, "path": case.home.proxy}
    if alive(found.pid):
        return Finding("proxy", "fail", _MUTE, _LOOK, fields)
    return Finding("proxy", "warn", _STALE, _START, fields)


def _port(port: int) -> Finding:
    with closing(socket.socket()) as trial:
        # As a listener does it: connections that ended lately do not keep a port.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as e:
            return _unfree(port, e)
    return Finding("port", "ok", _FREE, fields={"port": port})


def _unfree(port: int, error: OSError) -> Finding:
    said = health(f"http://127.0.0.1:{port}")
    if said is not None:
        fields = {"port": port, "version": said["version"]}
        return Finding("port", "warn", _SIBLING, _ELSEWHERE, fields)
    if isinstance(error, PermissionError):
        fields = {"port": port, "reason": error.strerror}
        return Finding("port", "fail", _CANNOT, _ELSEWHERE, fields)
    return Finding("port", "fail", _TAKEN, _ELSEWHERE, {"port": port})
