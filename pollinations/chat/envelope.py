"""
Errors in OpenAI's form, worded so that no client draws a wrong conclusion from them.

Clients read more than the status: OpenCode asks again for a minute when it meets certain words, or
digits that look like a status, anywhere in an error, whatever its status is. An error that asking
again cannot mend must therefore hold none of them.
"""

import re
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidRequest, UpstreamFailed

OVERFLOW = "context_length_exceeded"
"""The code of a conversation that is too long for the model, which makes clients shorten it."""

_TYPES: Mapping[int, str] = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    429: "rate_limit_error",
}

_FINAL = frozenset({400, 401, 402, 403, 404, 405, 413, 415, 422})
"""Statuses that stay the same however often one asks."""

# What makes a client ask again, and what says the same without doing so.
_CALMER = (
    (
        re.compile(r"rate increased too quickly|too many requests", re.I),
        "more requests than allowed",
    ),
    (re.compile(r"rate[-_ ]limit(ed)?", re.I), "request allowance"),
    (re.compile(r"overloaded|at capacity", re.I), "busy"),
    (re.compile(r"service[-_ ]unavailable", re.I), "not available"),
    (re.compile(r"(internal )?server[-_ ]error|internal[-_ ]error", re.I), "failure"),
    (re.compile(r"provider returned error", re.I), "the provider refused"),
    (re.compile(r"terminated", re.I), "ended"),
    (
        re.compile(r"fetch failed|failed to fetch|network[-_\s]error|upstream connect", re.I),
        "failure",
    ),
    (re.compile(r"connection (error|refused|lost)|socket hang up", re.I), "failure"),
    (re.compile(r"socket connection was closed|reset before headers|getaddrinfo", re.I), "failure"),
    (re.compile(r"enotfound|eai_again|econnrefused|econnreset|etimedout", re.I), "failure"),
    (re.compile(r"time(d)?[- ]?out", re.I), "too slow"),
    (re.compile(r"(try|retry) your request( again)?", re.I), "ask"),
    (re.compile(r"resource[ _]exhausted", re.I), "nothing left"),
    (re.compile(r"\btry again\b", re.I), "ask"),
)
_NUMBER = re.compile(r"\d[\d.,:]*")
_LIKE_A_STATUS = re.compile(r"429|50[0234]|524")


def envelope(
    message: str, kind: str, param: str | None = None, code: str | None = None
) -> dict[str, Any]:
    """OpenAI's error object."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def envelope_of(error: InvalidRequest | UpstreamFailed) -> dict[str, Any]:
    """The error object that tells a client of *error*."""
    message, code, param = error.message, error.code, error.param
    if error.status in _FINAL and code != OVERFLOW:
        message, code, param = calm(message), _calm_word(code), _calm_word(param)
    return envelope(message, _type_of(error), param, code)


def calm(message: str) -> str:
    """*message*, with nothing in it for which a client would ask again."""
    for pattern, calmer in _CALMER:
        message = pattern.sub(calmer, message)
    return _NUMBER.sub(_unlike_a_status, message)


def _calm_word(word: str | None) -> str | None:
    return word if word is None or calm(word) == word else None


def _type_of(error: InvalidRequest | UpstreamFailed) -> str:
    if isinstance(error, UpstreamFailed) and error.phase == "stream":
        return "upstream_error"
    if error.status >= 500:
        return "server_error"
    return _TYPES.get(error.status, "invalid_request_error")


def _unlike_a_status(number: re.Match[str]) -> str:
    """A number in which no status can be read: fewer zeros, else the leading figure only."""
    text = number[0]
    if not _LIKE_A_STATUS.search(text):
        return text
    shorter = text.rstrip("0") if "." in text else text
    return shorter if not _LIKE_A_STATUS.search(shorter) else "(a number)"
