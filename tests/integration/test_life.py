"""The end of a proxy, and its restarts, as clients and supervisors see them."""

import json
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.internet.threads import deferToThread

from pollinations.testing import scripts
from pollinations.testing.imitation import Imitation
from pollinations.testing.process import NotStarted, in_front, running, started
from pollinations.testing.script import Stall

STREAMS = 200
WORDS = [f"word{number} " for number in range(20)]
RESTARTS = Path(__file__).parents[2] / "benchmarks" / "restarts.py"


class Client(Protocol):
    """Asks for a stream and reads it."""

    def __init__(self, address, stream=True):
        body = {"model": "enter/openai", "stream": stream, "messages": [message("Hi")]}
        data = json.dumps(body).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {address}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        self.request, self.got, self.over = head.encode() + data, b"", False

    def connectionMade(self):
        self.transport.write(self.request)

    def dataReceived(self, data):
        self.got += data

    def connectionLost(self, reason=None):
        self.over = True


def message(text):
    return {"role": "user", "content": text}


async def connected(reactor, proxy, count=1, **options):
    """Clients of *proxy* that have asked."""
    host, port = proxy.address.split(":")
    endpoint = TCP4ClientEndpoint(reactor, host, int(port))
    return [await connectProtocol(endpoint, Client(proxy.address, **options)) for _ in range(count)]


def refuses(proxy):
    """Whether nobody listens there any more."""
    host, port = proxy.address.split(":")
    with closing(socket.socket()) as one:
        return one.connect_ex((host, int(port))) != 0


def settings(folder, **listener):
    """What the proxy of this folder is set to."""
    (folder / "home").mkdir()
    (folder / "home" / "config.json").write_text(json.dumps({"listener": listener, "retries": 0}))


# Live answers.


@pytest_twisted.ensureDeferred
async def test_no_live_stream_is_cut(tmp_path, until):
    """Two hundred of them, half of whose answers comes after SIGTERM; then it ends with 0."""
    from twisted.internet import reactor

    clock = Clock()
    imitation = Imitation(clock, scripts.text(*WORDS).but(pace=1.0))
    settings(tmp_path, drain=600)
    async with in_front(reactor, imitation, tmp_path) as proxy:
        clients = await connected(reactor, proxy, STREAMS)
        await until(lambda: len(imitation.asked("enter", "/chat/completions")) == STREAMS)
        clock.pump([1.0] * 10)
        await until(lambda: all(b"word9 " in client.got for client in clients))

        proxy.process.send_signal(signal.SIGTERM)
        await until(lambda: refuses(proxy))
        assert not (proxy.home / "proxy.json").exists()
        assert not any(client.over for client in clients)
        assert proxy.process.poll() is None

        clock.pump([1.0] * 10)
        await until(lambda: all(client.over for client in clients))
        assert {client.got.count(b"[DONE]") for client in clients} == {1}
        assert all(b"word19 " in client.got for client in clients)
        assert not any(b'"error"' in client.got for client in clients)
        assert await deferToThread(proxy.process.wait, 30) == 0
    assert "Traceback" not in proxy.log
    assert f"{STREAMS} live answers have 600 s" in proxy.log


@pytest_twisted.ensureDeferred
async def test_what_takes_too_long_is_ended_honestly(tmp_path, until):
    """A stream with an error event, what has not begun with a status; both are closed."""
    from twisted.internet import reactor

    model = scripts.InTurn(scripts.text("One").then(Stall()), scripts.hanging())
    imitation = Imitation(reactor, model)
    settings(tmp_path, drain=0.05)
    async with in_front(reactor, imitation, tmp_path) as proxy:
        [begun] = await connected(reactor, proxy)
        await until(lambda: b"One" in begun.got)
        [waiting] = await connected(reactor, proxy, stream=False)
        await until(lambda: len(imitation.asked("enter", "/chat/completions")) == 2)
        assert await deferToThread(proxy.stop) == 0
        await until(lambda: begun.over and waiting.over)
    assert b'"code":"proxy_stopping"' in begun.got
    assert b"[DONE]" not in begun.got
    assert begun.got.endswith(b"\r\n0\r\n\r\n")
    head, _, body = waiting.got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: " in head
    assert b"\r\nConnection: close" in head
    assert json.loads(body)["error"]["code"] == "proxy_stopping"
    assert "Traceback" not in proxy.log


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
@pytest_twisted.ensureDeferred
async def test_a_second_signal_waits_no_longer(tmp_path, until, how):
    """The client is told, and the status is 0: it was asked for."""
    from twisted.internet import reactor

    imitation = Imitation(reactor, scripts.text("One").then(Stall()))
    settings(tmp_path, drain=86_400)
    async with in_front(reactor, imitation, tmp_path) as proxy:
        [client] = await connected(reactor, proxy)
        await until(lambda: b"One" in client.got)
        proxy.process.send_signal(how)
        await until(lambda: refuses(proxy))
        proxy.process.send_signal(how)
        assert await deferToThread(proxy.process.wait, 30) == 0
        await until(lambda: client.over)
    assert b'"code":"proxy_stopping"' in client.got
    assert "Traceback" not in proxy.log


