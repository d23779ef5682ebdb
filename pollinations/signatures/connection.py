"""
A connection to Redis, of a URI.

txredisapi installs a reactor when it is imported, and is an extra: so it is imported late.
"""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import attrs
from twisted.internet.endpoints import HostnameEndpoint, UNIXClientEndpoint, wrapClientTLS
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.ssl import optionsForClientTLS

from .redis import Connection

PORT = 6379

REPLY_LIMIT = 10.0
"""Seconds after which a connection on which no reply comes is given up, and made anew."""

SCHEMES = ("redis", "rediss", "redis+unix")


@attrs.frozen
class Address:
    """
    Where a Redis is, and who we are to it.

    :param host: its name, or empty for one behind a socket.
    :param path: its socket, or empty.
    :param tls: whether it is spoken to in TLS. Its certificate is then checked.
    """

    host: str = ""
    port: int = PORT
    path: str = ""
    database: int = 0
    tls: bool = False
    username: str | None = None
    password: str | None = attrs.field(default=None, repr=False)

    @classmethod
    def from_uri(cls, uri: str) -> "Address":
        """
        Read ``redis://[user[:password]@]host[:port][/database]``.

        ``rediss`` is the same in TLS; ``redis+unix:///path[?db=database]`` is a socket.

        :raises ValueError: it says something else. The message does not repeat a password.
        """
        try:
            parts = urlsplit(uri)
        except ValueError:
            raise ValueError("a Redis URI is written as redis://host:6379/0") from None
        if parts.scheme not in SCHEMES:
            raise ValueError(f"a Redis URI begins with one of {', '.join(SCHEMES)}")
        login = {"username": _plain(parts.username), "password": _plain(parts.password)}
        return _socket(parts, login) if parts.scheme == "redis+unix" else _server(parts, login)


def _plain(quoted: str | None) -> str | None:
    return unquote(quoted) if quoted else None


def _socket(parts: SplitResult, login: Mapping[str, Any]) -> Address:
    if parts.hostname or not parts.path:
        raise ValueError("a Redis socket is written as redis+unix:///its/path")
    database = parse_qs(parts.query).get("db", ["0"])[-1]
    return Address(path=unquote(parts.path), database=_database(database), **login)


def _server(parts: SplitResult, login: Mapping[str, Any]) -> Address:
    if not parts.hostname:
        raise ValueError("a Redis URI names a host: redis://host:6379/0")
    try:
        port = parts.port or PORT
    except ValueError:
        raise ValueError("the port of a Redis URI is a number up to 65535") from None
    database = _database(parts.path.strip("/") or "0")
    return Address(parts.hostname, port, "", database, parts.scheme == "rediss", **login)


def _database(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("the database of a Redis URI is a number: redis://host:6379/0")
    return int(text)


def endpoint_of(address: Address, reactor: Any) -> IStreamClientEndpoint:
    """The way to *address*."""
    if address.path:
        return UNIXClientEndpoint(reactor, address.path)
    endpoint = HostnameEndpoint(reactor, address.host, address.port)
    if not address.tls:
        return endpoint
    return wrapClientTLS(optionsForClientTLS(address.host), endpoint)


def connect(address: Address, reactor: Any) -> Connection:
    """
    A connection that is made, and made again when it is lost, for as long as it is not closed.

    :raises ValueError: the package was installed without its extra ``redis``.
    """
    try:
        from txredisapi import RedisFactory
    except ImportError as e:
        raise ValueError("Redis needs an extra: pip install 'pollinations[redis]'") from e
    factory = RedisFactory(
        "pollinations",
        address.database,
        1,
        isLazy=True,
        password=address.password,
        username=address.username,
        replyTimeout=REPLY_LIMIT,
        convertNumbers=False,
    )
    # A login that is refused is known by what is asked: it is not answered.
    factory.deferred.addErrback(lambda refused: None)
    factory.startConnecting(endpoint_of(address, reactor))
    return cast(Connection, factory.handler)
