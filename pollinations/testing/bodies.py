"""Bodies that are no model's answer: JSON, events of any kind, bytes, and text without end."""

from collections.abc import Iterator
from itertools import repeat
from typing import Any

import orjson

from ..chat import sse
from .answers import text
from .choosing import Either
from .recording import Asked
from .reply import event
from .script import Model, Produce, Script, Send

BATCH = 256 * 1024
"""About how many bytes of a text without end are made at once."""

_EVENTS = {"content-type": "text/event-stream"}
_JSON = {"content-type": "application/json"}


def json(status: int, body: Any, **headers: str) -> Script:
    """A reply whose whole body is *body*; underscores in the names of *headers* are hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Script(status, {**_JSON, **named}, (Send(orjson.dumps(body)),))


def events(*data: Any) -> Script:
    """A stream of these events: objects become JSON, bytes are the data as they are."""
    steps = [Send(sse.encode(one)) if isinstance(one, bytes) else event(one) for one in data]
    return Script(200, _EVENTS, tuple(steps))


def raw(*pieces: bytes, content_type: str = "text/event-stream") -> Script:
    """A body of these bytes, cut at these places."""
    return Script(200, {"content-type": content_type}, tuple(map(Send, pieces)))


def endless_text(piece: str = "word " * 50, size: int | None = None) -> Model:
    """
    A text without end, or of about *size* bytes, made only as fast as it is read.

    :param piece: the text of each event.
    """
    return Either(lambda asked: _endless_events(asked, piece, size), _endless_json(piece, size))


def _endless_events(asked: Asked, piece: str, size: int | None) -> Script:
    end = text("", piece)(asked)
    first, one, *rest = end.steps
    assert isinstance(one, Send)
    return end.but(steps=(first, _many(one.data, size), *rest))


def _endless_json(piece: str, size: int | None) -> Script:
    opening = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"'
    end = b'"},"finish_reason":"stop"}]}'
    inside = orjson.dumps(piece)[1:-1]
    return Script(200, _JSON, (Send(opening), _many(inside, size), Send(end)))


def _many(data: bytes, size: int | None) -> Produce:
    """*data* over and over, in batches that are worth a turn of the reactor."""
    batch = data * max(1, BATCH // len(data))

    def pieces() -> Iterator[bytes]:
        return repeat(batch) if size is None else repeat(batch, -(-size // len(batch)))

    return Produce(pieces)
