"""The file that is logged into, which several processes may share."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from twisted.python.logfile import LogFile

from ..files import locked, make_private_folder

LENGTH = 10 * 1000 * 1000
"""Bytes after which a file is put aside."""

KEPT = 5
"""How many of those are kept."""


class SharedLogFile(LogFile):
    """
    A file of lines, for its owner's eyes, that is put aside when it is long.

    Each line is appended as a whole, wherever other processes have appended theirs. Who finds that
    the file is another one by now, or gone, goes on in the one of that name.

    :param path: the file; its folder is made too, and the one that this is in.
    :raises OSError: the disk does not let us.
    """

    def __init__(self, path: Path, length: int = LENGTH, kept: int = KEPT) -> None:
        make_private_folder(path.parent.parent)
        make_private_folder(path.parent)
        super().__init__(path.name, str(path.parent), length, 0o600, kept)

    def _openFile(self) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(self.path, flags, 0o600)
        with suppress(OSError):
            # One that somebody else has made for us is not ours to close to others.
            os.fchmod(descriptor, 0o600)
        self._file: Any = os.fdopen(descriptor, "ab", 0)
        self.closed = False
        found = os.fstat(descriptor)
        self.size, self._place = found.st_size, (found.st_dev, found.st_ino)

    def shouldRotate(self) -> bool:
        """Whether the file is long, after having made sure that it is the one of this name."""
        found = self._found()
        if found is not None and (found.st_dev, found.st_ino) == self._place:
            self.size = found.st_size
        else:
            self.reopen()
        return bool(self.size >= self.rotateLength)

    def rotate(self) -> None:
        """Put the file aside, unless another process does or has just done so."""
        # A disk that does not let us may still take the line.
        with suppress(OSError), locked(Path(self.path), patience=0):
            if self.shouldRotate():
                super().rotate()

    def _found(self) -> os.stat_result | None:
        try:
            return os.stat(self.path)
        except FileNotFoundError:
            return None
