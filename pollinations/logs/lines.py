"""Log events as lines: for a person, or JSON."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from twisted.logger import LogEvent, LogLevel, formatEvent

from ..quiet import quiet
from ..redaction import without_keys

Line = Callable[[LogEvent], bytes]
"""Gives an event as a line, with its end."""

_LEGACY = {"time", "system", "isError", "format", "message", "why", "printed"}
"""What Twisted's older interface adds to events."""


def text(event: LogEvent) -> bytes:
    """Time, level, namespace, the request's identifier, the message, and any traceback."""
    words = (
        _time(event),
        _level(event),
        event.get("log_namespace", "-"),
        event.get("request_id") or "-",
        _message(event),
        _traceback(event),
    )
    return f"{escaped(' '.join(words).rstrip())}\n".encode()


def json(event: LogEvent) -> bytes:
    """A JSON object with the same, and the numbers and words that the message was made of."""
    found = {
        **{name: _plain(value) for name, value in event.items() if _is_told(name, value)},
        "time": _time(event),
        "level": _level(event),
        "namespace": event.get("log_namespace", "-"),
        "pid": os.getpid(),
        "message": _message(event),
        "traceback": _traceback(event),
    }
    return _dumped({name: value for name, value in found.items() if value not in ("", None)})


LINES: Mapping[str, Line] = {"text": text, "json": json}
"""By the name that the settings have for it."""


def escaped(text: str) -> str:
    """*text* without anything that could break a line, hide, or command a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _time(event: LogEvent) -> str:
    second, rest = divmod(round(event.get("log_time", 0.0) * 1_000_000), 1_000_000)
    return f"{_second(second)}.{rest // 1000:03d}Z"


@lru_cache(1)
def _second(when: int) -> str:
    return datetime.fromtimestamp(when, UTC).isoformat().removesuffix("+00:00")


def _level(event: LogEvent) -> str:
    level: str = event.get("log_level", LogLevel.info).name
    return level


def _message(event: LogEvent) -> str:
    """The message; Twisted's own formatting does more than most formats need, and takes longer."""
    try:
        message = str(event["log_format"]).format_map(event)
    except Exception:
        message = formatEvent(event)
    return without_keys(message)


def _traceback(event: LogEvent) -> str:
    failure = event.get("log_failure")
    return "" if failure is None else without_keys(quiet(failure).getTraceback())


def _is_told(name: str, value: Any) -> bool:
    told = isinstance(value, str | int | float)
    return told and name not in _LEGACY and not name.startswith("log_")


def _plain(value: Any) -> Any:
    return without_keys(value) if isinstance(value, str) else value


def _dumped(found: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(found, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        # Half a character, or a number without end.
        plain = {name: escaped(str(value)) for name, value in found.items()}
        return orjson.dumps(plain, option=orjson.OPT_APPEND_NEWLINE)
