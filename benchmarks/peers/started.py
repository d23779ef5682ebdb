"""What is measured, as processes: on their own core, and paused while others are measured."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from . import accounting

START = 60.0
"""Seconds within which a peer listens; LiteLLM takes ten."""

LOAD_CORE, PEER_CORE = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))
"""Where upstream and load run, and where all that is measured."""


@dataclass(frozen=True)
class Place:
    """
    What a peer is told when it is started.

    :param port: where it listens, on 127.0.0.1.
    :param upstream: the port of what it stands before; with *tls*, that of an encrypted one.
    :param folder: an empty folder, its own.
    """

    port: int
    upstream: int
    folder: Path


@dataclass(frozen=True)
class Peer:
    """
    A program that is measured.

    :param command: what starts it.
    :param environ: what it finds in its environment, besides ours.
    :param prefix: what stands before names of models for it.
    :param headers: what requests to it must bear.
    :param tls: whether it stands before the encrypted upstream.
    :param cores: how many it has; with several, upstream and load share them.
    :param slowness: how many times as long as others it is measured.
    :param version: what was measured.
    """

    name: str
    command: Callable[[Place], Sequence[str]]
    environ: Callable[[Place], Mapping[str, str]] = lambda place: {}
    prefix: str = ""
    headers: tuple[str, ...] = ()
    tls: bool = False
    cores: int = 1
    slowness: float = 1.0
    version: Callable[[], str] = lambda: ""


@dataclass
class Running:
    """A peer that listens."""

    peer: Peer
    port: int
    process: "subprocess.Popen[bytes]"
    stopped: bool = field(default=False)

    @property
    def pids(self) -> list[int]:
        """It and all its children."""
        return accounting.family(self.process.pid)

    def pause(self) -> None:
        """Give it no time until it is resumed."""
        for pid in self.pids:
            os.kill(pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        for pid in self.pids:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def running(peer: Peer, folder: Path, upstream: int) -> Iterator[Running]:
    """
    *peer* in front of *upstream*, meanwhile; what it says is in ``output`` of *folder*.

    :raises SystemExit: it does not listen.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = Place(free_port(), upstream, folder)
    cores = {PEER_CORE} if peer.cores == 1 else os.sched_getaffinity(0)
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            peer.command(place),
            cwd=folder,
            env={**os.environ, **peer.environ(place)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
    try:
        _wait(process, place)
        yield Running(peer, place.port, process)
    finally:
        end(process)


@contextmanager
def upstream(program: Path) -> Iterator[int]:
    """The imitation of a model server; its port."""
    process = subprocess.Popen(
        [str(program), "0"],
        stdout=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, {LOAD_CORE}),
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a process that we started, and its children, even if it is paused."""
    pids = accounting.family(process.pid)
    for one in (signal.SIGCONT, signal.SIGTERM):
        for pid in pids:
            _send(pid, one)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        for pid in pids:
            _send(pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _send(pid: int, one: signal.Signals) -> None:
    try:
        os.kill(pid, one)
    except ProcessLookupError:
        return


def _wait(process: "subprocess.Popen[bytes]", place: Place) -> None:
    until = time.monotonic() + START
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", place.port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"it does not listen: {(place.folder / 'output').read_text()}")
