"""Where signatures are kept, as one word of the command line says it."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool

from ..files import expanded
from .connection import SCHEMES, Address, connect
from .file import FileSignatureStore, InThread
from .memory import MemorySignatureStore
from .redis import RedisSignatureStore

FILE = "signatures.json"
"""The name of the file when none is given."""

Store = MemorySignatureStore | FileSignatureStore | RedisSignatureStore
"""A signature store with an end: ``close()`` is called when the service stops."""


def open_store(uri: str, reactor: Any, home: Path | None = None) -> Store:
    """
    The store that *uri* names.

    :param uri: ``memory:``, ``file:PATH`` or ``redis://host:port/database``
        (see :meth:`~pollinations.signatures.connection.Address.from_uri`).
    :param reactor: tells the time, has threads, connects.
    :param home: the folder in which a relative PATH begins; the current one when not given.
    :raises ValueError: it names none, or one that cannot be opened here. The message is for a
        person, and does not repeat a password.
    """
    scheme, colon, rest = uri.partition(":")
    if colon and scheme == "memory" and not rest:
        return MemorySignatureStore()
    if colon and scheme == "file":
        return FileSignatureStore(_path(rest, home or Path()), reactor, _threads_of(reactor))
    if colon and scheme in SCHEMES:
        return RedisSignatureStore(connect(Address.from_uri(uri), reactor), reactor)
    raise ValueError("signatures are kept in memory:, file:PATH or redis://host:port/database")


def _path(written: str, home: Path) -> Path:
    """A path as it stands, or that of a ``file://`` URI."""
    if written.startswith("//"):
        host, slash, path = written[2:].partition("/")
        if host not in ("", "localhost") or not slash:
            raise ValueError("a file is named as file:PATH or file:///PATH")
        written = f"/{unquote(path)}"
    if "\0" in written:
        raise ValueError("the path of a file holds no null character")
    return home / expanded(written or FILE)


def _threads_of(reactor: Any) -> InThread:
    def in_thread(function: Any, *arguments: Any) -> Deferred[Any]:
        return deferToThreadPool(reactor, reactor.getThreadPool(), function, *arguments)

    return in_thread
