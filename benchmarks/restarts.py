"""
Whether restarts under socket activation lose requests.

    python benchmarks/restarts.py [REQUESTS [RESTARTS]]

A proxy that demonstrates itself is given a listening socket as systemd gives it, and is restarted
while clients ask it. Half of them open a connection for each request; the others keep theirs until
an answer says that it is closed. A quarter of the requests are chats, half of these streams.
Before they use it again they look whether it was closed meanwhile, as every client does that keeps
connections. Nothing is tried twice: a request fails that gets no whole answer with status 200. The
exit status is 0 if none did.
"""

import http.client
import itertools
import json
import select
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import attrs

from pollinations.testing.process import Proxy, started

CLIENTS = 16
LISTEN = ("--demo", "--listen", "systemd:domain=INET:index=0")
PATIENCE = 120.0


@attrs.define(eq=False)
class Load:
    """
    Clients that ask a given number of requests between them.

    :param address: of the proxy.
    :param requests: how many.
    """

    address: str
    requests: int
    done: int = 0
    failed: Counter[str] = attrs.field(factory=Counter)
    longest: float = 0.0
    connections: int = 0
    closed: int = 0
    _numbers: "itertools.count[int]" = attrs.field(factory=itertools.count)
    _lock: threading.Lock = attrs.field(factory=threading.Lock)

    def client(self, keeps: bool) -> None:
        """Ask until all requests are asked; *keeps* its connection as long as it is told."""
        connection: http.client.HTTPConnection | None = None
        while (number := next(self._numbers)) < self.requests:
            began = time.monotonic()
            if connection is not None and closed(connection):
                connection.close()
                connection = None
                self.closed += 1
            if connection is None:
                connection = http.client.HTTPConnection(self.address, timeout=PATIENCE)
                self.connections += 1
            error = ask(connection, number, keeps)
            if error or not keeps or connection.sock is None:
                connection.close()
                connection = None
            with self._lock:
                self.done += 1
                self.longest = max(self.longest, time.monotonic() - began)
                if error:
                    self.failed[error] += 1
        if connection is not None:
            connection.close()


def closed(connection: http.client.HTTPConnection) -> bool:
    """Whether the other end has closed a connection on which nothing is asked."""
    return bool(select.select([connection.sock], [], [], 0)[0])


def ask(connection: http.client.HTTPConnection, number: int, keeps: bool) -> str:
    """Send one request and read its answer; why that failed, or nothing."""
    kept = "kept" if connection.sock is not None else "fresh"
    sent = {} if keeps else {"Connection": "close"}
    try:
        if number % 4:
            connection.request("GET", "/health", headers=sent)
        else:
            stream = number % 8 == 0
            said = {"model": "enter/openai", "stream": stream, "max_tokens": 5}
            body = json.dumps({**said, "messages": [{"role": "user", "content": "Hi"}]})
            sent["Content-Type"] = "application/json"
            connection.request("POST", "/v1/chat/completions", body, sent)
        response = connection.getresponse()
        data = response.read()
    except (OSError, http.client.HTTPException) as e:
        return f"{kept}: {type(e).__name__}"
    whole = number % 8 or data.endswith(b"[DONE]\n\n")
    return "" if response.status == 200 and whole else f"{kept}: {response.status} {data[-80:]!r}"


def restarted(load: Load, folder: Path, ours: socket.socket, restarts: int) -> list[float]:
    """Run proxies one after another while *load* goes on; how long each took to stop."""
    took = []
    for place in range(restarts + 1):
        proxy = started(folder, *LISTEN, sockets=[ours])
        proxy.wait()
        wait_for(load, (place + 1) * load.requests // (restarts + 1))
        began = time.monotonic()
        stop(proxy)
        took.append(time.monotonic() - began)
    return took


def stop(proxy: Proxy) -> None:
    """Stop it, as a supervisor does."""
    status = proxy.stop()
    if status or "Traceback" in proxy.log:
        raise SystemExit(f"the proxy ended with {status}\n{proxy.log}")


def wait_for(load: Load, count: int) -> None:
    """Until *count* requests were answered."""
    deadline = time.monotonic() + 60 + load.requests / 10
    while load.done < count:
        if time.monotonic() > deadline:
            raise SystemExit(f"{load.done} requests only; {dict(load.failed)}")
        time.sleep(0.01)


def main(requests: int = 10_000, restarts: int = 3) -> None:
    """Restart under load, and say what came of it."""
    with closing(socket.socket()) as ours, tempfile.TemporaryDirectory() as folder:
        ours.bind(("127.0.0.1", 0))
        ours.listen(4096)
        load = Load(f"127.0.0.1:{ours.getsockname()[1]}", requests)
        clients = [
            threading.Thread(target=load.client, args=(place % 2 == 0,), daemon=True)
            for place in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        took = restarted(load, Path(folder), ours, restarts)
    failed = sum(load.failed.values())
    print(f"{requests} requests, {restarts} restarts, {failed} failed")
    print(f"{load.connections} connections, {load.closed} of them closed while silent")
    print(f"longest request {load.longest:.2f} s, longest stop {max(took):.2f} s")
    for why, count in load.failed.most_common(10):
        print(f"{count:6} {why}")
    raise SystemExit(bool(failed))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
