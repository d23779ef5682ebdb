"""
A request as the bytes that are sent.

The rule of this file: whatever a header or an address holds, one request is one request. What would
end a line, or is no text at all, is refused and never sent.
"""

import re
from functools import cached_property, lru_cache
from typing import Final

import attrs
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import IConsumer
from twisted.web.client import URI
from twisted.web.http_headers import Headers
from twisted.web.iweb import IBodyProducer
from zope.interface import implementer

_PORTS: Final = {b"http": 80, b"https": 443}
_METHOD: Final = re.compile(rb"[A-Z]+")
_URI: Final = re.compile(rb"[!-~]+")
_HOST: Final = re.compile(rb"\[[0-9A-Fa-f:.]+\](:\d+)?|[A-Za-z0-9._-]+(:\d+)?")
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

_OURS: Final = frozenset(
    {b"Accept-Encoding", b"Connection", b"Content-Length", b"Expect", b"Host", b"Transfer-Encoding"}
)
"""Headers that say how a request is sent, which is known here only."""


class Unsendable(ConnectError):
    """A request cannot be sent as it is."""


@implementer(IBodyProducer)
@attrs.define(eq=False)
class Whole:
    """
    A body that is in memory already, written in one go.

    :param body: the bytes.
    """

    body: bytes = attrs.field(repr=False)
    length: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.length = len(self.body)

    def startProducing(self, consumer: IConsumer) -> "Deferred[None]":
        """Write all of it; the transport does the rest."""
        consumer.write(self.body)
        return succeed(None)

    def pauseProducing(self) -> None:
        """Nothing is left to pause."""

    def resumeProducing(self) -> None:
        """Nothing is left to resume."""

    def stopProducing(self) -> None:
        """Nothing is left to stop."""


@attrs.frozen
class Address:
    """
    Where a request goes.

    :param secure: whether by TLS.
    :param host: a name, or an address without brackets.
    :param authority: the ``Host`` header.
    :param target: path and query.
    """

    secure: bool
    host: str
    port: int
    authority: bytes
    target: bytes

    @property
    def server(self) -> tuple[bool, str, int]:
        """What requests have in common that can share a connection."""
        return self.secure, self.host, self.port


@lru_cache(maxsize=64)
def address_of(uri: bytes) -> Address:
    """
    The address that *uri* is. Requests go to a handful of them.

    :raises Unsendable: it is none that we could ask, or holds a user's name.
    """
    parsed = URI.fromBytes(uri) if _URI.fullmatch(uri) else None
    if parsed is None or parsed.scheme not in _PORTS or not _HOST.fullmatch(parsed.netloc):
        raise Unsendable(string="This is no address of a server.")
    usual = b":%d" % _PORTS[parsed.scheme]
    return Address(
        parsed.scheme == b"https",
        parsed.host.decode("ascii"),
        parsed.port,
        parsed.netloc.removesuffix(usual),
        parsed.originForm,
    )


class Fixed(Headers):
    """Headers that nobody changes any more, so that their lines are made and checked once."""

    def __repr__(self) -> str:
        """Their names: a key is among what they hold, and they stay where they can be seen."""
        return f"Fixed({[name for name, _ in self.getAllRawHeaders()]})"

    @cached_property
    def lines(self) -> bytes:
        """See :func:`_lines`."""
        return _lines(self)


def head_of(method: bytes, address: Address, headers: Headers | None, length: int | None) -> bytes:
    """
    All of a request but its body. Bodies are asked for as they are, since a compressed stream of
    events is a delayed one.

    :param length: of the body in bytes, or ``None`` when there is none.
    :raises Unsendable: some of it would be read as something else.
    """
    lines = headers.lines if isinstance(headers, Fixed) else _lines(headers)
    size = b"" if length is None else b"Content-Length: %d\r\n" % length
    return b"%b%b%b\r\n" % (_opening(method, address), lines, size)


@lru_cache(maxsize=64)
def _opening(method: bytes, address: Address) -> bytes:
    """The lines that all requests to one address begin with."""
    if not _METHOD.fullmatch(method):
        raise Unsendable(string="This is no method.")
    return _checked(
        [
            b"%b %b HTTP/1.1" % (method, address.target),
            b"Host: " + address.authority,
            b"Accept-Encoding: identity",
        ]
    )


def _lines(headers: Headers | None) -> bytes:
    """The lines of all *headers* but those that are ours to say."""
    fields = headers.getAllRawHeaders() if headers is not None else ()
    return _checked(
        [
            b"%b: %b" % (name, value)
            for name, values in fields
            if name not in _OURS
            for value in values
        ]
    )


def _checked(lines: list[bytes]) -> bytes:
    """
    *lines*, each with its end.

    :raises Unsendable: there would be more of them than there are, or what is no text.
    """
    whole = b"".join(b"%b\r\n" % line for line in lines)
    if not whole.count(b"\n") == whole.count(b"\r") == len(lines) or _NO_TEXT.search(whole):
        raise Unsendable(string="A header holds what has no place in it.")
    return whole
