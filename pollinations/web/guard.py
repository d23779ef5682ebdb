"""
Who may come in. The listener is a door to a wallet, and every web page that a user visits can
knock at it: browsers let pages send requests to loopback addresses.
"""

import os
import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote_to_bytes

import attrs
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource
from zope.interface import implementer

from ..errors import InvalidRequest
from ..logs.context import serving
from ..routing.scrub import without_keys
from ..settings.schema import Listener
from .access import AccessLog
from .errors import write_error
from .headers import say

_SANE_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
_HEADER_LIST = re.compile(rb"[A-Za-z0-9_, *-]{1,2000}")
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:(?P<port>\d{1,5}))?", re.ASCII)
_VARY = (
    b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers,"
    b" Access-Control-Request-Private-Network"
)
_EXPOSED = b"retry-after, x-request-id, " + b", ".join(
    b"x-pollinations-" + name
    for name in (b"universe", b"model", b"fallback", b"changes", b"attempts")
)
# Pages that could not read an answer could still embed it, or have a browser guess what it is.
_ALWAYS = {
    b"Cross-Origin-Resource-Policy": b"same-origin",
    b"X-Content-Type-Options": b"nosniff",
}


@implementer(IResource)
@attrs.define(eq=False, slots=False)
class Guard:
    """
    Stands before a resource and lets in who may come.

    :param resource: what is guarded.
    :param bounds: gives the settings of the listener at this moment.
    :param token: gives what clients must bear at this moment, or ``None``.
    :param log: is told of each request, let in or not.
    """

    isLeaf = True

    _resource: IResource
    _bounds: Callable[[], Listener]
    _token: Callable[[], str | None] = attrs.field(default=lambda: None, repr=False)
    _log: AccessLog = attrs.field(factory=AccessLog)

    def getChildWithDefault(self, name: bytes, request: IRequest) -> IResource:
        """Nothing is found but through the guard."""
        return self

    def putChild(self, path: bytes, child: IResource) -> None:
        """Children belong to the guarded resource."""
        self._resource.putChild(path, child)

    def render(self, request: Any) -> Any:
        """Let the request through, or refuse it."""
        say(request, {b"X-Request-Id": request_id(request)})
        with serving(self._log.begin(request)):
            return self._render(request)

    def _render(self, request: Any) -> Any:
        # Which version of which server this is helps nobody but those who look for holes.
        request.responseHeaders.removeHeader(b"Server")
        try:
            # One with a body was asked for its head already, before that came.
            preflight = getattr(request, "admitted_by", None) is not self and self.admit(request)
        except InvalidRequest as refusal:
            return write_error(request, refusal)
        if preflight:
            request.setResponseCode(204)
            return b""
        # A base URL that ends with a slash makes paths like "/v1//models".
        request.postpath = [segment for segment in request.postpath if segment] or [b""]
        return self._resource.render(request)

    def admit(self, request: Any) -> bool:
        """
        Whether this is nothing but a preflight, from a page that may ask.

        Nothing of *request* but its method, path and headers is looked at, so a body need not have
        come.

        :raises InvalidRequest: it may not come in. What the client must be told besides is in
            the response's headers.
        """
        bounds = self._bounds()
        say(request, _ALWAYS)
        if bounds.origins:
            request.setHeader(b"Vary", b"Origin")
        _check_path(request.path)
        _check_host(_only(request, b"host"), bounds.hosts, getattr(request.getHost(), "port", None))
        origin = _only(request, b"origin")
        if origin is not None:
            _check_origin(origin, bounds.origins)
            request.setHeader(b"Access-Control-Allow-Origin", origin.encode())
            request.setHeader(b"Access-Control-Expose-Headers", _EXPOSED)
            if _asks_first(request):
                _allow(request)
                return True
        token = self._token()
        if token is not None and not _is_health(request.path):
            request.setHeader(b"WWW-Authenticate", b"Bearer")
            _check_token(_only(request, b"authorization"), token)
            request.responseHeaders.removeHeader(b"WWW-Authenticate")
        if request.method.upper() == b"POST":
            _check_type(_only(request, b"content-type"))
        request.admitted_by = self
        return False


def request_id(request: Any) -> bytes:
    """The request's identifier: the client's, if it sent a sane one, which no key is."""
    given = request.getHeader(b"x-request-id")
    if given is not None and _SANE_ID.fullmatch(given):
        name = given.decode("ascii")
        if without_keys(name) == name:
            return bytes(given)
    return os.urandom(16).hex().encode()


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


def _only(request: Any, name: bytes) -> str | None:
    values = request.requestHeaders.getRawHeaders(name, [])
    if len(values) > 1:
        raise InvalidRequest(f"More than one {name.decode()} header.", status=400)
    return values[0].decode("latin-1") if values else None


# What has passed once passes again; refusals are not kept.
@lru_cache(maxsize=64)
def _check_path(path: bytes) -> None:
    try:
        unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        raise InvalidRequest("The path is not UTF-8.") from None


@lru_cache(maxsize=64)
def _check_host(host: str | None, allowed: tuple[str, ...], port: int | None) -> None:
    """
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


def _check_origin(origin: str, allowed: tuple[str, ...]) -> None:
    # Any page can make itself one of origin "null".
    if origin == "null" or origin not in allowed:
        raise InvalidRequest(
            "Pages of this origin may not ask; 'listener.origins' in the settings names others.",
            status=403,
            code="origin_not_allowed",
        )


def _asks_first(request: Any) -> bool:
    """Whether this is a browser's question if a page may send the request that it wants to."""
    asked = request.getHeader(b"access-control-request-method")
    return request.method == b"OPTIONS" and asked is not None


def _allow(request: Any) -> None:
    """Say what an allowed page may send. It never gets the browser's credentials."""
    request.setHeader(b"Vary", _VARY)
    request.setHeader(b"Access-Control-Allow-Methods", b"GET, HEAD, POST")
    request.setHeader(b"Access-Control-Max-Age", b"600")
    wanted = request.getHeader(b"access-control-request-headers")
    if wanted is not None and _HEADER_LIST.fullmatch(wanted):
        request.setHeader(b"Access-Control-Allow-Headers", wanted)
    if request.getHeader(b"access-control-request-private-network") == b"true":
        request.setHeader(b"Access-Control-Allow-Private-Network", b"true")


def _check_token(authorization: str | None, token: str) -> None:
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
def _check_type(content_type: str | None) -> None:
    if (content_type or "").partition(";")[0].strip().lower() != "application/json":
        raise InvalidRequest("A POST must be application/json.", status=415)


def _is_health(path: bytes) -> bool:
    return path == b"/health" or path.startswith(b"/health/")
