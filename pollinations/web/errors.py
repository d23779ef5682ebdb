"""The one place where errors become statuses."""

from math import ceil
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed

from ..chat.envelope import envelope_of
from ..errors import InvalidRequest, UpstreamFailed
from .reply import as_json

SOON = 5.0
"""Seconds after which to come back when nobody knows better."""


def write_error(request: Any, error: InvalidRequest | UpstreamFailed) -> bytes:
    """Set status and headers of *request* for *error*, and give the body."""
    request.setResponseCode(error.status)
    if error.status in (429, 503):
        wait = getattr(error, "retry_after", None) or SOON
        request.setHeader(b"Retry-After", b"%d" % max(1, ceil(wait)))
    return as_json(request, envelope_of(error))


def unkept(file: str, error: Exception) -> InvalidRequest:
    """There is no room for a key in the settings' *file*, as *error* says."""
    return InvalidRequest(f"The key cannot be kept in {file}: {error}.", "apiKey", 500)


def of_http(request: Any, error: HTTPException) -> bytes:
    """A path or a method that is not served."""
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        request.setHeader(b"Allow", ", ".join(sorted(error.valid_methods)).encode())
    status = error.code or 404
    message = {
        404: "There is nothing at this path. Chats are at /v1/chat/completions.",
        405: "This path does not take this method.",
    }.get(status, "This request cannot be served.")
    return write_error(request, InvalidRequest(message, status=max(status, 400)))
