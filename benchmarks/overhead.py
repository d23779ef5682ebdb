"""
What the guard, the log and the metrics cost together.

    python benchmarks/overhead.py [ROUNDS [REQUESTS]]

Two servers of the same API stand before the same imitation. One is the plain relay, the other has
what the service has that is installed: the guard, bounded connections, a line for each request in a
file, warnings on a stream, all figures. 8 clients ask one, then the other. Shown are microseconds
of the server's processor for a request, medians, and the median of the ratios of the rounds.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from twisted.internet import reactor as default
from twisted.internet.defer import Deferred
from twisted.internet.task import react
from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    globalLogBeginner,
)
from twisted.web.server import Site

from pollinations.life.settling import settle
from pollinations.logs.console import text_observer
from pollinations.logs.service import LogService
from pollinations.settings.schema import Settings
from pollinations.testing import scripts
from pollinations.testing.imitation import Imitation, listening
from pollinations.upstream.agent import NetworkClient, Whole, network_client
from pollinations.upstream.chat import Upstream
from pollinations.upstream.exchange import Exchange
from pollinations.web.access import AccessLog
from pollinations.web.api import OpenAIResource
from pollinations.web.guard import Guard
from pollinations.web.request import BoundedSite

CLIENTS = 8
KINDS = {"JSON": False, "20 events": True}
WORDS = tuple(f"word{number} " for number in range(20))
reactor: Any = default


def serve(kind: str, url: str, folder: str) -> None:
    """Serve the API until the process is ended."""
    settings, observers = Settings(), []
    upstream = Upstream(
        network_client(reactor, 10.0), f"{url}/free/openai/chat/completions", reactor
    )
    exchange = Exchange(reactor, {"free": upstream})
    api = OpenAIResource(exchange, reactor)
    site: Any = Site(api.resource(), parsePOSTFormSubmission=False)
    site.log = lambda request: None
    if kind == "plain":
        # The API counts by itself.
        exchange.observers.clear()
    else:
        path, later = Path(folder, "logs", "a.log"), reactor.callLater
        LogService(path, lambda: settings, call_later=later).startService()
        warnings = LogLevelFilterPredicate(LogLevel.warn)
        observers = [FilteringLogObserver(text_observer(sys.stderr), [warnings])]
        log = AccessLog(observers=[api.metrics.served])
        guard = Guard(api.resource(), lambda: settings.listener, log=log)
        site = BoundedSite(guard, lambda: settings.listener, reactor=reactor)
    print(reactor.listenTCP(0, site, interface="127.0.0.1").getHost().port, flush=True)
    globalLogBeginner.beginLoggingTo(observers)
    settle(reactor)
    reactor.run()


@contextmanager
def server(kind: str, url: str) -> Iterator[tuple[int, int]]:
    """A server in a process of its own: its number, and its port."""
    with tempfile.TemporaryDirectory() as folder, open(Path(folder, "said"), "w") as said:
        command = [sys.executable, __file__, "--serve", kind, url, folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said) as process:
            try:
                yield process.pid, int(process.stdout.readline())  # type: ignore[union-attr]
            finally:
                process.kill()


def spent(pid: int) -> float:
    """Microseconds of processor that a process has used."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1000


async def ask(client: NetworkClient, port: int, stream: bool, requests: int) -> None:
    """Ask, and ask again."""
    said = [{"role": "user", "content": "Hi"}]
    body = Whole(orjson.dumps({"model": "free/openai", "messages": said, "stream": stream}))
    url, kind = f"http://127.0.0.1:{port}/v1/chat/completions", {"Content-Type": "application/json"}
    for _ in range(requests):
        answer = await client.post(url, data=body, headers=kind)
        assert answer.code == 200, answer.code
        assert (await answer.content()).endswith(b"[DONE]\n\n" if stream else b"}")


async def measure(rounds: int = 9, requests: int = 800) -> None:
    """Ask both in turn, and say what came of it."""
    client = network_client(reactor, 10.0)
    print(f"{'':10} {'without':>7} {'with':>7} {'ratio':>6}")
    async with listening(reactor, Imitation(reactor, scripts.text(*WORDS))) as url:
        with server("plain", url) as plain, server("whole", url) as whole:
            for name, stream in KINDS.items():
                found: dict[int, list[float]] = {plain[0]: [], whole[0]: []}
                for turn in range(rounds + 1):
                    for pid, port in (plain, whole) if turn % 2 else (whole, plain):
                        before, each = spent(pid), (client, port, stream, requests // CLIENTS)
                        asked = [Deferred.fromCoroutine(ask(*each)) for _ in range(CLIENTS)]
                        for one in asked:
                            await one
                        found[pid].append((spent(pid) - before) / requests)
                without, together = (values[1:] for values in found.values())
                ratio = median(b / a for a, b in zip(without, together, strict=True))
                print(f"{name:10} {median(without):7.0f} {median(together):7.0f} {ratio:6.3f}")
    client.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(*sys.argv[2:])
    else:
        react(lambda _: Deferred.fromCoroutine(measure(*map(int, sys.argv[1:]))))
