"""The parent's end of the pipes to one worker, and that worker's life."""

from collections.abc import Callable
from typing import Any

import attrs
from twisted.internet.error import ProcessDone, ProcessExitedAlready
from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure

from ..quiet import quiet
from .hub import Hub
from .messages import Decoder, encode
from .post import HEARD


@attrs.define(eq=False, slots=False)
class WorkerProcess(ProcessProtocol):
    """
    A worker that was started.

    :param rank: its place.
    :param hub: what it says is said there, from when it serves.
    :param clock: tells for how long it has served.
    :param over: is told when the process has ended.
    """

    rank: int
    _hub: Hub
    _clock: IReactorTime
    _over: "Callable[[WorkerProcess], None]"

    since: float | None = attrs.field(default=None, init=False)
    """When it began to serve."""

    unanswered: int = attrs.field(default=0, init=False)
    """How many times it was asked in vain whether it still turns."""

    end: str = attrs.field(default="", init=False)
    """How it ended, once it has."""

    _decoder: Decoder = attrs.field(factory=Decoder, init=False)

    _log = Logger()

    @property
    def pid(self) -> int:
        """The process's number."""
        pid: int = self.transport.pid  # type: ignore[union-attr]
        return pid

    @property
    def served(self) -> float | None:
        """For how many seconds it has served, or ``None``."""
        return None if self.since is None else self._clock.seconds() - self.since

    def send(self, topic: str, said: Any = None) -> None:
        """Say this to it, unless it is about to be gone."""
        process: Any = self.transport
        if process is not None and HEARD in process.pipes:
            process.writeToChild(HEARD, encode(topic, said))

    def stop(self) -> None:
        """Ask it to come to its end. Before it serves, there is nothing to come to an end."""
        if self.since is None:
            self.signal("TERM")
        else:
            self.send("stop")

    def signal(self, name: str) -> None:
        """Send it a signal, if it is still there."""
        try:
            self.transport.signalProcess(name)  # type: ignore[union-attr]
        except ProcessExitedAlready:
            return

    def childDataReceived(self, childFD: int, data: bytes) -> None:
        """It says something."""
        try:
            for topic, said in self._decoder.feed(data):
                self._heard(topic, said)
        except ValueError:
            self._log.failure("worker {rank} makes no sense", quiet(), rank=self.rank)
            self.signal("KILL")

    def processEnded(self, reason: Failure) -> None:
        """It is gone."""
        self.end = "it stopped" if reason.check(ProcessDone) else str(reason.value).rstrip(".")
        self._hub.leave(self)
        self._over(self)

    def ping(self) -> None:
        """Ask whether it still turns; whatever it says next is an answer."""
        self.unanswered += 1
        self.send("ping")

    def _heard(self, topic: str, said: Any) -> None:
        self.unanswered = 0
        if topic == "serving":
            self.since = self._clock.seconds()
            self._hub.join(self)
            self._log.info("worker {rank} serves, process {pid}", rank=self.rank, pid=self.pid)
        self._hub.heard(self, topic, said)
