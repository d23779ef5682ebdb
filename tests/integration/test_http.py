"""What is not HTTP is refused by a proxy process too, and few files do not end it."""

import http.client
import json
import resource
import socket
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from pollinations.testing.malformed import BODY_LIMIT, MALFORMED
from pollinations.testing.process import Proxy, running

PATIENCE = 30.0


def connected(proxy: Proxy) -> socket.socket:
    """A connection to *proxy*."""
    host, port = proxy.address.split(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def answer(connection: socket.socket, method: str = "GET") -> tuple[int, bytes]:
    """The status and the body of the next answer."""
    response = http.client.HTTPResponse(connection, method=method)
    response.begin()
    return response.status, response.read()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """A proxy that takes small bodies only."""
    folder = tmp_path_factory.mktemp("http")
    config = folder / "config.json"
    config.write_text(json.dumps({"listener": {"bodyLimit": BODY_LIMIT}}))
    with running(folder, "--demo", "--port", "0", "--config", str(config)) as proxy:
        yield proxy


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: case.name)
def test_what_is_not_http_is_refused(proxy, case):
    """The client gets to read why, although it may still be sending."""
    with closing(connected(proxy)) as connection:
        connection.sendall(case.sent)
        status, body = answer(connection)
    assert status == case.status
    assert json.loads(body)["error"]["message"]


def test_nothing_of_it_was_an_error_of_ours(proxy, call):
    """And it is as well as before."""
    assert call(proxy, "/health").status == 200
    assert "Traceback" not in proxy.log
    assert "Unhandled" not in proxy.log


def test_a_large_body_is_refused_while_it_is_sent(proxy, call):
    """By the time that it is told, a client may have sent much; it still reads the refusal."""
    answered = call(proxy, "/v1/chat/completions", {"x": "x" * 300_000})
    assert answered.status == 413
    assert str(BODY_LIMIT) in answered.message


def test_a_body_that_is_not_wanted_is_not_asked_for(proxy):
    """``Expect: 100-continue`` is answered after the head was looked at."""
    head = b"POST /v1/auth HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
    head += b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    with closing(connected(proxy)) as connection:
        connection.sendall(head % (proxy.address.encode(), BODY_LIMIT + 1))
        assert answer(connection)[0] == 413
    with closing(connected(proxy)) as connection:
        connection.sendall(head % (proxy.address.encode(), 2))
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert answer(connection)[0] in (400, 404)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="sets another process's limits")
def test_few_files_do_not_end_it(tmp_path: Path, call, chat):
    """It lets in fewer, tells some of the others, and serves again when they have gone."""
    with running(tmp_path, "--demo", "--port", "0") as proxy, ExitStack() as clients:
        assert chat(proxy).status == 200
        resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE, (64, 64))
        kept = clients.enter_context(closing(connected(proxy)))
        ask = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        kept.sendall(ask)
        assert answer(kept)[0] == 200
        outcomes = {outcome(proxy, clients, ask) for _ in range(200)}
        assert {200, 503} <= outcomes <= {200, 503, None}
        # Who is in is served, with all that it takes.
        kept.sendall(ask)
        assert answer(kept)[0] == 200
        clients.close()
        # The system tells the proxy of those who left in its own time.
        assert 200 in (outcome(proxy, clients, ask) for _ in range(1000))
        assert chat(proxy).status == 200
        assert "Traceback" not in proxy.log


def outcome(proxy: Proxy, clients: ExitStack, ask: bytes) -> int | None:
    """The status that somebody gets who asks and stays, or ``None`` if it is hung up on."""
    try:
        connection = clients.enter_context(closing(connected(proxy)))
        connection.sendall(ask)
        return answer(connection)[0]
    except (ConnectionError, http.client.HTTPException):
        return None
