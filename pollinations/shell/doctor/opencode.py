"""Whether OpenCode is there, and knows of the proxy."""

from collections.abc import Iterator
from typing import Any

from ...files import read_plain
from ...opencode.places import Place
from ...opencode.provider import PROVIDER
from ...phrase import Phrase
from ...settings import jsonc
from ...settings.document import FILE_LIMIT
from ...settings.home import Home
from .case import Case, printed
from .finding import Finding

_ABSENT = Phrase("not found, nothing to set up", "introuvable, rien à configurer")
_INSTALLED = Phrase("{version} (`{path}`)", "{version} (`{path}`)")
_SILENT = Phrase("`{path}` does not tell its version", "`{path}` ne donne pas sa version")
_KNOWS = Phrase("`{path}` has the provider", "`{path}` contient le fournisseur")
_BLANK = Phrase("no settings name the provider", "aucun réglage ne nomme le fournisseur")
_UNREADABLE = Phrase(
    "`{path}` cannot be read ({reason}), OpenCode will not start",
    "`{path}` est illisible ({reason}), OpenCode ne démarrera pas",
)
_MEND = Phrase("mend the file", "corrigez le fichier")
_SETUP = Phrase("`pollinations setup`", "`pollinations setup`")
_PLUGGED = Phrase("`{path}`", "`{path}`")
_UNPLUGGED = Phrase(
    "`{path}` is missing: no notifications, and no proxy is started",
    "`{path}` manque : pas de notifications, aucun proxy n'est démarré",
)
_NO_PORT = Phrase(
    "`{path}` holds no port, and OpenCode will not start without",
    "`{path}` ne contient aucun port, et OpenCode ne démarre pas sans",
)
_OTHER_PORT = Phrase(
    "`{path}` says {said}, and the proxy that was started last listens on {port}",
    "`{path}` dit {said}, et le dernier proxy démarré écoute sur {port}",
)
_RESTART = Phrase("restart that proxy", "redémarrez ce proxy")
_PORT = Phrase("`{path}` says {said}", "`{path}` dit {said}")


def opencode(case: Case) -> Iterator[Finding]:
    """The program, its settings, its plugin, and the port that they read."""
    path = case.path_of("opencode")
    named = list(_configured(case))
    if path is None and not any(found.state == "ok" for found in named):
        yield Finding("opencode", "ok", _ABSENT)
        return
    if path is not None:
        yield _program(path)
    yield from named
    yield _plugin(case)
    if any(found.state == "ok" for found in named):
        yield _port(case.home)


def _program(path: str) -> Finding:
    version = printed([path, "--version"])
    fields = {"path": path, "version": version}
    return Finding("opencode", "warn" if version is None else "ok", _said(version), fields=fields)


def _said(version: str | None) -> Phrase:
    return _SILENT if version is None else _INSTALLED


def _configured(case: Case) -> Iterator[Finding]:
    """The first of OpenCode's files that names the provider, and any that it cannot read."""
    name, knows = "opencode settings", False
    for path in Place.of_user(case.environ).configs:
        try:
            data = jsonc.loads(read_plain(path, FILE_LIMIT))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as e:
            fields = {"path": path, "reason": getattr(e, "strerror", None) or e}
            yield Finding(name, "fail", _UNREADABLE, _MEND, fields)
            knows = True
            continue
        if not knows and _provider(data):
            yield Finding(name, "ok", _KNOWS, fields={"path": path})
            knows = True
    if not knows:
        yield Finding(name, "warn", _BLANK, _SETUP)


def _provider(data: Any) -> bool:
    match data:
        case {"provider": dict(providers)}:
            return isinstance(providers.get(PROVIDER), dict)
    return False


def _plugin(case: Case) -> Finding:
    path = Place.of_user(case.environ).plugin
    fields = {"path": path}
    if path.exists():
        return Finding("opencode plugin", "ok", _PLUGGED, fields=fields)
    return Finding("opencode plugin", "warn", _UNPLUGGED, _SETUP, fields)


def _port(home: Home) -> Finding:
    """What the provider's address is made of."""
    name, running = "opencode port", home.running()
    try:
        said = read_plain(home.port, FILE_LIMIT).decode().strip()
    except (OSError, ValueError):
        said = ""
    fields = {"path": home.port, "said": said, "port": running and running.port}
    if not said.isdecimal():
        return Finding(name, "fail", _NO_PORT, _SETUP, fields)
    if running is not None and running.port is not None and str(running.port) != said:
        return Finding(name, "warn", _OTHER_PORT, _RESTART, fields)
    return Finding(name, "ok", _PORT, fields=fields)
