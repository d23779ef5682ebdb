"""
The folder that everything is kept in, and the files by which other programs find a proxy.

These functions wait for the disk; inside a reactor they belong in a thread, or at the start.
"""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import attrs
import orjson

from ..files import change, expanded, locked, read_plain, write_whole

TOKEN_PREFIX = "local_"
"""What tokens of this door begin with, so that none is taken for a key of Pollinations."""

_ANOTHER = "`pollinations token --new` makes a token"


@attrs.frozen
class Running:
    """
    A proxy that listens, as ``proxy.json`` describes it.

    :param url: the base of its API, ``http://127.0.0.1:10001/v1``.
    :param port: its port, or ``None`` when it listens on no TCP port.
    :param started: when, in whole seconds since the epoch.
    """

    url: str
    pid: int
    port: int | None
    version: str
    started: int


@attrs.frozen
class Home:
    """
    The one folder, mode 0700 when made by us, and the names of what is in it.

    :param path: ``$POLLINATIONS_HOME``, or ``~/.pollinations``.
    """

    path: Path

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        """The home that *environ* names, else the user's."""
        named = environ.get("POLLINATIONS_HOME")
        if named:
            return cls(expanded(named).absolute())
        return cls(user_folder(environ) / ".pollinations")

    @property
    def config(self) -> Path:
        """The settings."""
        return self.path / "config.json"

    @property
    def proxy(self) -> Path:
        """What the proxy that was started last says of itself, while it runs."""
        return self.path / "proxy.json"

    @property
    def port(self) -> Path:
        """The bare number of the last port; it stays, since OpenCode will not start without."""
        return self.path / "port"

    @property
    def signatures(self) -> Path:
        """What models want back later."""
        return self.path / "signatures.json"

    @property
    def catalogue(self) -> Path:
        """The last model lists that were read."""
        return self.path / "catalogue.json"

    @property
    def log(self) -> Path:
        """What was logged last."""
        return self.path / "logs" / "pollinations.log"

    @property
    def token(self) -> Path:
        """What clients must show at this door, if there is one."""
        return self.path / "token"

    def announce(self, running: Running) -> None:
        """
        Let other programs find *running*.

        :raises OSError: the disk does not let us.
        """
        if running.port is not None:
            write_whole(self.port, str(running.port).encode())
        with locked(self.proxy):
            write_whole(self.proxy, orjson.dumps(running, default=attrs.asdict))

    def running(self) -> Running | None:
        """What ``proxy.json`` says; ``None`` when it is not there or cannot be understood."""
        try:
            return _running(self.proxy.read_bytes())
        except (OSError, ValueError, TypeError):
            return None

    def standing(self) -> tuple[Running | None, bool]:
        """What :meth:`running` says, and whether that process still is."""
        running = self.running()
        return running, running is not None and alive(running.pid)

    def withdraw(self, pid: int) -> None:
        """
        Take ``proxy.json`` away, if it speaks of process *pid* and not of one started later.

        :raises OSError: the disk does not let us.
        """
        with locked(self.proxy):
            found = self.running()
            if found is not None and found.pid == pid:
                with suppress(FileNotFoundError):
                    self.proxy.unlink()


def _running(data: bytes) -> Running:
    return Running(**orjson.loads(data))


def alive(pid: Any) -> bool:
    """Whether there is a process *pid*, and of this user; that of another is no proxy of ours."""
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except (OSError, OverflowError):
        return False
    return True


def user_folder(environ: Mapping[str, str]) -> Path:
    """
    The user's own folder: ``$HOME``, else what the system says.

    Where neither knows one, as in a container with a user of no name, no file is ever found in it.
    """
    return expanded(environ.get("HOME") or "~")


def read_token(path: Path) -> str | None:
    """
    The local token; ``None`` when there is none.

    :raises OSError: there is one and it cannot be read: not the same as none at all.
    :raises ValueError: the file is there and holds no token.
    """
    try:
        return _token(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _token(path: Path) -> str:
    try:
        token = read_plain(path).decode("ascii").strip()
    except UnicodeDecodeError:
        # What it says of the file's content is not for the log.
        raise ValueError(f"{path} is no plain text; {_ANOTHER}") from None
    if not token:
        raise ValueError(f"{path} is empty; {_ANOTHER}")
    return token


def make_token(path: Path, new: bool = False) -> str:
    """
    The local token, made unless it is there.

    :param new: whether to make another one in any case; the former is no longer accepted.
    :raises OSError: the disk does not let us.
    :raises ValueError: the file is there and holds no token.
    """
    fresh = TOKEN_PREFIX + secrets.token_urlsafe(32)
    change(path, lambda old: old if old and old.strip() and not new else fresh.encode())
    return _token(path)
