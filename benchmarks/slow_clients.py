"""
How long others wait while clients send slowly, do not read, or ask a lot at once.

``python benchmarks/slow_clients.py [CLIENTS] [REQUESTS]`` starts a demonstration and prints the
milliseconds that requests take, one after another, with so many bad clients of each kind.
"""

import http.client
import json
import socket
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path

from pollinations.testing.process import Proxy, running

HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
BODY = HEAD + b"Content-Type: application/json\r\nContent-Length: 10000\r\n\r\n"
MODELS = b"GET /v1/models?all=1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
KINDS = {
    "nobody": None,
    "slow first line": b"P",
    "slow headers": HEAD + b"X-Slow: ",
    "slow body": BODY,
    "reading nothing": MODELS * 500,
}
CHAT = {"model": "free/openai", "messages": [{"role": "user", "content": "Hi"}]}


def connected(proxy: Proxy, first: bytes) -> socket.socket:
    """A bad client that has sent *first*."""
    host, port = proxy.address.split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((host, int(port)))
    connection.setblocking(False)
    connection.send(first)
    return connection


def timed(proxy: Proxy, body: bytes | None) -> float:
    """Milliseconds of one good request: a chat's when there is a *body*."""
    began = time.perf_counter()
    with closing(http.client.HTTPConnection(proxy.address, timeout=60)) as connection:
        if body is None:
            connection.request("GET", "/health")
        else:
            kind = {"Content-Type": "application/json"}
            connection.request("POST", "/v1/chat/completions", body, kind)
        answer = connection.getresponse()
        answer.read()
    assert answer.status == 200, answer.status
    return (time.perf_counter() - began) * 1000


def measure(proxy: Proxy, clients: int, requests: int, first: bytes | None) -> tuple[float, ...]:
    """The median and the worst of health and chat, with *clients* that begin with *first*."""
    body = json.dumps(CHAT).encode()
    with ExitStack() as stack:
        bad = [
            stack.enter_context(closing(connected(proxy, first)))
            for _ in range(clients if first is not None else 0)
        ]
        health, chat = [], []
        for number in range(requests):
            if first is not None and not first.startswith(MODELS):
                bad[number % clients].send(b"x")
            health.append(timed(proxy, None))
            chat.append(timed(proxy, body))
    return statistics.median(health), max(health), statistics.median(chat), max(chat)


def main(clients: int = 200, requests: int = 200) -> None:
    """Print a table."""
    print(f"{clients} bad clients, {requests} requests; ms")
    print(f"{'':18}{'health':>8}{'worst':>8}{'chat':>8}{'worst':>8}")
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), "--demo", "--port", "0") as proxy,
    ):
        timed(proxy, json.dumps(CHAT).encode())
        for name, first in KINDS.items():
            figures = measure(proxy, clients, requests, first)
            print(f"{name:18}" + "".join(f"{figure:8.1f}" for figure in figures), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
