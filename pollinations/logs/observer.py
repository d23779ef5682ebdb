"""Writes log events into a file, and lives on when it cannot."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import attrs
from twisted.logger import ILogObserver, LogEvent, Logger
from zope.interface import implementer

from ..settings.schema import Settings
from .file import SharedLogFile
from .lines import LINES

AGAIN = 10.0
"""Seconds until a file that could not be written is tried again."""


@implementer(ILogObserver)
@attrs.define(eq=False, slots=False)
class FileObserver:
    """
    Writes events into a file, in the form that the settings ask for.

    What the disk does not take is counted and lost. That is said once, to all other observers.

    :param path: the file; it is made when there is something to write.
    :param settings: gives those in force.
    """

    _path: Path
    _settings: Callable[[], Settings]
    _file: SharedLogFile | None = attrs.field(default=None, init=False)
    _lost: int = attrs.field(default=0, init=False)
    _failed: float | None = attrs.field(default=None, init=False)

    _log = Logger()

    def __call__(self, event: LogEvent) -> None:
        """Write *event*, if there is to be a file."""
        logs = self._settings().logs
        if not logs.file:
            return
        now = event.get("log_time", 0.0)
        if self._failed is not None and 0 <= now - self._failed < AGAIN:
            self._lost += 1
            return
        try:
            self._write(LINES[logs.format](event))
        except (OSError, ValueError) as e:
            self._give_up(e, now)
        else:
            self._recover()

    def close(self) -> None:
        """Let go of the file; the next event opens it again."""
        file, self._file = self._file, None
        if file is not None and not file.closed:
            file.close()

    def _write(self, line: bytes) -> None:
        if self._file is None:
            self._file = SharedLogFile(self._path)
        self._file.write(line)

    def _give_up(self, error: Exception, now: float) -> None:
        self._lost += 1
        first, self._failed = self._failed is None, now
        with suppress(OSError):
            self.close()
        if first:
            reason = getattr(error, "strerror", None) or type(error).__name__
            self._log.warn(
                "{path} cannot be written: {reason}", path=str(self._path), reason=reason
            )

    def _recover(self) -> None:
        if self._failed is None:
            return
        lost, self._lost, self._failed = self._lost, 0, None
        self._log.info(
            "{path} is written again; {lost} lines are lost", path=str(self._path), lost=lost
        )
