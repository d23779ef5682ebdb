"""
``twist pollinations`` as a process of its own, for tests that want the real thing.

::

    with running(folder, "--demo", "--port", "0") as proxy:
        openai.OpenAI(base_url=proxy.url, api_key="none").models.list()
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

import attrs

from .imitation import Imitation, listening

TWIST = Path(sys.executable).with_name("twist")
"""The command, of the interpreter that runs this."""

URL_LINE = "POLLINATIONS_URL="

START = 60.0
"""Seconds within which a proxy has started; it takes about one."""

STOP = 30.0
"""Seconds within which it has stopped."""

_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "TMPDIR", "COVERAGE_PROCESS_START")


# As systemd does it: the first is number 3, and the process is named that they are for.
_ADOPTING = """
import fcntl, os, sys
given = [fcntl.fcntl(int(one), fcntl.F_DUPFD, 100) for one in sys.argv[1].split(",")]
for place, one in enumerate(given):
    os.dup2(one, 3 + place)
    os.close(one)
os.environ["LISTEN_PID"] = str(os.getpid())
os.environ["LISTEN_FDS"] = str(len(given))
os.environ["LISTEN_FDNAMES"] = ":".join("unknown" for _ in given)
os.execv(sys.argv[2], sys.argv[2:])
"""


def free_port() -> int:
    """A TCP port of the loopback that was free a moment ago."""
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class NotStarted(Exception):
    """A proxy ended, or said nothing, where it should have said its address."""


@attrs.define(eq=False)
class Proxy:
    """
    A proxy that has been started.

    :param process: the process, whose standard error goes into the log.
    :param folder: what is its user's folder. ``home`` in it is its own, unless it was told
        otherwise, and ``log`` what it logged.
    """

    process: "subprocess.Popen[str]"
    folder: Path
    url: str = attrs.field(default="", init=False)
    """The base of its API, once it has said so: ``http://127.0.0.1:PORT/v1``."""

    lines: list[str] = attrs.field(factory=list, init=False)
    """What it wrote to its standard output so far."""

    _heard: Event = attrs.field(factory=Event, init=False)
    _listener: Thread = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._listener = Thread(target=self._listen, args=(self.process.stdout,), daemon=True)
        self._listener.start()

    @property
    def home(self) -> Path:
        """The folder that everything is kept in."""
        return self.folder / "home"

    @property
    def address(self) -> str:
        """Where it listens: ``127.0.0.1:PORT``."""
        return self.url.removeprefix("http://").removesuffix("/v1")

    @property
    def log(self) -> str:
        """All that was logged so far, and written to standard error."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def wait(self) -> None:
        """
        Wait until it says where it listens.

        :raises NotStarted: it does not.
        """
        if not self._heard.wait(START) or not self.url:
            raise NotStarted(f"{''.join(self.lines)}\n{self.log}")

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Stop it; its exit status, which is a signal's negative number if that ended it."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            status = self.process.wait(STOP)
        finally:
            self.process.kill()
            self.process.wait()
            self._listener.join()
        return status

    def _listen(self, output: IO[str]) -> None:
        with output:
            for line in output:
                self.lines.append(line)
                if line.startswith(URL_LINE):
                    self.url = line.removeprefix(URL_LINE).strip()
                    self._heard.set()
        self._heard.set()


def started(
    folder: Path,
    *arguments: str,
    log: tuple[str, ...] = ("--log-format=text",),
    sockets: Sequence[socket.socket] = (),
    **environ: str,
) -> Proxy:
    """
    Start a proxy and do not wait for it. Whoever starts it stops it.

    :param folder: takes the place of the user's own folder.
    :param arguments: what follows ``twist pollinations``.
    :param log: options of ``twist`` itself. Without a ``--log-file`` it logs into ``log``.
    :param sockets: given to it as systemd gives the sockets of a unit, for ``--listen systemd:…``.
    :param environ: environment beside ``POLLINATIONS_HOME`` and what an interpreter needs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not any(option.startswith("--log-file") for option in log):
        log = (*log, f"--log-file={folder / 'log'}")
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    home = {"HOME": str(folder), "POLLINATIONS_HOME": str(folder / "home")}
    command = [str(TWIST), *log, "pollinations", *arguments]
    if sockets:
        numbers = ",".join(str(one.fileno()) for one in sockets)
        command = [sys.executable, "-c", _ADOPTING, numbers, *command]
    with (folder / "log").open("a") as errors:
        process = subprocess.Popen(
            command,
            pass_fds=[one.fileno() for one in sockets],
            cwd=folder,
            env={**kept, **home, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    return Proxy(process, folder)


@contextmanager
def running(folder: Path, *arguments: str, **options: Any) -> Iterator[Proxy]:
    """
    A proxy that listens, meanwhile. See :func:`started` for the parameters.

    :raises NotStarted: it does not listen.
    """
    proxy = started(folder, *arguments, **options)
    try:
        proxy.wait()
        yield proxy
    finally:
        proxy.stop()


@asynccontextmanager
async def in_front(
    reactor: Any, imitation: Imitation, folder: Path, *arguments: str, **options: Any
) -> AsyncIterator[Proxy]:
    """
    A proxy whose both universes are *imitation*, which this process serves, meanwhile.

    It has the key that :class:`.account.Account` knows, unless *options* say otherwise.

    :param reactor: what the imitation runs on; it must turn while the proxy is asked.
    """
    options = {"POLLINATIONS_API_KEY": next(iter(imitation.account.keys), ""), **options}
    async with listening(reactor, imitation) as url:
        upstreams = (f"--free-url={url}/free", f"--enter-url={url}/enter")
        with running(folder, "--port", "0", *upstreams, *arguments, **options) as proxy:
            yield proxy
