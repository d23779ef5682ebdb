"""The home folder and what is in it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ...phrase import Phrase
from ...settings.home import read_token
from .case import Case
from .finding import Finding, State

ROOM = 16 * 1024 * 1024
"""The least bytes that should be free where files are kept."""

_GOOD = Phrase("`{path}`", "`{path}`")
_FUTURE = Phrase("`{path}` will be made", "`{path}` sera créé")
_UNWRITABLE = Phrase("nothing can be written to `{path}`", "rien ne peut être écrit dans `{path}`")
_OWN = Phrase(
    "make it yours: `chown $(id -un) {path}` and `chmod u+rwx {path}`, or set POLLINATIONS_HOME",
    "rendez-le vôtre : `chown $(id -un) {path}` et `chmod u+rwx {path}`, ou POLLINATIONS_HOME",
)
_OPEN = Phrase(
    "others may look into `{path}` (mode {mode})", "d'autres peuvent lire `{path}` (mode {mode})"
)
_CLOSE = Phrase("`chmod {right} {path}`", "`chmod {right} {path}`")
_FULL = Phrase("the disk of `{path}` is full", "le disque de `{path}` est plein")
_CLEAR = Phrase("make room", "libérez de la place")
_PRIVATE = Phrase("for no other eyes ({count})", "pour vous seul ({count})")
_SETTINGS = Phrase("`{path}`: {problem}", "`{path}` : {problem}")
_MEND = Phrase("mend the file", "corrigez le fichier")
_DEFAULTS = Phrase(
    "`{path}` is not there, the defaults count", "`{path}` absent : valeurs par défaut"
)
_TOKEN = Phrase(
    "clients must bear the one in `{path}`", "les clients doivent présenter celui de `{path}`"
)
_NO_TOKEN = Phrase(
    "none is wanted: only this machine comes in", "aucun : seule cette machine entre"
)
_BAD_TOKEN = Phrase("`{path}` cannot be used: {problem}", "`{path}` est inutilisable : {problem}")
_NEW_TOKEN = Phrase("`pollinations token --new`", "`pollinations token --new`")


def folder(case: Case) -> Iterator[Finding]:
    """The home folder: there, ours, closed to others, with room in it."""
    path = case.home.path
    if not path.exists():
        nearest = next(parent for parent in path.parents if parent.exists())
        good = os.access(nearest, os.W_OK | os.X_OK)
        yield (
            _of(path, "home", "ok", _FUTURE)
            if good
            else _of(path, "home", "fail", _UNWRITABLE, _OWN)
        )
        return
    if not path.is_dir() or not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        yield _of(path, "home", "fail", _UNWRITABLE, _OWN)
    elif _mode(path) & 0o077:
        yield _open(path, "home", "warn", "700")
    elif os.statvfs(path).f_bavail * os.statvfs(path).f_frsize < ROOM:
        yield _of(path, "home", "fail", _FULL, _CLEAR)
    else:
        yield _of(path, "home", "ok", _GOOD)


def modes(case: Case) -> Iterator[Finding]:
    """The files: what holds a key or a token must be for no other eyes."""
    home, config = case.home, case.start.file.path
    secret = (config, home.token)
    paths = (*secret, home.proxy, home.port, home.signatures, home.catalogue)
    there = [path for path in paths if path.is_file()]
    wide = [path for path in there if _mode(path) & 0o077]
    for path in wide:
        yield _open(path, "files", "fail" if path in secret else "warn", "600")
    if there and not wide:
        yield Finding("files", "ok", _PRIVATE, fields={"count": len(there)})


def settings(case: Case) -> Iterator[Finding]:
    """The settings: each value that is wrong."""
    path, problems = case.settings
    for problem in problems:
        fields = {"path": path, "problem": problem}
        yield Finding("settings", "fail", _SETTINGS, _MEND, fields)
    if not problems:
        yield _of(path, "settings", "ok", _GOOD if path.exists() else _DEFAULTS)


def token(case: Case) -> Iterator[Finding]:
    """The token that clients must bear, if there is one."""
    path = case.home.token
    try:
        found = read_token(path)
    except (OSError, ValueError) as e:
        problem = getattr(e, "strerror", None) or "it holds no token"
        fields = {"path": path, "problem": problem}
        yield Finding("token", "fail", _BAD_TOKEN, _NEW_TOKEN, fields)
    else:
        yield _of(path, "token", "ok", _NO_TOKEN if found is None else _TOKEN)


def _of(path: Path, name: str, state: State, what: Phrase, do: Phrase | None = None) -> Finding:
    return Finding(name, state, what, do, {"path": path})


def _open(path: Path, name: str, state: State, right: str) -> Finding:
    fields = {"path": path, "mode": f"{_mode(path):03o}", "right": right}
    return Finding(name, state, _OPEN, _CLOSE, fields)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
