"""
What a request must show to come in: checks of its path and of single headers.

Each raises :class:`~pollinations.errors.InvalidRequest`, with the status to answer with. What has
passed once passes again, and is kept; refusals are not.
"""

import os
import re
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote_to_bytes

from ..errors import InvalidRequest
from ..redaction import without_keys

_SANE_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:(?P<port>\d{1,5}))?", re.ASCII)


def request_id(request: Any) -> bytes:
    """The request's identifier: the client's, if it sent a sane one, which no key is."""
    given = request.getHeader(b"x-request-id")
    if given is not None and _SANE_ID.fullmatch(given):
        name = given.decode("ascii")
        if without_keys(name) == name:
            return bytes(given)
    return os.urandom(16).hex().encode()


def only(request: Any, name: bytes) -> str | None:
    """The header called *name*, or ``None``; which of two counts, nobody could tell."""
    values = request.requestHeaders.getRawHeaders(name, [])
    if len(values) > 1:
        raise InvalidRequest(f"More than one {name.decode()} header.", status=400)
    return values[0].decode("latin-1") if values else None


@lru_cache(maxsize=64)
def check_path(path: bytes) -> None:
    """It must be text."""
    try:
        unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        raise InvalidRequest("The path is not UTF-8.") from None


@lru_cache(maxsize=64)
def check_host(host: str | None, allowed: tuple[str, ...], port: int | None) -> None:
    """
    It must name this machine, so that no page comes in through a name of its own that leads here.

    :param host: the header.
    :param allowed: names, which stand for any port, and names with a port, besides the loopback's.
    :param port: where the request came in; ``None`` where there are no ports.
    """
    host = (host or "").lower()
    match = _HOST.fullmatch(host)
    if match is None:
        raise InvalidRequest("The Host header is not a name or an address, and a port.")
    known = {one.lower() for one in allowed}
    here = match["port"] is None or port is None or int(match["port"]) == port
    if not ({match["name"], host} & known or (here and is_loopback(match["name"]))):
        raise InvalidRequest(
            "This Host is not served here; 'listener.hosts' in the settings names others.",
            status=403,
            code="host_not_allowed",
        )


def check_origin(origin: str, allowed: tuple[str, ...]) -> None:
    """A page must be one of those that are *allowed*."""
    # Any page can make itself one of origin "null".
    if origin == "null" or origin not in allowed:
        raise InvalidRequest(
            "Pages of this origin may not ask; 'listener.origins' in the settings names others.",
            status=403,
            code="origin_not_allowed",
        )


@lru_cache(maxsize=64)
def is_loopback(name: str) -> bool:
    """Whether *name*, as in a ``Host`` header without its port, can only mean this machine."""
    if name == "localhost":
        return True
    try:
        address = ip_address(name.strip("[]"))
    except ValueError:
        return False
    # Pythons differ in whether ::ffff:127.0.0.1 is one.
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def check_token(authorization: str | None, token: str) -> None:
    """The header must bear the *token*."""
    scheme, _, given = (authorization or "").partition(" ")
    # Digests are of one length, so the time tells nothing of the token's.
    right = compare_digest(_digest(given.strip().encode("latin-1")), _digest(token.encode()))
    if scheme.lower() != "bearer" or not right:
        raise InvalidRequest(
            "This proxy wants its local token, which `pollinations token --show` prints:"
            " 'Authorization: Bearer <token>'.",
            status=401,
            code="invalid_token",
        )


def _digest(secret: bytes) -> bytes:
    return sha256(secret).digest()


@lru_cache(maxsize=64)
def check_type(content_type: str | None) -> None:
    """It must be JSON, which pages may not send without asking first."""
    if (content_type or "").partition(";")[0].strip().lower() != "application/json":
        raise InvalidRequest("A POST must be application/json.", status=415)
