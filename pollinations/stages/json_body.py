"""A body that is one JSON text, or should be."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import orjson

from ..chat import loose
from ..chat.chunk import Chunk, mend
from ..chat.request import without
from ..errors import UpstreamFailed

LIMIT = 16 * 1024 * 1024
"""The most bytes that such a body may have: it is in memory more than once while it is read."""


def is_whole(start: bytes, events: bool) -> bool:
    """
    Whether a body is one text rather than a stream of events.

    :param start: its first bytes, at least one that is not white space.
    :param events: whether the upstream says that it is a stream, which is not always true.
    """
    if start[:1] in (b"{", b"[", b"<"):
        return True
    return not events and start[:1] not in (b"d", b"e", b":", b"i", b"r")


@attrs.define(eq=False)
class JSONBody:
    """What has come of such a body."""

    # One block goes back to the system as a whole, where many small ones leave holes.
    _data: bytearray = attrs.field(factory=bytearray, repr=False)

    def add(self, data: bytes) -> None:
        """
        Take another piece.

        :raises UpstreamFailed: it is too large.
        """
        self._data += data
        if len(self._data) > LIMIT:
            raise UpstreamFailed("reply", 502, "The upstream's answer was too large.", "too_large")

    def chunks(self, stream: bool) -> Sequence[Chunk]:
        """
        The answer, when all of it has come.

        :param stream: whether in pieces, for a client that asked for a stream.
        :raises UpstreamFailed: it is no answer.
        """
        raw = bytes(self._data)
        completion, strict = _parsed(raw)
        mended = mend(completion)
        if mended is None:
            raise UpstreamFailed("reply", 502, "The upstream's answer was empty.", "empty_answer")
        data = _as_chunk(mended)
        if stream:
            return _apart(Chunk.of(data))
        return [Chunk.of(data, raw if strict and _has_messages(completion) else None)]


def _parsed(raw: bytes) -> tuple[Mapping[str, Any], bool]:
    """The JSON object that *raw* is, and whether a strict parser can read it."""
    try:
        parsed, strict = orjson.loads(raw), True
    except orjson.JSONDecodeError:
        parsed, strict = _parsed_loosely(raw), False
    if not isinstance(parsed, dict):
        raise UpstreamFailed("reply", 502, "The upstream did not send an answer.", "not_an_answer")
    return parsed, strict


def _parsed_loosely(raw: bytes) -> Any:
    if raw.lstrip().startswith(b"<"):
        message = "The upstream sent a web page instead of an answer."
        raise UpstreamFailed("reply", 502, message, "html_page")
    try:
        return loose.loads(raw)
    except ValueError:
        message = "The upstream's answer was not valid JSON."
        raise UpstreamFailed("reply", 502, message, "not_json") from None


def _has_messages(completion: Mapping[str, Any]) -> bool:
    """Whether each choice is what a client expects of one."""
    choices = completion.get("choices")
    return isinstance(choices, list) and all(
        isinstance(choice, dict) and isinstance(choice.get("message"), dict) for choice in choices
    )


def _as_chunk(completion: Mapping[str, Any]) -> dict[str, Any]:
    """A completion in good order as the one chunk that it is: its tool calls have an index."""
    choices = [{**choice, "delta": _numbered(choice["delta"])} for choice in completion["choices"]]
    return {**completion, "object": "chat.completion.chunk", "choices": choices}


def _numbered(message: Mapping[str, Any]) -> Mapping[str, Any]:
    calls = message.get("tool_calls")
    if not isinstance(calls, list):
        return message
    numbered, number = [], 0
    for call in calls:
        if isinstance(call, dict):
            call = {**call, "index": number}
            number += 1
        numbered.append(call)
    return {**message, "tool_calls": numbered}


def _apart(chunk: Chunk) -> Sequence[Chunk]:
    """
    *chunk*, a whole answer, as the pieces of a stream: the messages, then their ends.

    The usage comes first, so that it is known however the answer ends.
    """
    messages = [{**choice, "finish_reason": None} for choice in chunk.choices]
    ends = [
        {"index": choice["index"], "delta": {}, "finish_reason": choice["finish_reason"]}
        for choice in chunk.choices
        if choice.get("finish_reason")
    ]
    fields, usage = without(chunk.data, "usage"), chunk.data.get("usage")
    pieces = [chunk.bare(usage=usage)] if usage else []
    pieces += [Chunk.of({**fields, "choices": [choice]}) for choice in messages]
    pieces += [chunk.bare([end]) for end in ends]
    return pieces or [chunk]
