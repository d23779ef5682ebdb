"""
Reads an upstream's error reply, whatever shape it has.

Pollinations has its own envelope, an older one, and replies that are neither; its models' providers
have theirs; what stands in front of them answers with web pages. Nothing here relies on the code or
on the shape alone: both are missing or wrong often enough.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

import attrs
import orjson

from ..chat.envelope import OVERFLOW
from ..errors import UpstreamFailed
from ..redaction import scrubbed
from .retry_after import parse_retry_after

QUEUE_FULL: Final = "queue_full"
"""The free universe already answers somebody at this address."""

_TEXT_LIMIT: Final = 4000
_BELIEVED_DEPTH: Final = 4

_OVERFLOWS = re.compile(
    r"context[_ ](?:length|window|size)|maximum context|prompt is too long|input is too long"
    r"|too many (?:input )?tokens|input token count|reduce the length"
    r"|exceeds? the (?:maximum|max|limit|available).{0,40}token|maximum prompt length",
    re.IGNORECASE,
)
_QUEUE = re.compile(r"queue (?:is )?full", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*\Z")


class Headers(Protocol):
    """What is asked of a reply's headers; Twisted's have it."""

    def getRawHeaders(self, name: str, /) -> Sequence[str] | None: ...


@attrs.frozen
class _Said:
    """What a reply's body says of the error, as far as it says anything."""

    message: str = ""
    code: str | None = None
    param: str | None = None
    retry_after: float | None = None
    hidden: str = ""
    body: Any = None


def failure_from(status: int, headers: Headers, body: bytes, now: float) -> UpstreamFailed:
    """
    The failure that an error reply stands for.

    :param status: the reply's HTTP status, anything but 200.
    :param body: the beginning of the reply's body, of any kind.
    :param now: seconds since the epoch, for a ``Retry-After`` that is a date.
    """
    said = _read(body)
    status, code = _classified(status, said)
    return UpstreamFailed(
        "reply",
        status,
        _message(code, said),
        code,
        said.param,
        _wait(headers, said, now),
        said.body,
    )


def _wait(headers: Headers, said: _Said, now: float) -> float | None:
    raw = headers.getRawHeaders("Retry-After")
    asked = parse_retry_after(raw[-1] if raw else None, now)
    return said.retry_after if asked is None else asked


def _read(body: bytes) -> _Said:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _read_text(body.decode("utf-8", "replace").strip()[:_TEXT_LIMIT])
    return _read_json(data, _BELIEVED_DEPTH)


def _read_text(text: str) -> _Said:
    if "<html" in text.lower() or text.startswith("<"):
        return _Said("The upstream sent a web page instead of an answer.")
    return _Said(text)


def _read_json(data: Any, depth: int) -> _Said:
    """What parsed JSON says, of which the error may be any part."""
    if isinstance(data, str):
        return _within(data, depth)
    if isinstance(data, list):
        return _read_json(data[0], depth - 1) if data and depth else _Said()
    if not isinstance(data, Mapping):
        return _Said()
    error = data.get("error")
    if isinstance(error, Mapping):
        said = _read_object(error, depth)
        return (
            said if said.retry_after is not None else attrs.evolve(said, retry_after=_seconds(data))
        )
    return attrs.evolve(_read_object(data, depth), body=data)


def _read_object(error: Mapping[str, Any], depth: int) -> _Said:
    word, text = error.get("error"), _first_text(error)
    said = _within(text, depth)
    code = error.get("code")
    if isinstance(word, str) and _CODE.match(word):
        code = word
    if "x402Version" in error:
        code = QUEUE_FULL
    details = error.get("details")
    return _Said(
        said.message,
        said.code or (code.lower() if isinstance(code, str) and _CODE.match(code) else None),
        said.param or _param(error, details),
        _seconds(error),
        "\n".join(_texts(details, depth))[:_TEXT_LIMIT] or said.hidden,
        error,
    )


def _first_text(error: Mapping[str, Any]) -> str:
    for name in ("message", "detail", "error"):
        value = error.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def _within(text: str, depth: int) -> _Said:
    """*text*, or the error inside it: gateways quote each other's replies as JSON text."""
    if depth and text.startswith("{"):
        try:
            inner = _read_json(orjson.loads(text), depth - 1)
        except orjson.JSONDecodeError:
            return _Said(text[:_TEXT_LIMIT])
        return inner if inner.message else _Said()
    return _Said(text[:_TEXT_LIMIT])


def _param(error: Mapping[str, Any], details: Any) -> str | None:
    param = error.get("param")
    if isinstance(param, str) and param:
        return param
    fields = details.get("fieldErrors") if isinstance(details, Mapping) else None
    return next(iter(fields), None) if isinstance(fields, Mapping) else None


def _seconds(error: Mapping[str, Any]) -> float | None:
    for name in ("retryAfterSeconds", "retry_after", "retryAfter"):
        value = error.get(name)
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            return parse_retry_after(str(value), 0.0)
    return None


def _texts(value: Any, depth: int) -> Iterator[str]:
    """All texts inside *value*: a provider's own complaint is often deep in the details."""
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item, depth - 1)
    elif depth and isinstance(value, list):
        for item in value:
            yield from _texts(item, depth - 1)


def _classified(status: int, said: _Said) -> tuple[int, str | None]:
    """The status and the code that are meant, where they are not those that were sent."""
    if said.code == QUEUE_FULL or _QUEUE.search(said.message):
        return 429, QUEUE_FULL
    if status in (400, 413, 422) and _overflow(said):
        return status, OVERFLOW
    if status == 402:
        return 402, _funds(said)
    if status < 400:
        return 502, said.code
    return status, said.code


def _overflow(said: _Said) -> str:
    """The text that says that the conversation is too long, or nothing."""
    if said.code == OVERFLOW:
        return said.message or said.hidden or OVERFLOW
    return next((text for text in (said.message, said.hidden) if _OVERFLOWS.search(text)), "")


def _funds(said: _Said) -> str:
    """Which of the ways to be out of pollen this is."""
    about = f"{said.code} {said.message}".lower()
    if "tier not high enough" in about or "model_not" in about:
        return "model_not_allowed"
    if "quest" in about and "only" in about:
        return "quest_pollen_only"
    return "key_budget_exhausted" if "budget" in about else "insufficient_balance"


def _message(code: str | None, said: _Said) -> str:
    if code == QUEUE_FULL:
        return "The free service is still answering another request from this address."
    text = _overflow(said) if code == OVERFLOW else said.message
    return scrubbed(text) or "The upstream gave no reason."
