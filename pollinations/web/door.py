"""
Listens, says where, and refuses to do so where strangers could come in.
"""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import attrs
from twisted.application.service import Service
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred, DeferredList, maybeDeferred, succeed
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import (
    IListeningPort,
    IReactorCore,
    IStreamServerEndpoint,
)
from twisted.logger import Logger
from twisted.python.failure import Failure

from .. import __version__
from ..neighbour import health
from ..settings.home import Home, Running
from .admission import is_loopback
from .departing import DepartingSite


@attrs.define(eq=False, slots=False)
class Door(Service):
    """
    The listening ports of a proxy.

    :param reactor: what it runs on; once that turns, it is said where this listens.
    :param endpoints: where to listen.
    :param factory: what serves there.
    :param home: where it is written down that this proxy runs.
    :param guarded: whether clients must bear a token, without which only this machine may come in.
    :param now: tells the time of day, in seconds since the epoch.
    :param say: is given the line that says where this listens.
    :param at_once: whether that is said as soon as the reactor turns; else :meth:`announce` does.
    """

    _reactor: IReactorCore
    _endpoints: Sequence[IStreamServerEndpoint]
    _factory: DepartingSite
    _home: Home
    _guarded: bool
    _now: Callable[[], float]
    _say: Callable[[str], None]
    _at_once: bool = True

    ports: list[IListeningPort] = attrs.field(factory=list, init=False)
    """What is open."""

    _told: Running | None = attrs.field(default=None, init=False)
    _closed: "Deferred[Any]" = attrs.field(factory=lambda: succeed(None), init=False)

    _log = Logger()

    def startService(self) -> None:
        """
        Listen.

        :raises SystemExit: that is not possible, or not safe. The message is for a person.
        """
        super().startService()
        for endpoint in self._endpoints:
            self._open(endpoint)
        # Whoever is told may stop this at once, and before the reactor turns it could not do so
        # cleanly.
        if self._at_once:
            self._reactor.callWhenRunning(self.announce)

    def stopService(self) -> "Deferred[Any]":
        """Let nobody in any more. Fires when the ports are closed, whoever began that."""
        super().stopService()
        self._shut()
        return self._closed

    def close(self) -> "Deferred[None]":
        """Let nobody in any more. Fires when all who are in have left."""
        self._shut()
        return self._factory.depart()

    def turn_away(self) -> None:
        """Wait no longer for requests of which only a part has come."""
        self._factory.turn_away()

    @property
    def where(self) -> str:
        """Where this listens, for a person."""
        found = (_url(port) or (_place(port.getHost()), None) for port in self.ports)
        return ", ".join(where for where, _ in found)

    def _shut(self) -> None:
        with suppress(OSError):
            self._home.withdraw(os.getpid())
        ports, self.ports = self.ports, []
        if ports:
            # A socket in the file system is removed in a later turn of the reactor.
            self._closed = DeferredList([maybeDeferred(port.stopListening) for port in ports])

    def _open(self, endpoint: IStreamServerEndpoint) -> None:
        opened: list[IListeningPort | Failure] = []
        endpoint.listen(self._factory).addBoth(opened.append)
        if not opened:
            raise SystemExit("Cannot listen: this endpoint does not do so at once.")
        [result] = opened
        if isinstance(result, Failure):
            raise SystemExit(why_not(result))
        self.ports.append(result)
        if not self._guarded and not is_local(result.getHost()):
            result.stopListening()
            raise SystemExit(
                f"{_place(result.getHost())} can be reached from other machines, and whoever"
                " reaches it spends your pollen: run `pollinations token` first, which makes a"
                " token that every client must bear, or listen on 127.0.0.1."
            )

    def announce(self) -> None:
        """Say where this listens: on the terminal, and for other programs."""
        url, port = next(filter(None, map(_url, self.ports)), (None, None))
        if url is None:
            return
        self._told = Running(url, os.getpid(), port, __version__, int(self._now()))
        self._write_down(self._told)
        self._say(f"POLLINATIONS_URL={url}")

    def remain(self) -> None:
        """
        Let other programs find this proxy again, when one that was started later has ended, or was
        killed and speaks of itself still.
        """
        _, lives = self._home.standing()
        if self._told is not None and self.ports and not lives:
            self._write_down(self._told)

    def _write_down(self, running: Running) -> None:
        try:
            self._home.announce(running)
        except OSError as e:
            self._log.warn("other programs cannot find this proxy: {error}", error=e)


def is_local(address: object) -> bool:
    """Whether only this machine reaches *address*."""
    if isinstance(address, IPv4Address | IPv6Address):
        return is_loopback(address.host.partition("%")[0])
    # Somebody else's kinds of endpoints may lead anywhere.
    return isinstance(address, UNIXAddress)


def _place(address: object) -> str:
    """An address that has no URL, or that a person looks at before there is one."""
    if isinstance(address, IPv4Address | IPv6Address):
        return _authority(address.host, address.port)
    if isinstance(address, UNIXAddress) and address.name:
        return os.fsdecode(address.name)
    return str(address)


def _url(port: IListeningPort) -> tuple[str, int] | None:
    address = port.getHost()
    if not isinstance(address, IPv4Address | IPv6Address):
        return None
    # Twisted says it nowhere else.
    secure = getattr(port, "_type", "") == "TLS"
    scheme = "https" if secure else "http"
    host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(address.host, address.host)
    return f"{scheme}://{_authority(host, address.port)}/v1", address.port


def why_not(failure: Failure) -> str:
    """Why a port cannot be listened on, for a person, with the way out."""
    error = failure.value
    if not isinstance(error, CannotListenError):
        return f"Cannot listen: {str(error).rstrip('.')}."
    where = f"port {error.port} on {error.interface or 'all interfaces'}"
    if not isinstance(error.port, int):
        return _no_socket(error)
    reason = f"Cannot listen on {where}: {error.socketError}."
    number = getattr(error.socketError, "errno", None)
    if number == errno.EADDRNOTAVAIL:
        return f"{reason} This machine has no such address."
    if number == errno.EACCES:
        return f"{reason} Ports below 1024 are for root, as a rule; --port 0 chooses a free one."
    holder = _holder(error.interface or "127.0.0.1", error.port)
    return f"{reason} {holder} Use --port 0 for a free port."


def _no_socket(error: CannotListenError) -> str:
    """Why a socket in the file system cannot be had."""
    path = os.fsdecode(error.port)
    if os.path.islink(f"{path}.lock"):
        way = f"Another process holds {path}.lock; if that is no proxy any more, remove both files."
        return f"Cannot listen on {path}: {way}"
    return f"Cannot listen on {path}: {error.socketError}."


def _holder(host: str, port: int) -> str:
    """Who holds a port, as far as it says."""
    found = health(f"http://{_authority(host, port)}")
    if found is None:
        return "Something else holds it."
    return f"A pollinations proxy (version {found['version']}) already answers there."


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def said(line: str) -> None:
    """Say *line* on the standard output, and nowhere else."""
    # Twisted makes log events of what is written to sys.stdout once it logs.
    print(line, file=sys.__stdout__, flush=True)
