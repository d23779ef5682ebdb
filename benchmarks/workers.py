"""
What several workers answer more than one.

    python benchmarks/workers.py [SECONDS [ROUNDS]]

Clients on connections that they keep ask for small answers of a model, each again as soon as it has
its answer; the upstream answers at once with bytes that were made before. Clients and upstream are
one process, which takes a part of the machine's cores: with one worker it has a core of its own,
with two it has not. One worker and two take turns; the figures are medians. Beside them, the
workers' processor time for an answer, which says more where a machine does other things as well,
and what part of it the busiest had.
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import orjson
from twisted.internet import reactor as default
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from pollinations.testing.process import Proxy, started

reactor: Any = default
CLIENTS = 64
COUNTS = (1, 2)
WORDS = {"role": "assistant", "content": "Here is an answer of a few words."}
ANSWER = orjson.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "openai",
        "choices": [{"index": 0, "message": WORDS, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 8, "total_tokens": 17},
    }
)
REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
    len(ANSWER),
    ANSWER,
)
ASKED = orjson.dumps({"model": "enter/openai", "messages": [{"role": "user", "content": "Hi"}]})


class Upstream(Protocol):
    """Answers each request with the same bytes."""

    def dataReceived(self, data: bytes) -> None:
        """A request that is this short comes in one piece."""
        assert self.transport is not None
        self.transport.write(REPLY)


class Client(Protocol):
    """Asks, and asks again."""

    answers = 0
    _got = 0
    _whole = 0

    def __init__(self, address: str) -> None:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {address}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(ASKED)}\r\n\r\n"
        self._request = head.encode() + ASKED

    def connectionMade(self) -> None:
        """Ask."""
        assert self.transport is not None
        self.transport.write(self._request)

    def dataReceived(self, data: bytes) -> None:
        """All answers are ended by the same bytes."""
        if data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 200"):
            raise SystemExit(data.decode())
        if data.endswith((b"}", b"\r\n0\r\n\r\n")):
            self.answers += 1
            self.connectionMade()


def spent(proxy: Proxy) -> list[int]:
    """Ticks of processor time that the process, or each of its workers, has had."""
    pid = proxy.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [ticks(int(child)) for child in children] or [ticks(pid)]


def ticks(pid: int) -> int:
    """The same of one process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


async def answered(count: int, url: str, seconds: float) -> tuple[float, float, float]:
    """Answers a second by so many workers, milliseconds for each, the busiest one's part."""
    folder = Path(tempfile.mkdtemp())
    upstreams = (f"--free-url={url}", f"--enter-url={url}", "--refresh", "86400")
    (folder / "home").mkdir()
    settings = {"mode": "manual", "logs": {"file": False}}
    (folder / "home" / "config.json").write_bytes(orjson.dumps(settings))
    key = {"POLLINATIONS_API_KEY": "sk_benchmark"}
    proxy = started(folder, "--port", "0", "--workers", str(count), *upstreams, **key)
    try:
        await deferToThread(proxy.wait)
        await deferLater(reactor, 2 + count)
        host, port = proxy.address.split(":")
        endpoint = HostnameEndpoint(reactor, host, int(port))
        clients = [await connectProtocol(endpoint, Client(proxy.address)) for _ in range(CLIENTS)]
        await deferLater(reactor, seconds / 4)
        before, began = sum(client.answers for client in clients), spent(proxy)
        await deferLater(reactor, seconds)
        done = sum(client.answers for client in clients) - before
        work = [after - start for after, start in zip(spent(proxy), began, strict=True)]
        for client in clients:
            client.transport.abortConnection()  # type: ignore[union-attr]
        milliseconds = 1000 * sum(work) / os.sysconf("SC_CLK_TCK") / done
        return done / seconds, milliseconds, max(work) / max(1, sum(work))
    finally:
        await deferToThread(proxy.stop)


async def main(seconds: float, rounds: float) -> None:
    """Measure, and say it."""
    port = reactor.listenTCP(0, Factory.forProtocol(Upstream), interface="127.0.0.1")
    url = f"http://127.0.0.1:{port.getHost().port}"
    found: dict[int, list[tuple[float, float, float]]] = {count: [] for count in COUNTS}
    for _ in range(int(rounds)):
        for count in COUNTS:
            found[count].append(await answered(count, url, seconds))
    for count, rates in found.items():
        rate, cost, part = (statistics.median(each) for each in zip(*rates, strict=True))
        print(f"{count} workers: {rate:.0f}/s, {cost:.2f} ms each, the busiest had {part:.0%}")
    one, two = (statistics.median(each[0] for each in found[count]) for count in COUNTS)
    print(f"ratio {two / one:.2f}, load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    arguments = [float(argument) for argument in sys.argv[1:]]
    running: Deferred[None] = ensureDeferred(main(*(arguments + [5.0, 3.0][len(arguments) :])))
    running.addErrback(lambda failure: failure.printTraceback())
    running.addBoth(lambda _: reactor.stop())
    reactor.run()
