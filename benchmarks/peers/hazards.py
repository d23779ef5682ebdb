"""What a peer holds for a client that does not read, and lets go of for one that has left."""

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

from . import accounting, bodies
from .measured import PATH, Bench, NotAnswered
from .rounds import Fleet, show
from .started import Running

STALLED = bodies.chat("s5000-c64000", 1024)
MIDDLE = bodies.chat("s1000000-p5000", 1024)
EARLY = bodies.chat("s5-d60000", 1024)

STALL = 3.0
"""Seconds for which nothing is read."""

PATIENCE = 10.0
"""Seconds after which an upstream counts as never let go."""


def hazards(fleet: Fleet, names: tuple[str, ...], count: int) -> Iterator[dict[str, Any]]:
    """Figures of B9 and B10: MiB that a stalled client costs; milliseconds until all is let go."""
    for number in range(count):
        for name in names:
            for found in _round(fleet, name):
                show(found)
                yield {"peer": name, "round": number, **found}


def _round(fleet: Fleet, name: str) -> Iterator[dict[str, Any]]:
    with fleet.awake(name, fresh=True) as one:
        for _ in range(5):
            ask(fleet.bench, one, bodies.chat("s5", 1024))
        for workload, body, wait in (("B10a", MIDDLE, 0.3), ("B10b", EARLY, 0.3)):
            freed = leave(fleet.bench, one, body, wait)
            yield {"workload": workload, "peer": name, "freed": freed}
        yield {"workload": "B9", "peer": name, **stall(fleet.bench, one)}


def stall(bench: Bench, one: Running) -> dict[str, float]:
    """MiB that *one* grows by, and MiB that it takes, while its client reads nothing."""
    before, taken = accounting.memory(one.pids), bench.stats()["bytes"]
    with _asked(bench, one, STALLED) as client:
        client.recv(1024)
        time.sleep(STALL)
        grown = accounting.memory(one.pids) - before
        taken = bench.stats()["bytes"] - taken
    return {"memory": grown / 1024, "taken": taken / (1 << 20)}


def leave(bench: Bench, one: Running, body: dict[str, Any], wait: float) -> float:
    """Milliseconds from a client's leaving to the upstream's being let go."""
    aborted = bench.stats()["aborted"]
    with _asked(bench, one, body):
        time.sleep(wait)
        left = time.monotonic_ns()
    while bench.stats()["aborted"] == aborted:
        if time.monotonic_ns() - left > PATIENCE * 1e9:
            return float("inf")
        time.sleep(0.05)
    return (bench.stats()["aborted_at"] - left) / 1e6


def ask(bench: Bench, one: Running, body: dict[str, Any]) -> None:
    """
    Ask *body* and read the answer to its end.

    :raises NotAnswered: there is none.
    """
    last, answer = b"[DONE]" if body["stream"] else b'"total_tokens"', b""
    with _asked(bench, one, body) as client:
        while last not in answer:
            data = client.recv(65536)
            if not data:
                raise NotAnswered(f"{one.peer.name}: {answer!r}")
            answer += data


def _asked(bench: Bench, one: Running, body: dict[str, Any]) -> socket.socket:
    """A connection on which *body* has been asked."""
    data = json.dumps({**body, "model": one.peer.prefix + body["model"]}).encode()
    head = (
        f"POST {PATH} HTTP/1.1",
        f"Host: 127.0.0.1:{one.port}",
        "Content-Type: application/json",
        f"Content-Length: {len(data)}",
        *(line.replace("@UPSTREAM@", str(bench.upstream)) for line in one.peer.headers),
    )
    client = socket.create_connection(("127.0.0.1", one.port))
    client.sendall("\r\n".join((*head, "", "")).encode() + data)
    return client
