"""Starts workers, replaces those that end, and ends them all."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
from twisted.application.service import Service
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from ..waiters import Waiters
from .hub import Hub, Member
from .post import FIRST_SOCKET, HEARD, SAID, Post, families
from .process import WorkerProcess
from .restarts import Restarts

BEAT = 10.0
"""Seconds between two questions whether a worker still turns."""

HUNG = 6
"""How many of them a worker may leave unanswered. They are counted, and not the time: after a
machine has slept, all clocks say that it was long ago."""

GRACE = 5.0
"""Seconds beyond the time for live answers after which a worker that stops is killed."""


def command() -> list[str]:
    """
    What starts a worker: what this process was started with.

    :raises ValueError: that goes into the background.
    """
    program, *arguments = sys.orig_argv
    if os.path.basename(sys.argv[0]).startswith("twistd"):
        raise ValueError("several workers need `twist`, which stays in the foreground")
    return [sys.executable or program, *arguments]


@attrs.define(eq=False, slots=False)
class WorkersService(Service):
    """
    The workers of one proxy.

    :param hub: where they come together.
    :param ports: gives the sockets that are open, on which the workers serve and the parent not.
    :param count: how many there are to be.
    :param command: starts one.
    :param environ: its environment, but for what each is told of its place.
    :param serving: is called when the first one serves.
    :param hopeless: is called when there is no use in starting another.
    """

    _reactor: Any
    _hub: Hub
    _ports: Callable[[], Sequence[Any]]
    _count: int
    _command: Sequence[str]
    _environ: Mapping[str, str]
    _serving: Callable[[], None]
    _hopeless: Callable[[], None]

    processes: dict[int, WorkerProcess] = attrs.field(factory=dict, init=False)
    """Those that run, by rank."""

    _restarts: list[Restarts] = attrs.field(init=False)
    _soon: dict[int, IDelayedCall] = attrs.field(factory=dict, init=False)
    _beat: LoopingCall = attrs.field(init=False)
    _served: bool = attrs.field(default=False, init=False)
    _stopping: bool = attrs.field(default=False, init=False)
    _ended: Waiters = attrs.field(factory=Waiters, init=False)

    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._restarts = [Restarts() for _ in range(self._count)]
        self._hub.topics.update(serving=self._one_serves, pong=lambda member, said: None)
        self._beat = LoopingCall(self._look_after)
        self._beat.clock = self._reactor

    def startService(self) -> None:
        """
        Start the workers as soon as the reactor turns.

        :raises ValueError: there is a socket that they cannot share.
        """
        super().startService()
        families(self._ports())
        for port in self._ports():
            port.stopReading()
        self._beat.start(BEAT, now=False)
        for rank in range(self._count):
            self._reactor.callWhenRunning(self._start, rank)

    def stopService(self) -> None:
        """Look after nobody any more."""
        super().stopService()
        self._beat.stop()

    async def drain(self, seconds: float) -> None:
        """Let all workers come to their ends, for which they have so long, and kill the rest."""
        self._stopping = True
        for call in self._soon.values():
            call.cancel()
        self._soon.clear()
        for process in self.processes.values():
            process.stop()
            if seconds <= 0:
                process.send("hurry")
        killing = self._reactor.callLater(seconds + GRACE, self._kill)
        if self.processes:
            await self._ended.one()
        if killing.active():
            killing.cancel()

    def _start(self, rank: int) -> None:
        self._soon.pop(rank, None)
        if self._stopping:
            return
        ports = self._ports()
        post = Post(rank, families(ports))
        sockets = {fd: port.fileno() for fd, port in enumerate(ports, FIRST_SOCKET)}
        process = WorkerProcess(rank, self._hub, self._reactor, self._over)
        self.processes[rank] = process
        self._reactor.spawnProcess(
            process,
            self._command[0],
            self._command,
            post.environ(self._environ),
            childFDs={0: 0, 1: 1, 2: 2, SAID: "r", HEARD: "w", **sockets},
        )

    def _one_serves(self, member: Member, said: object) -> None:
        if not self._served:
            self._served = True
            self._serving()

    def _over(self, process: WorkerProcess) -> None:
        del self.processes[process.rank]
        if not self._stopping:
            self._replace(process)
        elif not self.processes:
            self._ended.tell()

    def _replace(self, process: WorkerProcess) -> None:
        rank, delay = process.rank, self._restarts[process.rank].ended(process.served)
        if delay is None:
            said = "worker {rank} ends before it serves, again and again: {end}"
            self._log.critical(said, rank=rank, end=process.end)
            self._hopeless()
            return
        said = "worker {rank} is gone: {end}; another one starts in {delay:g} s"
        self._log.warn(said, rank=rank, end=process.end, delay=delay)
        self._soon[rank] = self._reactor.callLater(delay, self._start, rank)

    def _look_after(self) -> None:
        for process in self.processes.values():
            if process.unanswered >= HUNG:
                said = "worker {rank} does not turn any more, it is killed"
                self._log.error(said, rank=process.rank)
                process.signal("KILL")
            else:
                process.ping()

    def _kill(self) -> None:
        for process in self.processes.values():
            self._log.warn("worker {rank} does not end, it is killed", rank=process.rank)
            process.signal("KILL")
