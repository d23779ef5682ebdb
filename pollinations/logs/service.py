"""The log of a proxy, around its other parts: it begins before them and ends after them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from twisted.application.service import IService, MultiService
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.logger import (
    ILogObserver,
    LogEvent,
    Logger,
    LogPublisher,
    PredicateResult,
    globalLogPublisher,
)
from twisted.python.failure import Failure
from zope.interface import implementer

from ..quiet import quiet
from ..settings.schema import Settings
from .context import Served, current
from .levels import Levels
from .observer import FileObserver

LEGACY_FAILURE = "failure"
"""What Twisted's older interface adds to events for ``log_failure``."""

NOBODY = Served("")
"""Stands for a request where none is served."""


@implementer(ILogObserver)
class LogService(MultiService):
    """
    Says of each event which request it is about, and writes it into a file.

    It changes events for those who observe them after it, too. ``twist`` begins to log when its
    services have started, so it is one of those.

    :param path: the file, or ``None`` for none.
    :param settings: gives those in force.
    :param parts: what is logged about.
    :param call_later: the reactor's, which writes what is not urgent soon, and together. Without it
        every event is written at once.
    :param publisher: where events come from.
    :param seconds: measures how long the parts run.
    """

    def __init__(
        self,
        path: Path | None,
        settings: Callable[[], Settings],
        *parts: IService,
        call_later: Callable[..., Any] | None = None,
        publisher: LogPublisher = globalLogPublisher,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__()
        self._publisher, self._seconds, self._began = publisher, seconds, seconds()
        self._log = Logger(observer=publisher)
        self._file = None if path is None else FileObserver(path, settings, call_later)
        self._levels = Levels(settings)
        for part in parts:
            part.setServiceParent(self)

    def startService(self) -> None:
        """Begin to log, then start the parts."""
        self._publisher.addObserver(self)
        self._began = self._seconds()
        super().startService()

    def stopService(self) -> "Deferred[Any]":
        """Stop the parts; when they have stopped, say so, and log no more."""
        return maybeDeferred(super().stopService).addBoth(self._end)

    def __call__(self, event: LogEvent) -> None:
        """Observe *event*."""
        # What is logged before the reactor turns comes again when twist begins to log.
        if "request_id" in event:
            return
        served = current() or NOBODY
        event["request_id"] = served.id
        event.setdefault("universe", served.universe)
        if served.trace_id:
            event.setdefault("trace_id", served.trace_id)
        for name in ("log_failure", LEGACY_FAILURE):
            if isinstance(event.get(name), Failure):
                event[name] = quiet(event[name])
        if self._file is not None and self.hears(event):
            self._file(event)

    def hears(self, event: LogEvent) -> bool:
        """Whether *event*, of which level and namespace will do, is written into a file."""
        return self._file is not None and self._levels(event) is not PredicateResult.no

    def _end(self, result: Any) -> Any:
        ran = timedelta(seconds=round(self._seconds() - self._began))
        self._log.info("stopped, after it ran for {ran}", ran=str(ran))
        self._publisher.removeObserver(self)
        if self._file is not None:
            self._file.close()
        return result
