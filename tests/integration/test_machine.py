"""What a proxy does on a machine that lets it down: less than before, and never nothing."""

import json
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from pollinations.testing import scripts
from pollinations.testing.imitation import Imitation
from pollinations.testing.process import Proxy, in_front, running

SOAK = Path(__file__).parents[2] / "benchmarks" / "soak.py"
FAKETIME = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)
ENOUGH = 2000
"""Requests after which a test gives up hope."""

LINUX = pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs prlimit")
ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root can mount")
FAKED = pytest.mark.skipif(FAKETIME is None, reason="needs libfaketime")


def calling() -> scripts.Reply:
    """A call that is signed, which is worth remembering."""
    return scripts.calls(scripts.Call("weather", {"city": "Rome"}), signature="signed")


@pytest.fixture
def ask_until() -> Callable[..., Awaitable[None]]:
    """Asks, again and again, until something is true."""

    async def ask_until(true: Callable[[], bool], ask: Callable[[], Any]) -> None:
        from twisted.internet import reactor

        deadline = reactor.seconds() + 60
        while not true():
            assert reactor.seconds() < deadline, "it has not become true"
            await deferToThread(ask)
            await deferLater(reactor, 0.05)

    return ask_until


# A long time, made short.


def test_nothing_is_left_of_a_thousand_requests_on_a_bad_day() -> None:
    """All is answered, no file stays open, gauges are at rest, and no error has no fault."""
    options = ("--requests=1000", "--never-busy", "--growth=100", "--rest=0")
    command = [sys.executable, str(SOAK), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1000 requests in" in done.stdout


# A full disk.


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


@contextmanager
def small_disk(home: Path) -> Iterator[None]:
    """A disk of 256 KiB."""
    mount("-t", "tmpfs", "-o", "size=256k", "tmpfs", str(home))
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(home)], check=True)


@contextmanager
def any_disk(home: Path) -> Iterator[None]:
    """The disk that there is."""
    yield


