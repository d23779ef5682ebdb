"""nginx and HAProxy with the files in ``deploy``, before a real proxy."""

import json
import shutil
import socket
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock

from pollinations.testing import scripts
from pollinations.testing.imitation import Imitation
from pollinations.testing.process import free_port, in_front

DEPLOY = Path(__file__).parents[2] / "deploy"
HOST = "models.example.org"


class Client(Protocol):
    """Asks for a stream and reads it. It can hold back the end of what it sends."""

    def __init__(self, host, kind="application/json", held=""):
        said = {"model": "enter/openai", "stream": True}
        body = json.dumps({**said, "messages": [{"role": "user", "content": "Hi"}]})
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
        head += f"Content-Type: {kind}\r\nContent-Length: {len(body + held)}\r\n\r\n"
        self.request, self.got, self.over = (head + body).encode(), b"", False

    def connectionMade(self):
        self.transport.write(self.request)

    def dataReceived(self, data):
        self.got += data

    def connectionLost(self, reason=None):
        self.over = True


def nginx(folder, text):
    """How it is run, with nothing outside of *folder*."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"    {kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    (folder / "conf").write_text(text.replace("http {\n", f"http {{\n{paths}", 1))
    alone = f"daemon off; master_process off; pid {folder}/pid; error_log stderr;"
    return ["nginx", "-p", str(folder), "-c", str(folder / "conf"), "-g", alone]


def haproxy(folder, text):
    """The same."""
    (folder / "conf").write_text(text)
    return ["haproxy", "-db", "-f", str(folder / "conf")]


SERVERS = {"nginx": ("nginx.conf", nginx), "haproxy": ("haproxy.cfg", haproxy)}


@pytest.fixture(params=list(SERVERS))
def server(request):
    """The file of a server, and how that is run."""
    if not shutil.which(request.param):
        pytest.skip(f"wants {request.param} on the PATH")
    return SERVERS[request.param]


@contextmanager
def before(server, proxy, folder):
    """A server before *proxy*, meanwhile; its port."""
    name, prepared = server
    folder.mkdir()
    port = free_port()
    text = (DEPLOY / name).read_text()
    assert text.count("127.0.0.1:8080") == text.count("127.0.0.1:10001") == 1
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{port}")
    text = text.replace("127.0.0.1:10001", proxy.address)
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(prepared(folder, text), stdout=said, stderr=said)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(30)


def listens(port):
    """Whether somebody does there."""
    with closing(socket.socket()) as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest_twisted.ensureDeferred
async def test_a_stream_arrives_as_it_is_sent(tmp_path, until, server):
    """Its first word before the last was said, under the names that are allowed and no others. So
    does a request: one that is not served is answered before it has come whole."""
    from twisted.internet import reactor

    clock = Clock()
    imitation = Imitation(clock, scripts.text("first ", "last ").but(pace=60.0))
    (tmp_path / "home").mkdir()
    settings = {"listener": {"hosts": [HOST]}}
    (tmp_path / "home" / "config.json").write_text(json.dumps(settings))
    async with in_front(reactor, imitation, tmp_path) as proxy:
        with before(server, proxy, tmp_path / "server") as port:
            await until(lambda: listens(port))
            endpoint = TCP4ClientEndpoint(reactor, "127.0.0.1", port)

            async def asked(host):
                return await connectProtocol(endpoint, Client(host))

            welcome = [await asked(host) for host in (HOST, f"127.0.0.1:{port}")]
            await until(lambda: all(b"first " in client.got for client in welcome))
            assert not any(client.over or b"last " in client.got for client in welcome)
            clock.pump([60.0] * 2)
            await until(lambda: all(client.over for client in welcome))
            assert all(b"data: [DONE]" in client.got for client in welcome)

            unfinished = await connectProtocol(endpoint, Client(HOST, "text/plain", " " * 1000))
            await until(lambda: unfinished.got.startswith(b"HTTP/1.1 415 "))
            unfinished.transport.abortConnection()
            await until(lambda: unfinished.over)

            stranger = await asked("evil.example.org")
            await until(lambda: stranger.over)
            assert stranger.got.startswith(b"HTTP/1.1 403 ")
            assert b"host_not_allowed" in stranger.got
