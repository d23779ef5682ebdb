"""A worker's life: it serves as long as its parent lives and wants it to."""

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import attrs
from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.error import ReactorNotRunning
from twisted.internet.stdio import StandardIO
from twisted.logger import Logger

from .link import Link
from .post import HEARD, SAID


@attrs.define(eq=False, slots=False)
class WorkerService(Service):
    """
    Keeps the pipes to the parent, and ends this process when the parent says so or is gone.

    A signal that ends processes does so here once, as gently: those that hurry a stop go to the
    parent. An interrupt at a terminal reaches all of its processes, and is the parent's.

    :param link: what goes through the pipes.
    :param hurry: ends a stop that takes its time.
    :param loads: read files again each.
    :param last: says the last words.
    """

    _reactor: Any
    _link: Link
    _hurry: Callable[[], None]
    _loads: Sequence[Callable[[], None]]
    _last: Callable[[], None]
    _gone: "Deferred[None] | None" = attrs.field(default=None, init=False)

    _log = Logger()

    def startService(self) -> None:
        """Serve as soon as the reactor turns."""
        super().startService()
        self._link.topics.update(
            stop=self._stop, hurry=self._hurried, reload=self._reload, ping=self._pinged
        )
        self._link.ended.append(self._lost)
        for descriptor in (SAID, HEARD):
            os.set_inheritable(descriptor, False)
        pipes: Any = StandardIO
        pipes(self._link, HEARD, SAID, self._reactor)
        self._reactor.callWhenRunning(self._serve)

    def stopService(self) -> "Deferred[None] | None":
        """Say the last words."""
        super().stopService()
        if self._link.lost:
            return None
        self._gone = Deferred()
        self._last()
        self._link.transport.loseConnection()  # type: ignore[union-attr]
        return self._gone

    def _serve(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._caught)
        self._link.tell("serving")

    def _caught(self, number: int, frame: object) -> None:
        self._reactor.callFromThread(self._stop)

    def _stop(self, _: object = None) -> None:
        with suppress(ReactorNotRunning):
            self._reactor.stop()

    def _hurried(self, _: object) -> None:
        self._hurry()

    def _pinged(self, _: object) -> None:
        self._link.tell("pong")

    def _reload(self, _: object) -> None:
        for load in self._loads:
            load()

    def _lost(self) -> None:
        if self._gone is not None:
            self._gone.callback(None)
            return
        self._log.warn("the parent is gone, this worker stops")
        self._stop()