def fill(proxy: Proxy, full: bool) -> None:
    """Leave no room on its disk, or all again."""
    rest = proxy.home / "rest"
    if full:
        with open(rest, "wb", 0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
    else:
        rest.unlink()


def limit(proxy: Proxy, full: bool) -> None:
    """Let it write no file, or any again."""
    _, hard = resource.prlimit(proxy.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(proxy.process.pid, resource.RLIMIT_FSIZE, (0 if full else hard, hard))


@pytest.mark.parametrize(
    ("disk", "make_full"),
    [
        pytest.param(small_disk, fill, marks=ROOT, id="a small disk"),
        pytest.param(any_disk, limit, marks=LINUX, id="no file may grow"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_full_disk_is_said_once_and_stops_nobody(
    tmp_path: Path, call: Any, chat: Any, ask_until: Any, disk: Any, make_full: Any
) -> None:
    """Nothing is lost but lines of the log: what is learned is kept, and written in the end."""
    from twisted.internet import reactor

    def said(words: str) -> bool:
        return words in "".join(proxy.lines)

    def ask() -> None:
        assert chat(proxy, "enter/gemini").status == 200

    def set_mode() -> Any:
        return call(proxy, "/v1/commands", {"words": ["mode", "manual"]}).json["ok"]

    (tmp_path / "home").mkdir()
    imitation = Imitation(reactor, calling())
    # A pipe is never full.
    log = ("--log-format=text", "--log-file=-")
    with disk(tmp_path / "home"):
        async with in_front(reactor, imitation, tmp_path, log=log) as proxy:
            make_full(proxy, True)
            await ask_until(lambda: said("pollinations.log cannot be written"), ask)
            await ask_until(lambda: said("signatures.json cannot be written"), ask)
            assert not await deferToThread(set_mode)
            make_full(proxy, False)
            assert await deferToThread(set_mode)
            await ask_until(lambda: said("pollinations.log is written again"), ask)
            assert await deferToThread(proxy.stop) == 0
            assert "signed" in (proxy.home / "signatures.json").read_text()
            assert '"manual"' in (proxy.home / "config.json").read_text()
    everything = "".join(proxy.lines)
    assert everything.count("pollinations.log cannot be written") == 1
    assert everything.count("signatures.json cannot be written") == 1
    assert "Traceback" not in everything


# A home that cannot be written.


@contextmanager
def read_only(home: Path) -> Iterator[None]:
    """A folder into which nobody may write, root included."""
    if os.getuid():
        home.chmod(0o500)
        yield
        return
    mount("-t", "tmpfs", "-o", "ro", "tmpfs", str(home))
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(home)], check=True)


@pytest_twisted.ensureDeferred
async def test_a_home_that_cannot_be_written_is_named(tmp_path: Path, call: Any, chat: Any) -> None:
    """Each file once; chats, lists and commands go on, and a key is not said to be kept."""
    from twisted.internet import reactor

    (tmp_path / "home").mkdir()
    imitation = Imitation(reactor, calling())
    with read_only(tmp_path / "home"):
        async with in_front(reactor, imitation, tmp_path) as proxy:
            for _ in range(3):
                assert (await deferToThread(chat, proxy, "enter/gemini")).status == 200
            assert (await deferToThread(call, proxy, "/v1/models")).status == 200
            told = await deferToThread(call, proxy, "/v1/commands", {"words": ["mode", "pro"]})
            assert told.status == 200
            assert not told.json["ok"]
            assert (
                await deferToThread(call, proxy, "/v1/auth", {"apiKey": "sk_demo"})
            ).status == 500
            assert await deferToThread(proxy.stop) == 0
        for name in ("pollinations.log", "catalogue.json", "signatures.json"):
            assert proxy.log.count(f"{name} cannot be written") == 1, name
        assert proxy.log.count("other programs cannot find this proxy") == 1
        assert "Traceback" not in proxy.log


# Few files.


@LINUX
def test_a_proxy_that_may_open_64_files_is_never_dead(tmp_path: Path, call: Any, chat: Any) -> None:
    """Who is too many is told so or sent away; when they have left, all is as before."""
    with running(tmp_path, "--demo", "--port", "0") as proxy, ExitStack() as stack:
        assert chat(proxy).status == 200
        allow(proxy, 64)
        host, port = proxy.address.split(":")
        for _ in range(100):
            told(come(stack, host, int(port)), 0)
        outcomes = {told(come(stack, host, int(port)), 30) for _ in range(100)}
        assert outcomes <= {b"HTTP/1.1 503 ", b""}
        assert proxy.process.poll() is None
        stack.close()
        answered(proxy, call)
        assert chat(proxy).status == 200
    assert "Traceback" not in proxy.log


def allow(proxy: Proxy, files: int) -> None:
    """Let it have so many files open at once."""
    _, hard = resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE, (files, hard))


def come(stack: ExitStack, host: str, port: int) -> socket.socket | None:
    """A connection that is kept for as long as *stack* is; ``None`` if it was not to be had."""
    with suppress(ConnectionError):
        return stack.enter_context(closing(socket.create_connection((host, port), timeout=30)))
    return None


def told(one: socket.socket | None, patience: float) -> bytes:
    """The beginning of what a client that asks nothing is told, or nothing."""
    if one is None:
        return b""
    one.settimeout(patience)
    try:
        return one.recv(13)
    except (ConnectionError, BlockingIOError):
        return b""


def answered(proxy: Proxy, call: Any) -> None:
    """Wait until it answers."""
    for _ in range(ENOUGH):
        try:
            if call(proxy, "/health").status == 200:
                return
        except (OSError, EOFError):
            continue
    raise AssertionError("it does not answer any more")


# A clock that is set.


@FAKED
@pytest.mark.parametrize("jump", ["+1d", "-1d"])
@pytest_twisted.ensureDeferred
async def test_a_clock_that_is_set_ends_nothing_and_delays_nothing(
    tmp_path: Path, call: Any, chat: Any, until: Any, ask_until: Any, jump: str
) -> None:
    """A live answer goes on, settings count, and the account is looked at again."""
    from twisted.internet import reactor

    imitation = Imitation(reactor, scripts.text("Hel", "lo"))
    said = tmp_path / "clock"
    said.write_text("+0")
    faked = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(said),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    async with in_front(reactor, imitation, tmp_path, "--refresh", "0.5", **faked) as proxy:
        assert (await deferToThread(chat, proxy, "enter/openai")).status == 200
        imitation.model = scripts.text("Hel", "lo").but(pace=1.0)
        live = deferToThread(chat, proxy, "enter/openai", stream=True)
        await until(lambda: len(imitation.asked("enter", "/chat/completions")) == 2)
        said.write_text(jump)
        answer = await live
        assert answer.body.endswith(b"data: [DONE]\n\n")
        seen = len(imitation.asked("enter", "/account/balance"))
        (proxy.home / "config.json").write_text(json.dumps({"mode": "alwaysfree"}))
        await until(lambda: len(imitation.asked("enter", "/account/balance")) > seen)
        modes = []
        await ask_until(
            lambda: "alwaysfree" in modes, lambda: modes.append(call(proxy, "/health").json["mode"])
        )
        imitation.model = scripts.text("Hello")
        answer = await deferToThread(chat, proxy, "enter/openai")
        assert answer.headers["x-pollinations-model"] == "openai"
        assert proxy.stop() == 0
    assert "Traceback" not in proxy.log
