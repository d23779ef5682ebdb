"""Ends the process when the system says so."""

import signal
from contextlib import suppress
from typing import Any

import attrs
from twisted.application.service import Service
from twisted.internet.error import ReactorNotRunning


@attrs.define(eq=False, slots=False)
class Termination(Service):
    """
    Makes of SIGTERM a clean stop with status 0: what was asked for is no failure.

    ``twist`` alone would end with the signal, once everything has stopped. A second one ends the
    process at once.

    :param reactor: is stopped.
    """

    _reactor: Any

    def startService(self) -> None:
        """Wait for the signal, as soon as the reactor runs and has set its own traps."""
        super().startService()
        self._reactor.callWhenRunning(signal.signal, signal.SIGTERM, self._end)

    def _end(self, number: int, frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        self._reactor.callFromThread(self._stop)

    def _stop(self) -> None:
        # An interrupt may have come first.
        with suppress(ReactorNotRunning):
            self._reactor.stop()
