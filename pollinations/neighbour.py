"""Proxies of this machine, asked without a reactor."""

import http.client
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

PATIENCE = 1.0
"""Seconds for which whoever holds a port may take to say who it is."""

LIMIT = 16 * 1024 * 1024
"""The most bytes of an answer that are looked at."""

_OURS = {"status", "version", "mode", "has_key"}


def health(url: Any) -> Mapping[str, Any] | None:
    """
    What a pollinations proxy says at its ``/health``; ``None`` when none answers there.

    :param url: anything on it, or what may be no URL at all.
    """
    try:
        _, found = fetch(url, "/health", PATIENCE)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.keys() >= _OURS else None


def fetch(
    url: Any, path: str, patience: float, token: str | None = None, body: Any = None
) -> tuple[int, Any]:
    """
    The status of a proxy's answer, and the JSON that came with it; ``None`` when that is none.

    :param url: anything on the proxy.
    :param patience: seconds that a step of it may take.
    :param token: what the door wants to be shown, if there is one.
    :param body: what to post, as JSON; by default this gets *path*.
    :raises OSError: nothing came.
    :raises ValueError: *url* says no address.
    """
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    asked = _connection(*address_of(url), patience)
    try:
        sent = None if body is None else orjson.dumps(body)
        asked.request("GET" if body is None else "POST", path, sent, headers)
        response = asked.getresponse()
        return response.status, _parsed(response.read(LIMIT))
    except http.client.HTTPException as e:
        raise OSError(str(e) or type(e).__name__) from e
    finally:
        asked.close()


def address_of(url: Any) -> tuple[str, int, bool]:
    """
    The host and the port of *url*, and whether it speaks TLS.

    :raises ValueError: it is none that says them.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except (ValueError, TypeError, AttributeError):
        raise ValueError("it says no address") from None
    if not isinstance(host, str) or port is None or parts.scheme not in ("http", "https"):
        raise ValueError("it says no address")
    return host, port, parts.scheme == "https"


def _connection(host: str, port: int, secure: bool, patience: float) -> http.client.HTTPConnection:
    if not secure:
        return http.client.HTTPConnection(host, port, timeout=patience)
    # A certificate is made for the name that strangers use, not for an address of this machine.
    unverified = ssl.create_default_context()
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=patience, context=unverified)


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
