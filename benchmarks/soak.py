"""
Whether a proxy that is used for long, by an upstream on a bad day, is afterwards what it was.

    python benchmarks/soak.py [--requests N] [--clients N] [--share S] [--seed N]

A proxy is asked by many clients, which keep their connections, before an imitation of Pollinations
that goes wrong for a share of all requests, in each of the ways that there are in turn. Most
requests are chats; some clients leave, some send nonsense, some type commands, one listens to
notifications; the mode changes as it goes. Shown are memory after the first requests and at the
end, open files before and after, gauges that have not come back to zero, lines at level error that
no fault explains, and answers that are none. The status is 0 if there is nothing of the latter
three, files are as they were, and memory has grown by less than --growth percent. It is looked at
last after --rest seconds, in which what is free goes back to the system.
"""

import argparse
import json
import os
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
from twisted.internet.defer import CancelledError, Deferred, DeferredList
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.task import deferLater, react
from twisted.logger import eventsFromJSONLogFile, formatEvent
from twisted.python.failure import Failure
from twisted.web.client import Agent, HTTPConnectionPool, ResponseDone, ResponseFailed
from twisted.web.http_headers import Headers

from pollinations.testing.account import DEMO_KEY, Account
from pollinations.testing.answers import Call, calls, text
from pollinations.testing.choosing import ByUniverse
from pollinations.testing.enter import Enter
from pollinations.testing.faults import BROKEN, Sometimes
from pollinations.testing.imitation import Imitation
from pollinations.testing.process import Proxy, running
from pollinations.testing.recording import Asked
from pollinations.testing.script import Script
from pollinations.upstream.agent import Whole
from pollinations.web.departing import DepartingChannel, DepartingSite

FIRST = 5_000
"""Requests after which memory is looked at first: caches and stores are full then."""

EACH = 500
"""Requests after which the mode changes."""

MODES = ("manual", "pro", "manual", "alwaysfree")
SETTINGS = {
    "timeouts": {"connect": 2, "firstByte": 1, "idle": 2, "account": 1},
    "keepalive": 0.5,
    "gui": {"status": "all", "logs": "verbose"},
}
LONGEST = 200.0
"""Seconds after which an answer is missed; a queue has more patience than anything else."""

EXPLAINED = re.compile(
    r"Pollinations Upstream: (\S+ gave no answer: .*|the answer of \S+ broke off \(\d+\))"
)
"""What is said, at level error, of a request that got no answer, or no whole one."""

ENTER_MODELS = ("openai", "openai-fast", "mistral", "kimi", "claude-fast", "deepseek", "glm")
NONSENSE: tuple[tuple[str, bytes], ...] = (
    ("/v1/chat/completions", b"{not json"),
    ("/v1/chat/completions", b'{"model": "enter/openai"}'),
    ("/v1/chat/completions", b'{"model": "enter/no-such", "messages": [{"role": "user"}]}'),
    ("/v1/nowhere", b"{}"),
)
PAGES = ("/health", "/v1/models", "/v1/models/free/openai", "/metrics", "/v1/notifications")
COMMANDS = ("status", "why", "retry", "usage", "usage full", "config", "models gem", "nonsense")
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


class Weather:
    """Calls a tool once, signed as Gemini signs."""

    def __init__(self) -> None:
        self._calls = 0

    def __call__(self, asked: Asked) -> Script:
        if not asked.chat.tools:
            return text("It ", "is ", "as ", "it ", "is.")(asked)
        self._calls += 1
        call = Call("weather", {"city": "Rome"}, f"call_{self._calls}")
        return calls(call, form="portkey", signature=f"signature-{self._calls}" * 8)(asked)


@attrs.frozen
class Sent:
    """One request of a client, and whether it leaves before the end."""

    kind: str
    path: str
    body: bytes | None = None
    stream: bool = False
    leaves: float | None = None


