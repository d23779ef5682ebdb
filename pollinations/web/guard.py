"""
Who may come in. The listener is a door to a wallet, and every web page that a user visits can
knock at it: browsers let pages send requests to loopback addresses.
"""

import re
import uuid
from collections.abc import Callable
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote_to_bytes

import attrs
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource
from zope.interface import implementer

from ..errors import InvalidRequest
from ..settings.schema import Listener
from .errors import write_error

_SANE_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?", re.ASCII)
_PREFLIGHT = {
    b"Access-Control-Allow-Methods": b"GET, HEAD, POST, OPTIONS",
    b"Access-Control-Max-Age": b"600",
}
_EXPOSED = b"retry-after, x-request-id, " + b", ".join(
    b"x-pollinations-" + name
    for name in (b"universe", b"model", b"fallback", b"changes", b"attempts")
)


@implementer(IResource)
@attrs.define(eq=False, slots=False)
class Guard:
    """
    Stands before a resource and lets in who may come.

    :param resource: what is guarded.
    :param bounds: gives the settings of the listener at this moment.
    :param token: gives what clients must bear at this moment, or ``None``.
    """

    isLeaf = True

    _resource: IResource
    _bounds: Callable[[], Listener]
    _token: Callable[[], str | None] = attrs.field(default=lambda: None, repr=False)

    def getChildWithDefault(self, name: bytes, request: IRequest) -> IResource:
        """Nothing is found but through the guard."""
        return self

    def putChild(self, path: bytes, child: IResource) -> None:
        """Children belong to the guarded resource."""
        self._resource.putChild(path, child)

    def render(self, request: Any) -> Any:
        """Let the request through, or refuse it."""
        request.setHeader(b"x-request-id", request_id(request))
        try:
            preflight = self._admit(request)
        except InvalidRequest as refusal:
            return write_error(request, refusal)
        if preflight:
            request.setResponseCode(204)
            return b""
        # A base URL that ends with a slash makes paths like "/v1//models".
        request.postpath = [segment for segment in request.postpath if segment] or [b""]
        return self._resource.render(request)

    def _admit(self, request: Any) -> bool:
        """
        Whether this is nothing but a preflight, from a page that may ask.

        :raises InvalidRequest: it may not come in.
        """
        bounds = self._bounds()
        _check_path(request.path)
        _check_host(_only(request, b"host"), bounds.hosts)
        origin = _only(request, b"origin")
        if origin is not None:
            _check_origin(origin, bounds.origins)
            request.setHeader(b"Access-Control-Allow-Origin", origin.encode())
            request.setHeader(b"Access-Control-Expose-Headers", _EXPOSED)
            request.setHeader(b"Vary", b"Origin")
            if request.method == b"OPTIONS":
                for name, value in _PREFLIGHT.items():
                    request.setHeader(name, value)
                wanted = request.getHeader(b"access-control-request-headers")
                request.setHeader(b"Access-Control-Allow-Headers", wanted or b"Content-Type")
                return True
        token = self._token()
        if token is not None and not _is_health(request.path):
            _check_token(request.getHeader(b"authorization"), token)
        if request.method.upper() == b"POST":
            _check_type(request.getHeader(b"content-type"))
        return False


def request_id(request: Any) -> bytes:
    """The request's identifier: the client's, if it sent a sane one."""
    given = request.getHeader(b"x-request-id")
    if given is not None and _SANE_ID.fullmatch(given):
        return bytes(given)
    return uuid.uuid4().hex.encode()


def is_loopback(name: str) -> bool:
    """Whether *name*, as in a ``Host`` header without its port, can only mean this machine."""
    if name == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _only(request: Any, name: bytes) -> str | None:
    values = request.requestHeaders.getRawHeaders(name, [])
    if len(values) > 1:
        raise InvalidRequest(f"More than one {name.decode()} header.", status=400)
    return values[0].decode("latin-1") if values else None


def _check_path(path: bytes) -> None:
    try:
        unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        raise InvalidRequest("The path is not UTF-8.") from None


def _check_host(host: str | None, allowed: tuple[str, ...]) -> None:
    match = _HOST.fullmatch((host or "").lower())
    name = match["name"] if match else ""
    known = {one.lower() for one in allowed}
    if not (name and ({name, (host or "").lower()} & known or is_loopback(name))):
        raise InvalidRequest(
            "This Host is not served here; 'listener.hosts' in the settings names others.",
            status=403,
            code="host_not_allowed",
        )


def _check_origin(origin: str, allowed: tuple[str, ...]) -> None:
    if origin not in allowed:
        raise InvalidRequest(
            "Pages of this origin may not ask; 'listener.origins' in the settings names others.",
            status=403,
            code="origin_not_allowed",
        )


def _check_token(authorization: bytes | None, token: str) -> None:
    scheme, _, given = (authorization or b"").partition(b" ")
    if scheme.lower() != b"bearer" or not compare_digest(given.strip(), token.encode()):
        raise InvalidRequest(
            "This proxy wants its local token: 'Authorization: Bearer <token>'.",
            status=401,
            code="invalid_token",
        )


def _check_type(content_type: bytes | None) -> None:
    if (content_type or b"").partition(b";")[0].strip().lower() != b"application/json":
        raise InvalidRequest("A POST must be application/json.", status=415)


def _is_health(path: bytes) -> bool:
    return path == b"/health" or path.startswith(b"/health/")
