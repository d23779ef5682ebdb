"""Writes log events into a file, and lives on when it cannot."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
from twisted.logger import ILogObserver, LogEvent, Logger, LogLevel
from zope.interface import implementer

from ..settings.schema import Settings
from .file import SharedLogFile
from .lines import LINES

AGAIN = 10.0
"""Seconds until a file that could not be written is tried again."""

SOON = 0.1
"""Seconds that an event may wait for others, to be written with them. By itself, amid all that
answers requests, it takes several times as long."""

MOST = 1000
"""How many wait at most."""


@implementer(ILogObserver)
@attrs.define(eq=False, slots=False)
class FileObserver:
    """
    Writes events into a file, in the form that the settings ask for.

    What the disk does not take is counted and lost. That is said once, to all other observers.

    :param path: the file; it is made when there is something to write.
    :param settings: gives those in force.
    :param call_later: the reactor's. Without it every event is written at once, with it those alone
        that tell of something wrong, and what was before them.
    """

    _path: Path
    _settings: Callable[[], Settings]
    _call_later: Callable[..., Any] | None = None
    _waiting: list[LogEvent] = attrs.field(factory=list, init=False)
    _writing: Any = attrs.field(default=None, init=False)
    _file: SharedLogFile | None = attrs.field(default=None, init=False)
    _lost: int = attrs.field(default=0, init=False)
    _failed: float | None = attrs.field(default=None, init=False)

    _log = Logger()

    def __call__(self, event: LogEvent) -> None:
        """Write *event*, at once or soon, if there is to be a file."""
        self._waiting.append(event)
        level = event.get("log_level", LogLevel.info)
        if self._call_later is None or level > LogLevel.info or len(self._waiting) >= MOST:
            self.flush()
        elif self._writing is None:
            self._writing = self._call_later(SOON, self.flush)

    def flush(self) -> None:
        """Write what waits."""
        writing, self._writing = self._writing, None
        if writing is not None and writing.active():
            writing.cancel()
        events, self._waiting = self._waiting, []
        logs = self._settings().logs
        if not events or not logs.file:
            return
        now = events[-1].get("log_time", 0.0)
        if self._failed is not None and 0 <= now - self._failed < AGAIN:
            self._lost += len(events)
            return
        try:
            self._write(b"".join(map(LINES[logs.format], events)))
        except (OSError, ValueError) as e:
            self._give_up(e, now, len(events))
        else:
            self._recover()

    def close(self) -> None:
        """Write what waits, and let go of the file; the next event opens it again."""
        self.flush()
        self._let_go()

    def _let_go(self) -> None:
        file, self._file = self._file, None
        if file is not None and not file.closed:
            file.close()

    def _write(self, lines: bytes) -> None:
        if self._file is None:
            self._file = SharedLogFile(self._path)
        self._file.write(lines)

    def _give_up(self, error: Exception, now: float, lost: int) -> None:
        self._lost += lost
        first, self._failed = self._failed is None, now
        with suppress(OSError):
            self._let_go()
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
