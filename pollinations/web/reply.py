"""The forms in which replies are given, as their headers say."""

from collections.abc import Mapping
from typing import Any

import orjson

from .headers import say

_EVENTS = {
    b"Content-Type": b"text/event-stream; charset=utf-8",
    b"Cache-Control": b"no-cache",
    b"X-Accel-Buffering": b"no",
}


def as_json(request: Any, value: Mapping[str, Any]) -> bytes:
    """*value* as the whole reply to *request*."""
    body = orjson.dumps(value)
    say(request, {b"Content-Type": b"application/json", b"Content-Length": b"%d" % len(body)})
    return body


def as_events(request: Any) -> None:
    """Say that the reply to *request* is a stream of events, which nobody on the way may hold."""
    say(request, _EVENTS)


def announce(request: Any, stream: bool) -> None:
    """Say in which of the two forms the answer to a chat comes."""
    if stream:
        as_events(request)
    else:
        say(request, {b"Content-Type": b"application/json"})


def explain(request: Any, headers: Mapping[str, str]) -> None:
    """Say by whom the answer to a chat is, and why, as *headers* do."""
    found = headers.items()
    say(request, {name.encode(): value.encode("ascii", "replace") for name, value in found})
