"""
Tells systemd how the process is doing.

The protocol is that of ``sd_notify(3)``: lines of ``NAME=value`` in a datagram to the Unix socket
that ``NOTIFY_SOCKET`` names.
"""

import os
import socket
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Self

import attrs
from twisted.application.service import Service
from twisted.internet.interfaces import IReactorCore, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

SPARE = 5.0
"""Seconds that the rest of a stop may take."""

VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


@attrs.define(eq=False)
class Supervisor:
    """
    The supervisor that started this process, if it wants to be told anything.

    What cannot be sent is said in the log, once, and changes nothing else.

    :param address: of its socket; a path, or ``@`` and a name; empty when it listens to nothing.
    :param patience: seconds of silence after which it takes the process for hung; 0: never.
    """

    address: str = ""
    patience: float = 0.0
    _failed: bool = attrs.field(default=False, init=False)

    _log = Logger()

    @classmethod
    def taken(cls, environ: MutableMapping[str, str]) -> Self:
        """The one that *environ* names, which is taken out of it: it is no concern of children."""
        said = {name: environ.pop(name, "") for name in VARIABLES}
        return cls(said["NOTIFY_SOCKET"], _patience(said))

    def tell(self, **said: object) -> None:
        """Say this, as ``READY=1``; does nothing where nobody wants to know."""
        if not self.address:
            return
        lines = "\n".join(f"{name}={value}" for name, value in said.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as ours:
                ours.sendto(lines.encode(), _place(self.address))
        except OSError as e:
            self._fail(e)

    def _fail(self, error: OSError) -> None:
        if not self._failed:
            self._failed = True
            self._log.warn("the supervisor cannot be told: {error}", error=error)


@attrs.define(eq=False, slots=False)
class SupervisedService(Service):
    """
    Tells the supervisor that the proxy is ready, once the reactor turns, and from then on that it
    still turns, in half the time after which it would be missed.

    :param supervisor: is told.
    :param where: gives what this serves, for a person who asks for the status.
    """

    _supervisor: Supervisor
    _reactor: IReactorCore
    _clock: IReactorTime
    _where: Callable[[], str]
    _beat: LoopingCall | None = attrs.field(default=None, init=False)

    def startService(self) -> None:
        """Be ready as soon as the reactor turns: what listens does so already."""
        super().startService()
        self._reactor.callWhenRunning(self.ready)
        if self._supervisor.patience:
            self._beat = LoopingCall(self._supervisor.tell, WATCHDOG=1)
            self._beat.clock = self._clock
            self._beat.start(self._supervisor.patience / 2)

    def stopService(self) -> None:
        """Nothing more is told."""
        super().stopService()
        if self._beat is not None and self._beat.running:
            self._beat.stop()

    def ready(self) -> None:
        """The proxy serves."""
        self._supervisor.tell(READY=1, STATUS=f"Serving {self._where()}")

    def reloading(self) -> None:
        """Files are read again; to be followed by :meth:`ready`."""
        now = time.monotonic_ns() // 1000
        self._supervisor.tell(RELOADING=1, MONOTONIC_USEC=now)

    def stopping(self, seconds: float) -> None:
        """The proxy stops, which may take *seconds*; nobody should end it before."""
        self._supervisor.tell(
            STOPPING=1,
            EXTEND_TIMEOUT_USEC=round(1e6 * (seconds + SPARE)),
            STATUS="Live answers come to their end",
        )


def _place(address: str) -> str:
    """*address* as the system wants it: names that are in no file system begin with a zero."""
    return f"\0{address[1:]}" if address.startswith("@") else address


def _patience(said: Mapping[str, str]) -> float:
    ours = said["WATCHDOG_PID"] in ("", str(os.getpid()))
    return int(said["WATCHDOG_USEC"]) / 1e6 if ours and said["WATCHDOG_USEC"].isdigit() else 0.0
