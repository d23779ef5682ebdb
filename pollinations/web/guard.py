"""
Who may come in. The listener is a door to a wallet, and every web page that a user visits can
knock at it: browsers let pages send requests to loopback addresses.
"""

import re
from collections.abc import Callable
from typing import Any

import attrs
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource
from zope.interface import implementer

from ..errors import InvalidRequest
from ..logs.context import serving
from ..settings.schema import Listener
from .access import AccessLog
from .admission import (
    check_host,
    check_origin,
    check_path,
    check_token,
    check_type,
    only,
    request_id,
)
from .errors import write_error
from .headers import say

_HEADER_LIST = re.compile(rb"[A-Za-z0-9_, *-]{1,2000}")
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
        check_path(request.path)
        check_host(only(request, b"host"), bounds.hosts, getattr(request.getHost(), "port", None))
        origin = only(request, b"origin")
        if origin is not None:
            check_origin(origin, bounds.origins)
            request.setHeader(b"Access-Control-Allow-Origin", origin.encode())
            request.setHeader(b"Access-Control-Expose-Headers", _EXPOSED)
            if _asks_first(request):
                _allow(request)
                return True
        token = self._token()
        if token is not None and not _is_health(request.path):
            request.setHeader(b"WWW-Authenticate", b"Bearer")
            check_token(only(request, b"authorization"), token)
            request.responseHeaders.removeHeader(b"WWW-Authenticate")
        if request.method.upper() == b"POST":
            check_type(only(request, b"content-type"))
        request.admitted_by = self
        return False


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


def _is_health(path: bytes) -> bool:
    return path == b"/health" or path.startswith(b"/health/")