@attrs.define(eq=False)
class Plan:
    """What clients ask, by chance."""

    chance: random.Random

    def next(self) -> Sent:
        one = self.chance.random()
        if one < 0.01:
            return Sent("nonsense", *self.chance.choice(NONSENSE))
        if one < 0.03:
            return Sent("page", self.chance.choice(PAGES))
        if one < 0.05:
            return self._chat("command", "enter/openai", f"/poll {self.chance.choice(COMMANDS)}")
        if one < 0.08:
            return self._chat("free", "free/openai", "Hi")
        if one < 0.20:
            return self._weather()
        if one < 0.23:
            sent = self._chat("leaving", "enter/openai", "Hi")
            return attrs.evolve(sent, leaves=0.02 * self.chance.random())
        return self._chat("chat", f"enter/{self.chance.choice(ENTER_MODELS)}", "Hi")

    def _chat(self, kind: str, model: str, said: str, **fields: Any) -> Sent:
        stream = self.chance.random() < 0.7
        messages = [{"role": "user", "content": said}]
        body = {"model": model, "stream": stream, "messages": messages, **fields}
        return Sent(kind, "/v1/chat/completions", json.dumps(body).encode(), stream)

    def _weather(self) -> Sent:
        number = self.chance.randrange(1 << 40)
        return self._chat("tools", "enter/gemini", f"The weather {number}?", tools=[TOOL])


def judged(sent: Sent, status: int, body: bytes) -> str:
    """What an answer is, in a word or two; with ``?`` at its end if it should not be."""
    if status != 200:
        said = "error" in json.loads(body) if body else False
        return f"{status}" if said and status != 500 else f"{status}?"
    if sent.stream and sent.body is not None:
        broken, ends = b'data: {"error"' in body, body.count(b"data: [DONE]")
        whole = body.endswith(b"data: [DONE]\n\n")
        if broken != whole and ends <= 1:
            return "200 broken off" if broken else "200"
        return "200 without an end?"
    if sent.kind == "page":
        return "200"
    return "200" if json.loads(body)["choices"] else "200 without a choice?"


@attrs.define(eq=False)
class Load:
    """
    Clients that send a number of requests between them.

    :param turn: is called before each, with its number.
    """

    reactor: Any
    address: str
    requests: int
    plan: Plan
    turn: Any
    outcomes: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    sent: int = 0
    _pool: HTTPConnectionPool = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._pool = HTTPConnectionPool(self.reactor)
        self._pool.maxPersistentPerHost = 1000

    async def run(self, clients: int) -> None:
        """Send them all."""
        await DeferredList([Deferred.fromCoroutine(self._client()) for _ in range(clients)])

    async def leave(self) -> None:
        """Close all connections."""
        await self._pool.closeCachedConnections()

    async def get(self, path: str) -> bytes:
        """A page."""
        _, body = await self._asked(Sent("page", path))
        return body

    async def command(self, words: str) -> bytes:
        """What a command says."""
        body = json.dumps({"words": words.split()}).encode()
        return (await self._asked(Sent("page", "/v1/commands", body)))[1]

    async def _client(self) -> None:
        while self.sent < self.requests:
            self.sent += 1
            self.turn(self.sent)
            sent = self.plan.next()
            self.outcomes[sent.kind, await self._outcome(sent)] += 1

    async def _outcome(self, sent: Sent) -> str:
        asked = Deferred.fromCoroutine(self._asked(sent))
        asked.addTimeout(LONGEST if sent.leaves is None else sent.leaves, self.reactor)
        try:
            return judged(sent, *await asked)
        except Exception as e:
            # Whatever it is, it is what became of the request.
            return "left" if sent.leaves is not None else f"{type(e).__name__} {e}?"

    async def _asked(self, sent: Sent) -> tuple[int, bytes]:
        headers = Headers({"Content-Type": ["application/json"]})
        body = None if sent.body is None else Whole(sent.body)
        method = b"GET" if body is None else b"POST"
        agent = Agent(self.reactor, pool=self._pool)
        url = f"http://{self.address}{sent.path}".encode()
        response = await agent.request(method, url, headers, body)
        reading = Reading()
        response.deliverBody(reading)
        return response.code, await reading.over


