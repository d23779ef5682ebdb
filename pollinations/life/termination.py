"""Ends the process when the system, or a person, says so."""

import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import attrs
from twisted.application.service import Service
from twisted.internet.error import ReactorNotRunning
from twisted.logger import Logger

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@attrs.define(eq=False, slots=False)
class Termination(Service):
    """
    Makes of SIGTERM, and of the interrupt that a terminal sends, a clean stop with status 0: what
    was asked for is no failure.

    ``twist`` alone would end with the signal. While a stop takes its time, a second signal hurries
    it; a third ends the process as if nobody had cared.

    :param reactor: is stopped.
    :param hurry: is called for the second one.
    """

    _reactor: Any
    _hurry: Callable[[], None] = lambda: None
    _asked: bool = attrs.field(default=False, init=False)

    _log = Logger()

    def startService(self) -> None:
        """Wait for the signals, as soon as the reactor runs and has set its own traps."""
        super().startService()
        self._reactor.callWhenRunning(self._trap)

    def _trap(self) -> None:
        for number in SIGNALS:
            # A shell's background processes ignore interrupts, and go on to do so.
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._end)

    def _end(self, number: int, frame: object) -> None:
        """The signal may have come at any moment: what it means is done in the reactor's turn."""
        if self._asked:
            for each in SIGNALS:
                signal.signal(each, signal.SIG_DFL)
            self._reactor.callFromThread(self._hurry)
            return
        self._asked = True
        self._reactor.callFromThread(self._stop, signal.Signals(number).name)

    def _stop(self, name: str) -> None:
        self._log.info("{name}: the proxy stops", name=name)
        # Something else may have stopped it already.
        with suppress(ReactorNotRunning):
            self._reactor.stop()
