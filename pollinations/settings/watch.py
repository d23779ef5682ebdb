"""Notices that files have changed, without being told."""

import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
from twisted.application.service import Service
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

INTERVAL = 0.5
"""Seconds between looks: what changes on disk counts within a second."""

FILE_LIMIT = 1024 * 1024
"""The most bytes that a file of settings may have."""

Stamp = tuple[int, ...] | str
"""What tells one state of a file from another."""


def stamp(path: Path) -> Stamp:
    """The state of *path* at this moment; the error's name when it has none."""
    try:
        found = os.stat(path)
    except OSError as e:
        return type(e).__name__
    return (found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev)


def read_file(path: Path) -> bytes:
    """
    What is in *path*, a file of settings.

    Never waits, and never takes in more than a file of settings can hold.

    :raises OSError: it cannot be read, is not a plain file or is too large; the error's
        ``strerror`` says which.
    """
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(0, "it is not a plain file")
    if found.st_size > FILE_LIMIT:
        raise OSError(0, f"it is larger than {FILE_LIMIT} bytes")
    return path.read_bytes()


@attrs.define(eq=False, slots=False)
class FileWatch(Service):
    """
    Calls when it starts, and whenever one of some files has changed since it was last looked at.

    :param paths: the files, which need not exist.
    :param changed: called without arguments; reads the files again.
    :param clock: times the looks.
    """

    _paths: Sequence[Path]
    _changed: Callable[[], None]
    _clock: IReactorTime
    _stamps: list[Stamp] = attrs.field(init=False, factory=list)
    _loop: LoopingCall = attrs.field(init=False)

    _log = Logger()

    def startService(self) -> None:
        """Begin to look."""
        super().startService()
        self._loop = LoopingCall(self._look)
        self._loop.clock = self._clock
        self._loop.start(INTERVAL)

    def stopService(self) -> None:
        """Look no more."""
        super().stopService()
        self._loop.stop()

    def _look(self) -> None:
        # Before the files are read: a change in between is seen at the next look.
        found = [stamp(path) for path in self._paths]
        if found == self._stamps:
            return
        self._stamps = found
        try:
            self._changed()
        except Exception:
            # An exception that left here would end the loop.
            self._log.failure("a change on disk could not be followed")
