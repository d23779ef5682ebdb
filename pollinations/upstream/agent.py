"""The HTTP client that upstreams are spoken to with."""

from collections.abc import Callable
from functools import lru_cache
from http.cookiejar import CookieJar
from typing import Any, Protocol

import attrs
from hyperlink import EncodedURL
from treq.client import HTTPClient
from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectingCancelledError
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent

from .pool import PooledAgent
from .sent import Whole as Whole

_CANCELLED = (CancelledError, ConnectingCancelledError)


class Client(Protocol):
    """What is asked of a treq client."""

    def get(
        self, url: str, /, *, headers: Any, allow_redirects: bool, unbuffered: bool, reactor: Any
    ) -> "Deferred[Any]": ...

    def post(
        self,
        url: str,
        /,
        *,
        data: Any,
        headers: Any,
        allow_redirects: bool,
        unbuffered: bool,
        reactor: Any,
    ) -> "Deferred[Any]": ...


class _Ready(EncodedURL):
    """An address that is what it is: treq would encode it once more for each request."""

    text = ""
    encoded = b""

    def to_uri(self) -> "EncodedURL":
        """Itself, unless something was added to it."""
        return self if self.text else super().to_uri()

    def to_text(self, with_password: bool = False) -> str:
        """What it was made of."""
        return self.text or super().to_text(with_password)


class _NoCookies(CookieJar):
    """Keeps no cookies, and has none to send."""

    def add_cookie_header(self, request: Any) -> None:
        """There are none."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """None is kept."""


_NO_COOKIES: Any = _NoCookies()


@lru_cache(maxsize=64)
def _ready(url: str) -> EncodedURL:
    """*url*, encoded once for all. Requests go to a handful of addresses."""
    text = EncodedURL.from_text(url).to_uri().to_text()
    ready: Any = _Ready.from_text(text)
    ready.text, ready.encoded = text, text.encode("ascii")
    made: EncodedURL = ready
    return made


class LeanClient(HTTPClient):
    """
    A treq client without what upstreams are not asked with: it keeps no cookies, and remembers
    the addresses that it has asked. A request that treq has nothing to add to goes to the agent
    as it is, and so does its response come back.

    :param agent: does the asking.
    """

    def __init__(self, agent: IAgent) -> None:
        super().__init__(agent, cookiejar=_NO_COOKIES)

    def request(self, method: str, url: Any, **kwargs: Any) -> "Deferred[Any]":
        """See :func:`treq.request`."""
        ready: Any = _ready(url) if isinstance(url, str) else url
        if _is_plain(ready, **kwargs):
            headers, data = kwargs["headers"], kwargs["data"]
            return self._agent.request(method.encode("ascii"), ready.encoded, headers, data)
        asked: Deferred[Any] = super().request(method, ready, cookies=_NO_COOKIES, **kwargs)
        return asked


def _is_plain(
    url: Any,
    *,
    headers: Any = None,
    data: Any = None,
    allow_redirects: bool = True,
    unbuffered: bool = False,
    reactor: Any = None,
    _stacklevel: int = 0,
    **more: Any,
) -> bool:
    """Whether a request is made of an address, headers and a body, and of nothing else."""
    return (
        isinstance(data, Whole)
        and isinstance(url, _Ready)
        and isinstance(headers, Headers)
        and unbuffered
        and not (allow_redirects or more)
    )


class NetworkClient(LeanClient):
    """A client that reaches the network over connections that it keeps."""

    def __init__(self, agent: PooledAgent) -> None:
        super().__init__(agent)
        self._pooled = agent

    def close(self) -> None:
        """Keep no connections any more."""
        self._pooled.close()


@attrs.define(eq=False, slots=False)
class ClientService(Service):
    """
    Closes a client's connections when everything that uses them has stopped.

    :param client: the client.
    """

    _client: NetworkClient

    def stopService(self) -> None:
        """Close them."""
        super().stopService()
        self._client.close()


def network_client(reactor: Any, connect_timeout: float | Callable[[], float]) -> NetworkClient:
    """
    A treq client that reaches the network.

    :param connect_timeout: seconds until a connection must stand, or what gives them.
    """
    patience = connect_timeout if callable(connect_timeout) else lambda: connect_timeout
    return NetworkClient(PooledAgent(reactor, patience))


def was_cancelled(error: Exception) -> bool:
    """Whether *error* is a cancellation, which a request that was sent wraps."""
    reasons = getattr(error, "reasons", None) or ()
    return isinstance(error, _CANCELLED) or any(r.check(*_CANCELLED) for r in reasons)
