"""Stores named by one word."""

import sys
from pathlib import Path

import pytest
from twisted.internet.endpoints import HostnameEndpoint, UNIXClientEndpoint
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock

from pollinations.signatures.connection import Address, endpoint_of
from pollinations.signatures.file import FileSignatureStore
from pollinations.signatures.memory import MemorySignatureStore
from pollinations.signatures.uri import open_store

HOME = Path("/home/ann/.pollinations")


def test_memory() -> None:
    """``memory:`` forgets everything."""
    assert isinstance(open_store("memory:", Clock(), HOME), MemorySignatureStore)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:/var/lib/s.json", "/var/lib/s.json"),
        ("file:///var/lib/s.json", "/var/lib/s.json"),
        ("file:///var/my%20lib/s.json", "/var/my lib/s.json"),
        ("file://localhost/var/s.json", "/var/s.json"),
        ("file:s.json", "/home/ann/.pollinations/s.json"),
        ("file:sub/s.json", "/home/ann/.pollinations/sub/s.json"),
        ("file:", "/home/ann/.pollinations/signatures.json"),
        ("file:/a:b#c?d", "/a:b#c?d"),
    ],
)
def test_file(uri: str, path: str) -> None:
    """``file:`` is followed by a path, which begins at home unless it begins with a slash."""
    store = open_store(uri, Clock(), HOME)
    assert isinstance(store, FileSignatureStore)
    assert store.path == Path(path)


def test_file_of_a_user() -> None:
    """A tilde is the user's home, wherever ours is."""
    store = open_store("file:~/s.json", Clock(), HOME)
    assert isinstance(store, FileSignatureStore)
    assert store.path == Path.home() / "s.json"


def test_opening_touches_nothing() -> None:
    """A store that is only opened has read, written and asked nothing."""
    reactor = MemoryReactorClock()
    for uri in ("memory:", "file:s.json"):
        open_store(uri, reactor, Path("home"))
    assert reactor.getDelayedCalls() == []
    assert not Path("home").exists()


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("redis://r", Address("r")),
        ("redis://r/", Address("r")),
        ("redis://r:1234/5", Address("r", 1234, database=5)),
        ("redis://[::1]:1234", Address("::1", 1234)),
        ("redis://:p%40ss@r", Address("r", password="p@ss")),
        ("redis://ann:secret@r", Address("r", username="ann", password="secret")),
        ("rediss://r:1234", Address("r", 1234, tls=True)),
        ("redis+unix:///run/r.sock", Address(path="/run/r.sock")),
        ("redis+unix:///run/r.sock?db=2", Address(path="/run/r.sock", database=2)),
        ("redis+unix://:secret@/run/r.sock", Address(path="/run/r.sock", password="secret")),
    ],
)
def test_redis(uri: str, address: Address) -> None:
    """A Redis is named by a URI, as it is elsewhere."""
    assert Address.from_uri(uri) == address
    assert "secret" not in repr(address)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (Address("r"), HostnameEndpoint),
        (Address(path="/run/r.sock"), UNIXClientEndpoint),
        (Address("r", tls=True), object),
    ],
)
def test_ways_to_redis(address: Address, kind: type) -> None:
    """A host, a socket, and TLS, which checks the certificate of the host that is named."""
    endpoint = endpoint_of(address, MemoryReactorClock())
    assert isinstance(endpoint, kind)
    assert IStreamClientEndpoint.providedBy(endpoint)


def test_redis_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, its name says what to install."""
    monkeypatch.setitem(sys.modules, "txredisapi", None)
    with pytest.raises(ValueError, match=r"pollinations\[redis\]"):
        open_store("redis://r", Clock(), HOME)


def test_another_scheme_is_no_redis() -> None:
    """An address is read of a URI that is a Redis's."""
    with pytest.raises(ValueError, match=r"redis, rediss"):
        Address.from_uri("http://r")


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "memory",
        "memory:x",
        "signatures.json",
        "/var/lib/s.json",
        "http://r/1",
        "FILE",
        "file://host/s.json",
        "file:a\0b",
        "redis:",
        "redis://",
        "redis:///1",
        "redis://:secret@r/x",
        "redis://:secret@r:99999",
        "redis://:secret@r:port",
        "redis://[::1",
        "redis+unix://r",
        "redis+unix://r/run/r.sock",
        "redis+unix:///run/r.sock?db=secret",
    ],
)
def test_what_names_no_store(uri: str) -> None:
    """Anything else is refused, in a sentence that does not repeat a password."""
    with pytest.raises(ValueError, match=r"file|Redis") as refused:
        open_store(uri, Clock(), HOME)
    assert "secret" not in str(refused.value)