class Reading(Protocol):
    """
    Reads an answer to its end, or until it is cancelled.

    :param keep: whether what is read is kept.
    """

    def __init__(self, keep: bool = True) -> None:
        self._pieces: list[bytes] = []
        self._keep = keep
        self.over: Deferred[bytes] = Deferred(lambda _: self._leave())

    def dataReceived(self, data: bytes) -> None:
        if self._keep:
            self._pieces.append(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self.over.called:
            return
        if reason.check(ResponseDone):
            self.over.callback(b"".join(self._pieces))
        else:
            self.over.errback(reason)

    def _leave(self) -> None:
        transport: Any = self.transport
        transport.stopProducing()


@attrs.frozen
class State:
    """What a process holds at a moment."""

    memory: float
    files: int
    processor: float

    @classmethod
    def of(cls, proxy: Proxy) -> "State":
        """Of *proxy*: memory in MiB, open files, seconds of its processor's time."""
        folder = Path(f"/proc/{proxy.process.pid}")
        found = re.search(r"VmRSS:\s+(\d+)", (folder / "status").read_text())
        assert found is not None
        ticks = map(int, (folder / "stat").read_text().rpartition(")")[2].split()[11:13])
        processor = sum(ticks) / os.sysconf("SC_CLK_TCK")
        return cls(int(found[1]) / 1024, len(os.listdir(folder / "fd")), processor)


def gauges(text: bytes) -> Iterator[tuple[str, float]]:
    """Those of the figures that should be zero when nobody asks anything, and are not."""
    idle = ("in_flight", "queue_depth", "cooldown_active", "draining", "notification_listeners")
    for line in text.decode().splitlines():
        name, _, value = line.rpartition(" ")
        bare = name.partition("{")[0].removeprefix("pollinations_")
        # Whoever looks is connected.
        usual = 1.0 if bare == "connections" else 0.0
        if bare in (*idle, "connections") and float(value) != usual:
            yield name, float(value)


async def settled(load: Load, most: float = 180.0) -> list[tuple[str, float]]:
    """The gauges that do not come back to what they were, when everybody has had time."""
    deadline = load.reactor.seconds() + most
    await load.command("retry")
    while found := list(gauges(await load.get("/metrics"))):
        if load.reactor.seconds() > deadline:
            break
        await deferLater(load.reactor, 0.5)
    return found


def errors(proxy: Proxy) -> Counter[str]:
    """What was logged at level error and above, without what a fault explains."""
    with (proxy.folder / "errors").open() as log:
        said = (formatEvent(event) for event in eventsFromJSONLogFile(log))
        return Counter(line for line in said if not EXPLAINED.fullmatch(line))


def configure(folder: Path, mode: str) -> None:
    """Set the proxy of this folder to *mode*, whole or not at all."""
    new = folder / "new"
    new.write_text(json.dumps({**SETTINGS, "mode": mode}))
    new.rename(folder / "home" / "config.json")


def bad_day(
    reactor: Any, share: float, chance: random.Random, busy: bool = True
) -> tuple[Imitation, Sometimes]:
    """
    An imitation whose chat and account pages go wrong.

    :param busy: whether the free universe ever says that it is busy. The queue for it then keeps a
        distance of up to half a minute, in which few requests get through.
    """
    model = Sometimes(Weather(), share, chance.random)
    calm = Sometimes(Weather(), share, chance.random, BROKEN)
    both = ByUniverse(model if busy else calm, model)
    imitation = Imitation(reactor, both, account=Account(grant=1e9, paid=1e9, least=0.0))
    pages = Enter(imitation.account, imitation.shape, imitation.refuses, model).pages()
    for path in ("/account/profile", "/account/balance", "/account/usage", "/text/models"):
        imitation.pages[f"/enter{path}"] = Sometimes(pages[path], share, chance.random)
    return imitation, model


class UpstreamSite(DepartingSite):
    """A site that knows its connections."""

    protocol: Any = DepartingChannel


@attrs.define(eq=False)
class Soak:
    """
    One run.

    :param options: of the command line.
    :param site: what serves the imitation.
    """

    reactor: Any
    options: argparse.Namespace
    folder: Path
    imitation: Imitation
    model: Sometimes
    site: UpstreamSite
    proxy: Proxy
    load: Load = attrs.field(init=False)
    began: float = attrs.field(factory=time.monotonic)
    first: State | None = None

    def __attrs_post_init__(self) -> None:
        plan = Plan(random.Random(self.options.seed + 1))
        requests = self.options.requests
        self.load = Load(self.reactor, self.proxy.address, requests, plan, self.turn)

    def turn(self, number: int) -> None:
        """Do what is to be done before a request of this number."""
        if number % EACH == 0:
            configure(self.folder, MODES[number // EACH % len(MODES)])
            # The imitation's memory is none of the proxy's, and nor is its time.
            del self.imitation.account.spent[:]
        if number == min(FIRST, self.options.requests // 2):
            self.first = State.of(self.proxy)
        if number % max(1, self.options.requests // 20) == 0:
            rate = number / (time.monotonic() - self.began)
            now = State.of(self.proxy)
            print(f"{number:8} {rate:6.0f}/s {now.memory:7.1f} MiB {now.files:4} files", flush=True)

    async def run(self) -> int:
        """Ask, and say what came of it; the number of things that should not be."""
        await self.load.get("/health")
        files = await self.files()
        listening = Deferred.fromCoroutine(self.listen())
        await self.load.run(self.options.clients)
        listening.cancel()
        spent = time.monotonic() - self.began
        await self.load.leave()
        held = await settled(self.load)
        after = await self.files(files)
        await deferLater(self.reactor, self.options.rest)
        end = State.of(self.proxy)
        assert self.first is not None
        growth = 100 * (end.memory / self.first.memory - 1)
        unexplained = errors(self.proxy)
        wrong = {one: count for one, count in self.load.outcomes.items() if one[1].endswith("?")}
        print(f"{self.load.sent} requests in {spent:.0f} s, {sum(self.model.made.values())} faults")
        for (kind, outcome), count in sorted(self.load.outcomes.items()):
            print(f"{count:8} {kind}: {outcome}")
        print(f"{1000 * end.processor / self.load.sent:.2f} ms of the proxy's processor for each")
        print(f"memory {self.first.memory:.1f} MiB, then {end.memory:.1f}: {growth:+.1f} %")
        print(f"open files {files}, then {after}")
        print(f"gauges that are not at rest: {dict(held)}")
        print(f"errors without a fault: {dict(unexplained.most_common(20))}")
        print(f"answers that are none: {sum(wrong.values())}")
        return len(held) + len(unexplained) + len(wrong) + (after > files) + self.grown(growth)

    def grown(self, growth: float) -> bool:
        """Whether memory has grown by more than it may."""
        return growth > self.options.growth

    async def listen(self) -> None:
        """Listen to notifications, and keep nothing of them."""
        headers = Headers({"Accept": ["text/event-stream"]})
        url = f"http://{self.proxy.address}/v1/notifications".encode()
        try:
            response = await Agent(self.reactor).request(b"GET", url, headers)
            listener = Reading(keep=False)
            response.deliverBody(listener)
            await listener.over
        except (CancelledError, ResponseFailed):
            return

    async def files(self, wanted: int = 0) -> int:
        """Open files of the proxy when nobody asks it and it has no connection to an upstream."""
        await self.load.leave()
        least = 1 << 30
        for _ in range(20):
            for channel in tuple(self.site.channels):
                channel.loseConnection()
            await deferLater(self.reactor, 0.25)
            least = min(least, State.of(self.proxy).files)
            if least <= wanted:
                break
        return least


async def soak(reactor: Any, options: argparse.Namespace) -> None:
    """Run it in a folder that goes afterwards."""
    chance = random.Random(options.seed)
    imitation, model = bad_day(reactor, options.share, chance, not options.never_busy)
    site: Any = UpstreamSite(imitation.resource())
    port = reactor.listenTCP(0, site, interface="127.0.0.1")
    url = f"http://127.0.0.1:{port.getHost().port}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "home").mkdir()
        configure(folder, MODES[0])
        log = ("--log-format=json", "--log-level=error", f"--log-file={folder / 'errors'}")
        upstreams = (f"--free-url={url}/free", f"--enter-url={url}/enter", "--refresh", "5")
        key = {"POLLINATIONS_API_KEY": DEMO_KEY}
        with running(folder, "--port", "0", *upstreams, log=log, **key) as proxy:
            run = Soak(reactor, options, folder, imitation, model, site, proxy)
            failed = await run.run()
    raise SystemExit(bool(failed))


def main() -> None:
    """Read the command line, and run."""
    options = argparse.ArgumentParser(description="Ask a proxy for long, and see what is left.")
    options.add_argument("--requests", type=int, default=200_000)
    options.add_argument("--clients", type=int, default=64)
    options.add_argument("--share", type=float, default=0.05, help="of requests that go wrong")
    options.add_argument("--growth", type=float, default=10.0, help="of memory, in percent")
    options.add_argument("--rest", type=float, default=35, help="seconds until the last look")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--never-busy", action="store_true", help="for the free universe")
    given = options.parse_args()
    react(lambda reactor: Deferred.fromCoroutine(soak(reactor, given)))


if __name__ == "__main__":
    main()
