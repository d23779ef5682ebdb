"""What a worker is told by its parent when it is started: its place, its sockets, its pipes."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import attrs
import orjson
from twisted.internet import tcp, unix
from twisted.internet.endpoints import AdoptedStreamServerEndpoint, serverFromString
from twisted.internet.interfaces import IListeningPort, IStreamServerEndpoint
from twisted.protocols.tls import TLSMemoryBIOFactory

VARIABLE: Final = "POLLINATIONS_WORKER"
"""Where a worker finds this, in its environment."""

SAID, HEARD, FIRST_SOCKET = 3, 4, 5
"""A worker's file descriptors: of the pipe that it writes to, the one that it reads, sockets."""

FORGOTTEN: Final = ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES")
"""Variables that mean the parent, and not those that it starts."""


@attrs.frozen
class Post:
    """
    A worker's place.

    :param rank: from 0, below the number of workers.
    :param families: address families of the sockets, which follow from :data:`FIRST_SOCKET` on.
    """

    rank: int
    families: tuple[int, ...]

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self | None:
        """The place of this process, or ``None``: it is no worker."""
        said = environ.get(VARIABLE)
        if said is None:
            return None
        rank, families = orjson.loads(said)
        return cls(rank, tuple(families))

    def environ(self, ours: Mapping[str, str]) -> dict[str, str]:
        """The environment of a worker in this place."""
        kept = {name: value for name, value in ours.items() if name not in FORGOTTEN}
        return {**kept, VARIABLE: orjson.dumps([self.rank, self.families]).decode()}

    def endpoints(self, reactor: Any, listen: Sequence[str]) -> list[IStreamServerEndpoint]:
        """
        Where a worker in this place listens.

        :param listen: the endpoint strings with which the parent made the sockets.
        """
        given = enumerate(zip(listen, self.families, strict=True), FIRST_SOCKET)
        return [_endpoint(reactor, written, fd, family) for fd, (written, family) in given]


def families(ports: Sequence[Any]) -> tuple[int, ...]:
    """
    The address families of *ports*.

    :raises ValueError: one of them is nothing that could be given to another process.
    """
    for port in ports:
        if not isinstance(port, tcp.Port | unix.Port):
            raise ValueError(f"{port.getHost()} cannot be shared by several workers")
    return tuple(port.socket.family for port in ports)


def _endpoint(reactor: Any, written: str, fd: int, family: int) -> IStreamServerEndpoint:
    os.set_inheritable(fd, False)
    here = _Given(reactor, fd, family)
    if written.partition(":")[0] in ("ssl", "unix"):
        endpoint: IStreamServerEndpoint = serverFromString(here, written)
        return endpoint
    return AdoptedStreamServerEndpoint(here, fd, family)


@attrs.frozen
class _Given:
    """A reactor that listens on a socket which is there, whatever it is asked to listen on."""

    _reactor: Any
    _fd: int
    _family: int

    def adoptStreamPort(self, fd: int, family: int, factory: Any) -> IListeningPort:
        port: IListeningPort = self._reactor.adoptStreamPort(self._fd, self._family, factory)
        return port

    def listenSSL(
        self, port: int, factory: Any, contextFactory: Any, backlog: int = 50, interface: str = ""
    ) -> IListeningPort:
        secured = TLSMemoryBIOFactory(contextFactory, False, factory)
        return self.adoptStreamPort(self._fd, self._family, secured)

    def listenUNIX(
        self, address: str, factory: Any, backlog: int = 50, mode: int = 0, wantPID: int = 0
    ) -> IListeningPort:
        port = _SharedUnixPort._fromListeningDescriptor(self._reactor, self._fd, factory)
        port.startListening()
        return port  # type: ignore[no-any-return]


class _SharedUnixPort(unix.Port):
    """A socket that others go on to listen on, and whose name is the parent's to take away."""

    # Twisted sees to this for TCP alone.
    _shouldShutdown = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._bindPath = b"\0"
