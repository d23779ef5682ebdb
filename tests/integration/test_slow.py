"""Clients that send slowly, or do not read, keep nobody else from being served."""

import http.client
import json
import select
import socket
from contextlib import ExitStack, closing

import pytest

from pollinations.testing.process import Proxy, running

ARRIVAL = 2.0
"""Seconds that a request may take to arrive here."""

EACH = 50
"""How many there are of each kind."""

ROUNDS = 5

HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
BODY = HEAD + b"Content-Type: application/json\r\nContent-Length: 10000\r\n\r\n"
# More answers than all buffers on the way hold.
READ_NOTHING = b"GET /v1/models?all=1 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 500
KINDS = {"first line": b"P", "headers": HEAD + b"X-Slow: ", "body": BODY, "reading": READ_NOTHING}


@pytest.fixture
def proxy(tmp_path):
    """A proxy that has little patience."""
    config = tmp_path / "config.json"
    listener = {"arrival": ARRIVAL, "idle": ARRIVAL}
    config.write_text(json.dumps({"listener": listener}))
    with running(tmp_path, "--demo", "--port", "0", "--config", str(config)) as proxy:
        yield proxy


def attack(proxy: Proxy, first: bytes) -> socket.socket:
    """A client that has sent *first* and reads as little as it can."""
    host, port = proxy.address.split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(30)
    connection.connect((host, int(port)))
    connection.setblocking(False)
    drip(connection, first)
    return connection


def drip(connection: socket.socket, data: bytes) -> None:
    """Send what can be sent of *data*."""
    try:
        connection.send(data)
    except (BlockingIOError, ConnectionError):
        return


def test_two_hundred_slow_clients_at_once(proxy, call, chat):
    """While they last, everybody else is answered; then they are told, or cut off."""
    with ExitStack() as stack:
        slow = {
            kind: [stack.enter_context(closing(attack(proxy, first))) for _ in range(EACH)]
            for kind, first in KINDS.items()
        }
        for _ in range(ROUNDS):
            for kind in ("first line", "headers", "body"):
                for connection in slow[kind]:
                    drip(connection, b"G")
            assert call(proxy, "/health").status == 200
            assert call(proxy, "/v1/models").status == 200
            assert chat(proxy).status == 200
        for kind in ("first line", "headers", "body"):
            outcomes = {told(connection) for connection in slow[kind]}
            assert 408 in outcomes
            assert outcomes <= {408, None}
        for connection in slow["reading"]:
            assert hung_up_on(connection)
    assert "Traceback" not in proxy.log


def told(connection: socket.socket) -> int | None:
    """The status of the answer that comes in the end; ``None`` if it was too slow for that too."""
    connection.settimeout(30)
    response = http.client.HTTPResponse(connection)
    try:
        response.begin()
    except ConnectionError:
        return None
    return response.status


def hung_up_on(connection: socket.socket) -> bool:
    """Whether the connection ends, though nothing of it is read."""
    waiting = select.poll()
    waiting.register(connection, 0)
    return bool(waiting.poll(30_000))
