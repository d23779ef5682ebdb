"""The store in Redis, with a real one that this file starts and kills."""

import os
import shutil
import subprocess
from collections.abc import Collection, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote

import attrs
import pytest
import pytest_twisted
from twisted.internet.defer import Deferred, DeferredQueue
from twisted.logger import globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from pollinations.interfaces import ISignatureStore
from pollinations.signatures.connection import Address, connect
from pollinations.signatures.redis import RedisSignatureStore
from pollinations.signatures.uri import open_store
from pollinations.testing.signatures import SignatureStoreTests

SERVER = shutil.which("redis-server")

pytestmark = pytest.mark.skipif(
    SERVER is None and not os.environ.get("CI"), reason="redis-server is not installed"
)

T = TypeVar("T")
PASSWORD = "a password, with signs: @/%"


class Server:
    """A Redis behind a socket, that keeps nothing on disk."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.socket = folder / "redis.sock"
        self._options = options
        self._folder = folder
        self.start()

    def start(self) -> None:
        """Start, and wait until it listens."""
        assert SERVER is not None, "redis-server is not installed"
        self.socket.unlink(missing_ok=True)
        options = [SERVER, "--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        self._process = subprocess.Popen(
            [*options, "--dir", str(self._folder), *self._options],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert any("connections" in line for line in iter(self._process.stdout.readline, ""))

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.communicate()

    @property
    def uri(self) -> str:
        return f"redis+unix://{self.socket}"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Redis for tests that leave it as it is."""
    server = Server(tmp_path_factory.mktemp("r"))
    yield server
    server.kill()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A Redis of one's own."""
    server = Server(tmp_path)
    yield server
    server.kill()


@pytest.fixture
def said() -> "Iterator[DeferredQueue[str]]":
    """The lines of our log, to be waited for."""
    lines: DeferredQueue[str] = DeferredQueue()

    def observe(event: Any) -> None:
        if event["log_namespace"].startswith("pollinations"):
            lines.put(event["log_format"].format(**event))

    globalLogPublisher.addObserver(observe)
    yield lines
    globalLogPublisher.removeObserver(observe)


def _wait_for(coroutine: Coroutine[Any, Any, T]) -> T:
    result: T = pytest_twisted.blockon(Deferred.fromCoroutine(coroutine))
    return result


def _open(uri: str) -> RedisSignatureStore:
    from twisted.internet import reactor

    store = open_store(uri, reactor)
    assert isinstance(store, RedisSignatureStore)
    return store


@implementer(ISignatureStore)
@attrs.frozen
class InTurns:
    """For each step another process's store, so that what is found comes from Redis."""

    uri: str

    async def get(self, keys: Collection[str]) -> Mapping[str, str]:
        store = _open(self.uri)
        found = await store.get(keys)
        await store.close()
        return found

    async def put(self, entries: Mapping[str, str]) -> None:
        store = _open(self.uri)
        await store.put(entries)
        await store.close()


class RedisSignatureStoreTests(SignatureStoreTests, SynchronousTestCase):
    """The suite, with a real Redis and a reactor that turns."""

    server: ClassVar[Server]

    @pytest.fixture(autouse=True)
    def _server(self, shared: Server) -> None:
        type(self).server = shared

    def make_store(self) -> InTurns:
        return InTurns(self.server.uri)

    def wait_for(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return _wait_for(coroutine)


@pytest_twisted.ensureDeferred
async def test_two_processes(shared: Server) -> None:
    """What one has learned and kept at its end, another finds."""
    one, two = _open(shared.uri), _open(shared.uri)
    entries = {f"signature:call {n} é": f"value\r\n{n} 🌸" for n in range(500)}
    await one.put(entries)
    await one.close()
    assert await two.get(list(entries)) == entries
    await two.close()


@pytest_twisted.ensureDeferred
async def test_entries_expire(shared: Server) -> None:
    """Redis knows for how long to keep what it is given."""
    from twisted.internet import reactor

    store = _open(shared.uri)
    await store.put({"expiring": "x"})
    await store.close()
    connection: Any = connect(Address.from_uri(shared.uri), reactor)
    seconds = await connection.ttl("pollinations:expiring")
    assert 29 * 24 * 3600 < seconds <= 30 * 24 * 3600
    await connection.disconnect()


@pytest_twisted.ensureDeferred
async def test_killed_and_started_again(server: Server, said: "DeferredQueue[str]") -> None:
    """A Redis that dies fails nobody, and gets what it has missed when it is back."""
    store = _open(server.uri)
    await store.put({"before": "1"})
    assert await store.get(["before", "unknown"]) == {"before": "1"}
    server.kill()
    await store.get(["unknown"])
    await store.put({"meanwhile": "2"})
    assert await store.get(["before", "meanwhile", "unknown"]) == {"before": "1", "meanwhile": "2"}
    assert "kept in memory" in await said.get()
    server.start()
    assert "works again" in await said.get()
    await store.put({"after": "3"})
    await store.close()
    other = _open(server.uri)
    assert await other.get(["meanwhile", "after"]) == {"meanwhile": "2", "after": "3"}
    await other.close()
    assert said.pending == []


@pytest_twisted.ensureDeferred
async def test_nobody_there(tmp_path: Path, said: "DeferredQueue[str]") -> None:
    """Without a Redis the store remembers in memory, and says so once."""
    store = _open(f"redis+unix://{tmp_path}/nobody.sock")
    await store.put({"a": "1"})
    assert await store.get(["a", "b"]) == {"a": "1"}
    assert await store.get(["a", "b"]) == {"a": "1"}
    await store.close()
    assert len(said.pending) == 1


@pytest_twisted.ensureDeferred
async def test_password(tmp_path: Path, said: "DeferredQueue[str]") -> None:
    """A Redis with a password wants the right one; no line repeats either."""
    server = Server(tmp_path, "--requirepass", PASSWORD)
    try:
        right, wrong = (
            _open(f"redis+unix://:{quote(word, safe='')}@{server.socket}")
            for word in (PASSWORD, "wrong password")
        )
        await right.put({"a": "1"})
        await right.close()
        assert said.pending == []
        assert await wrong.get(["a"]) == {}
        await wrong.close()
        assert len(said.pending) == 1
        assert "password" not in await said.get()
    finally:
        server.kill()
