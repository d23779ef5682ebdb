"""
Headers, as Twisted keeps them, whose names and values are known to be right.

Its own way of setting one looks for characters that it may not hold: eight calls, for each of the
dozen that an answer has. This is the only place that does without; the dictionary inside is not
public.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from twisted.web.http_headers import Headers

Fields = dict[bytes, list[bytes]]
"""Headers: names as :func:`canonical` has them, and the values of each."""


@lru_cache(maxsize=1024)
def canonical(name: bytes) -> bytes:
    """The name of a header as Twisted writes it."""
    [(written, _)] = Headers({name: [b""]}).getAllRawHeaders()
    return written


def take_over(headers: Headers, fields: Fields) -> None:
    """Have *headers* consist of *fields*, whose values are free of control characters."""
    headers._rawHeaders = fields


def say(request: Any, values: Mapping[bytes, bytes]) -> None:
    """Set headers of the reply to *request* to *values*, which hold no ends of lines."""
    known = request.responseHeaders._rawHeaders
    for name, value in values.items():
        known[canonical(name)] = [value]