# Supervisors.


def heard(hearing, lines, until_line):
    """Read what the supervisor is told into *lines*, up to *until_line*."""
    while until_line not in lines:
        lines.extend(hearing.recv(4096).decode().splitlines())


def test_a_supervisor_hears_of_all_that_happens(tmp_path):
    """That it is ready, alive, reads its files again, is ready again, and stops."""
    lines: list[str] = []
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as hearing:
        hearing.settimeout(60)
        hearing.bind(str(tmp_path / "notify"))
        told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "200000"}
        with running(tmp_path, "--demo", "--port", "0", **told) as proxy:
            heard(hearing, lines, "READY=1")
            heard(hearing, lines, f"STATUS=Serving {proxy.url}")
            lines.clear()
            heard(hearing, lines, "WATCHDOG=1")
            proxy.process.send_signal(signal.SIGHUP)
            heard(hearing, lines, "RELOADING=1")
            heard(hearing, lines, "READY=1")
            assert any(line.startswith("MONOTONIC_USEC=") for line in lines)
            assert "STOPPING=1" not in lines
            assert proxy.stop() == 0
            heard(hearing, lines, "STOPPING=1")
    assert "Traceback" not in proxy.log


def listening(kind=socket.AF_INET, address=("127.0.0.1", 0)):
    """A socket that a supervisor keeps."""
    one = socket.socket(kind)
    one.bind(address)
    one.listen(128)
    return one


def test_a_socket_of_a_supervisor_is_used_and_announced(tmp_path, call):
    """With its own port, in the line and in the files; it outlives the proxy."""
    with closing(listening()) as ours:
        port = ours.getsockname()[1]
        arguments = ("--demo", "--listen", "systemd:domain=INET:index=0")
        for _ in range(2):
            with running(tmp_path, *arguments, sockets=[ours]) as proxy:
                assert proxy.url == f"http://127.0.0.1:{port}/v1"
                assert call(proxy, "/health").status == 200
                assert (proxy.home / "port").read_text() == str(port)
    assert "Traceback" not in proxy.log


def test_a_socket_that_others_can_reach_wants_a_token(tmp_path):
    """Whoever opened it."""
    with closing(listening(address=("0.0.0.0", 0))) as ours:
        listen = ("--listen", "systemd:domain=INET:index=0")
        proxy = started(tmp_path, "--demo", *listen, sockets=[ours])
        with pytest.raises(NotStarted, match="pollinations token"):
            proxy.wait()
        assert proxy.stop() not in (0, None)


@pytest.mark.parametrize(
    ("domain", "words"), [("UNIX", "only those of INET"), ("INET6", "no such socket was given")]
)
def test_sockets_that_cannot_be_used_are_said(tmp_path, domain, words):
    """One that would be opened to every user, and one that was not given."""
    proxy = started(tmp_path, "--demo", "--listen", f"systemd:domain={domain}:index=0")
    with pytest.raises(NotStarted, match=words):
        proxy.wait()
    assert proxy.stop() not in (0, None)
    assert "Traceback" not in proxy.log


def test_restarts_lose_no_request(tmp_path):
    """A thousand, on connections that are kept and on fresh ones, while it is restarted thrice."""
    command = [sys.executable, str(RESTARTS), "1000", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1000 requests, 3 restarts, 0 failed" in done.stdout
