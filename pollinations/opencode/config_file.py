"""A file of OpenCode's settings on disk: looked at with care, and never lost."""

import errno
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import attrs

from ..errors import PollinationsError
from ..files import read_plain, write_whole
from ..settings import jsonc
from ..settings.document import FILE_LIMIT
from .ownership import digest


class Refused(PollinationsError):
    """Setup changes nothing. Says why, and what to do, for a person."""


@attrs.frozen
class ConfigFile:
    """
    A file as it was found.

    :param data: what was in it; ``None`` where there is none.
    :param mode: its mode, or the one to make it with.
    :param owner: the user and the group that it belongs to.
    """

    path: Path
    data: bytes | None
    mode: int
    owner: tuple[int, int] | None = None

    @classmethod
    def read(cls, path: Path, mode: int) -> "ConfigFile":
        """
        The file at *path*.

        :param mode: the mode to make it with.
        :raises OSError: it cannot be read, or not be written.
        """
        try:
            found = os.stat(path)
        except FileNotFoundError:
            return cls(path, None, mode)
        data = read_plain(path, FILE_LIMIT)
        if not found.st_mode & stat.S_IWUSR or not os.access(path, os.W_OK):
            raise OSError(errno.EACCES, "it is read-only", str(path))
        return cls(path, data, stat.S_IMODE(found.st_mode), (found.st_uid, found.st_gid))

    @property
    def text(self) -> str | None:
        """
        What is in it, a byte order mark included.

        :raises ValueError: that is not text.
        """
        try:
            return None if self.data is None else self.data.decode("utf-8")
        except UnicodeDecodeError:
            raise ValueError("it is not UTF-8") from None

    @property
    def name(self) -> str | None:
        """The digest of what is in it."""
        return None if self.data is None else digest(self.data)

    def write(self, data: bytes) -> None:
        """
        Put *data* there instead, unless somebody else did so meanwhile. The file keeps its mode,
        and a symbolic link stays one.

        :raises OSError: the disk does not let us; the file is as it was.
        :raises Refused: somebody has changed it.
        """
        self._unchanged()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self.path, data, self.mode)
        self._give_back()

    def delete(self) -> None:
        """
        Take it away, unless somebody has changed it.

        :raises OSError: the disk does not let us.
        :raises Refused: somebody has changed it.
        """
        self._unchanged()
        Path(os.path.realpath(self.path)).unlink()

    def keep(self) -> tuple[Path, bool]:
        """
        Keep a copy beside it, in the place of no other: where that is, and whether it is new.

        :raises OSError: the disk does not let us.
        """
        assert self.data is not None
        for number in count():
            copy = Path(f"{self.path}.bak{f'.{number}' if number else ''}")
            with suppress(FileNotFoundError):
                if read_plain(copy) != self.data:
                    continue
                return copy, False
            write_whole(copy, self.data, self.mode)
            return copy, True
        raise AssertionError("numbers do not end")

    def _give_back(self) -> None:
        """Let root's work be the user's."""
        if self.owner is not None and os.geteuid() == 0:
            os.chown(self.path, *self.owner)

    def _unchanged(self) -> None:
        try:
            now: bytes | None = read_plain(self.path, FILE_LIMIT)
        except FileNotFoundError:
            now = None
        if now != self.data:
            raise Refused(f"{self.path} was changed by another program meanwhile; try again.")


def source_of(path: Path) -> str | None:
    """
    The text in *path*, as far as it is one; ``None`` when there is no such file.

    :raises OSError: it cannot be read.
    """
    try:
        return read_plain(path, FILE_LIMIT).decode("utf-8", "replace")
    except FileNotFoundError:
        return None


def members_of(path: Path) -> Mapping[str, Any]:
    """What another file of settings holds; nothing when it cannot be understood."""
    try:
        data = jsonc.loads(read_plain(path, FILE_LIMIT))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
