"""Reads everything again when the system says so."""

import signal
from collections.abc import Callable, Sequence
from typing import Any

import attrs
from twisted.application.service import Service
from twisted.logger import Logger

from ..quiet import quiet


@attrs.define(eq=False, slots=False)
class Hangup(Service):
    """
    Makes of SIGHUP, which would end the process, a new look at everything that is kept elsewhere.

    They are watched in any case; this is for those that cannot be watched well, as on a network's
    disk, and for service supervisors that reload by this signal.

    :param reactor: is where that is done, when it comes to it.
    :param loads: do one thing each, in this order, whatever becomes of the others.
    """

    _reactor: Any
    _loads: Sequence[Callable[[], None]]

    _log = Logger()

    def startService(self) -> None:
        """Wait for the signal, which no reactor traps; what comes before it runs is kept for it."""
        super().startService()
        signal.signal(signal.SIGHUP, self._caught)

    def _caught(self, number: int, frame: object) -> None:
        self._reactor.callFromThread(self._again)

    def _again(self) -> None:
        for load in self._loads:
            try:
                load()
            except Exception:
                self._log.failure("something was not read again", quiet())
        self._log.info("all files were read again")
