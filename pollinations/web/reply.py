"""The forms in which replies are given, as their headers say."""

from collections.abc import Mapping
from typing import Any

import orjson


def as_json(request: Any, value: Mapping[str, Any]) -> bytes:
    """*value* as the whole reply to *request*."""
    body = orjson.dumps(value)
    request.setHeader(b"Content-Type", b"application/json")
    request.setHeader(b"Content-Length", b"%d" % len(body))
    return body


def as_events(request: Any) -> None:
    """Say that the reply to *request* is a stream of events, which nobody on the way may hold."""
    request.setHeader(b"Content-Type", b"text/event-stream; charset=utf-8")
    request.setHeader(b"Cache-Control", b"no-cache")
    request.setHeader(b"X-Accel-Buffering", b"no")
