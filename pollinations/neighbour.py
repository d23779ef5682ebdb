"""Who answers at a port of this machine, asked without a reactor."""

import http.client
import ssl
from collections.abc import Mapping
from typing import Any

import orjson

PATIENCE = 1.0
"""Seconds for which whoever holds a port may take to say who it is."""

LIMIT = 64 * 1024
"""The most bytes of that which are looked at."""

_OURS = {"status", "version", "mode", "has_key"}


def health(host: str, port: int, secure: bool = False) -> Mapping[str, Any] | None:
    """
    What a pollinations proxy says at its ``/health``; ``None`` when none answers there.

    :param secure: whether it speaks TLS.
    """
    asked = connection(host, port, secure, PATIENCE)
    try:
        asked.request("GET", "/health")
        found = orjson.loads(asked.getresponse().read(LIMIT))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        asked.close()
    return found if isinstance(found, dict) and found.keys() >= _OURS else None


def connection(host: str, port: int, secure: bool, patience: float) -> http.client.HTTPConnection:
    """
    A connection to a server on this machine.

    :param patience: seconds that a step of it may take.
    """
    if not secure:
        return http.client.HTTPConnection(host, port, timeout=patience)
    # A certificate is made for the name that strangers use, not for an address of this machine.
    unverified = ssl.create_default_context()
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=patience, context=unverified)
