"""
The access log: one line for each request, when it is over.

What clients send of their own (a path, a model's name, what they call themselves) is cut and rid of
keys before it becomes part of an event.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import monotonic
from typing import Any

import attrs
from twisted.logger import Logger, LogLevel

from ..logs.context import Served, enter, leave
from ..redaction import brief
from ..routing.record import LEFT, Record
from .trace import parent_of

_PRODUCT = re.compile(rb"[A-Za-z0-9._-]{1,40}(?:/[A-Za-z0-9._-]{1,40})?")
_POLLED = ("/health", "/metrics")
_FIRST = {"method", "path", "status"}
_QUOTED = {"reason", "client"}


@attrs.define(eq=False)
class AccessLog:
    """
    Logs requests.

    :param seconds: measures how long they take.
    :param observers: are told the path and the status of each request of which there is no record.
    """

    _seconds: Callable[[], float] = monotonic
    _observers: Sequence[Callable[[str, int], None]] = ()

    _log = Logger()

    def begin(self, request: Any) -> Served:
        """A request has come, whose identifier is in its reply's headers already."""
        id, parent = request.responseHeaders.getRawHeaders(b"x-request-id")[0], parent_of(request)
        served = Served(id.decode("ascii"), trace_id=parent.trace_id if parent else "")
        begun = served, request, self._seconds()
        request.notifyFinish().addCallbacks(
            self._answered, self._left, callbackArgs=begun, errbackArgs=begun
        )
        return served

    def _answered(self, _: object, served: Served, request: Any, began: float) -> None:
        self._finished(served, request, began, request.code)

    def _left(self, _: object, served: Served, request: Any, began: float) -> None:
        self._finished(served, request, began, LEFT)

    def _finished(self, served: Served, request: Any, began: float, status: int) -> None:
        write = partial(self._write, served, request, status, self._seconds() - began)
        if served.asking and served.record is None:
            # The client has left, and who answers it does not know yet.
            served.settled = write
        else:
            write()

    def _write(self, served: Served, request: Any, status: int, seconds: float) -> None:
        record = served.record
        known = {
            "method": _told(request.method),
            "path": _told(request.path),
            "status": record.status if record else status,
            "seconds": round(seconds, 3),
            **(_of_record(record) if record else {}),
            "bytes_in": _size(request),
            "bytes_out": request.sentLength,
            "client": _client(request),
            "trace_id": served.trace_id,
        }
        found = {name: value for name, value in known.items() if value not in (None, "")}
        token = enter(served)
        self._log.emit(_level(found["path"], found["status"]), _line(found), **found)
        leave(token)
        if record is None:
            for observer in self._observers:
                observer(found["path"], status)


def _of_record(record: Record) -> Mapping[str, Any]:
    """What is known of a chat request."""
    return {
        "first_byte": None if record.first_byte is None else round(record.first_byte, 3),
        "asked": brief(record.asked),
        "model": brief(record.route.name),
        "reason": record.route.reason,
        "attempts": len(record.attempts),
        "prompt_tokens": record.prompt_tokens,
        "completion_tokens": record.completion_tokens,
        "cost": None if record.cost is None else round(record.cost, 8),
    }


def _told(raw: bytes) -> str:
    return brief(raw.decode("ascii", "replace"))


def _size(request: Any) -> int | None:
    """The bytes of the body that came."""
    length = request.getHeader(b"content-length")
    if length is not None and length.isdigit():
        return int(length)
    return None


def _client(request: Any) -> str:
    agent = request.getHeader(b"user-agent") or b""
    product = _PRODUCT.match(agent)
    return _told(product[0]) if product else ""


def _level(path: str, status: int) -> Any:
    polled = path.startswith(_POLLED) and status < 400
    return LogLevel.debug if polled else LogLevel.info


def _line(found: dict[str, Any]) -> str:
    """
    What is known as a format: method, path and status, then names and values.

    All is filled in already. Whoever writes the event somewhere else looks up each field that a
    format has, and writes it once more.
    """
    named = [
        f'{name}="{value}"' if name in _QUOTED else f"{name}={value}"
        for name, value in found.items()
        if name not in _FIRST
    ]
    line = " ".join([found["method"], found["path"], str(found["status"]), *named])
    return line.replace("{", "{{").replace("}", "}}")
