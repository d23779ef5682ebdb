"""Notices that files have changed, without being told."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
from twisted.application.internet import TimerService
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from ..quiet import quiet

INTERVAL = 0.5
"""Seconds between looks: what changes on disk counts within a second."""

Stamp = tuple[int, ...] | str
"""What tells one state of a file from another."""


def stamp(path: Path) -> Stamp:
    """The state of *path* at this moment; the error's name when it has none."""
    try:
        found = os.stat(path)
    except OSError as e:
        return type(e).__name__
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev)


@attrs.define(eq=False, slots=False)
class FileWatch(TimerService):
    """
    Calls when it starts, and whenever one of some files has changed since it was last looked at.

    :param paths: the files, which need not exist.
    :param changed: called without arguments; reads the files again.
    :param clock: times the looks.
    :param stamp: tells one state of a file from another.
    """

    _paths: Sequence[Path]
    _changed: Callable[[], None]
    _clock: IReactorTime
    _stamp: Callable[[Path], object] = stamp
    _stamps: list[object] = attrs.field(init=False, factory=list)

    _log = Logger()

    def __attrs_post_init__(self) -> None:
        super().__init__(INTERVAL, self._look)
        self.clock = self._clock

    def _look(self) -> None:
        # Before the files are read: a change in between is seen at the next look.
        found = [self._stamp(path) for path in self._paths]
        if found == self._stamps:
            return
        self._stamps = found
        try:
            self._changed()
        except Exception:
            # An exception that left here would end the calls.
            self._log.failure("a change on disk could not be followed", quiet())
