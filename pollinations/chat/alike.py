"""
Events that differ in their text and in nothing else, as most of an answer's do, read as one.

The rule of this file: an event that begins and ends in the bytes of one that was parsed, with a
JSON string between them, is the same chunk with another text. So nothing but that is parsed.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, Self

import attrs
import orjson

from .chunk import ANY, TEXT, THOUGHT, Chunk, made
from .sse import Event

CREDIT: Final = 4
"""How often in a row it is tried in vain to find events that are alike. An upstream that gives each
an identifier of its own has none."""

_PLAIN = (ANY | TEXT, ANY | THOUGHT)

_STRINGS: Mapping[str, re.Pattern[bytes]] = {
    name: re.compile(rb'"%s":\s*"((?:[^"\\]++|\\.)*+)"' % name.encode())
    for name in ("content", "reasoning_content", "reasoning")
}


@attrs.frozen
class Pattern:
    """
    What events have in common that are alike.

    :param data: the chunk that each of them is, but for its text.
    :param holds: what that holds.
    :param field: what its text is in.
    :param before: what the data of such an event begins with, the string's first quote included.
    :param after: what it ends with, from the last quote on.
    """

    data: Mapping[str, Any]
    holds: int
    field: str
    before: bytes
    after: bytes

    @classmethod
    def of(cls, chunk: Chunk, data: bytes) -> Self | None:
        """What others must have in common with *chunk*, the *data* of an event."""
        if chunk.holds not in _PLAIN or len(chunk.choices) != 1:
            return None
        [field, *more] = (name for name, value in chunk.choices[0]["delta"].items() if value)
        found = None if more else _STRINGS[field].search(data)
        if found is None:
            return None
        before, after = data[: found.start(1)], data[found.end(1) :]
        pattern = cls(chunk.data, chunk.holds, field, before, after)
        # It is the text of this very field that stands there.
        return pattern if orjson.loads(before + after) == pattern.saying("") else None

    def one(self, raw: bytes, data: bytes | None) -> Chunk | None:
        """An event that comes alone as a chunk, if it is alike."""
        if data is None or not (data.startswith(self.before) and data.endswith(self.after)):
            return None
        string = data[len(self.before) : -len(self.after)]
        try:
            # A quote within that is not escaped makes it no string.
            text = orjson.loads(b'"%b"' % string) if string else None
        except orjson.JSONDecodeError:
            return None
        return made(self.saying(text), self.holds, raw) if text else None

    def strings(self, events: Sequence[Event], start: int) -> list[bytes]:
        """The texts of those of *events* that are alike, from *start* on, as they are written."""
        strings, before, after = [], self.before, self.after
        first, last = len(before), -len(after)
        for _, data in events[start:] if start else events:
            if data is None or not (data.startswith(before) and data.endswith(after)):
                break
            # Where both are the same quote, there is nothing between them; and one that is escaped
            # ends no string.
            string = data[first:last]
            if not string or string.endswith(b"\\"):
                break
            strings.append(string)
        return strings

    def saying(self, text: str) -> Mapping[str, Any]:
        """The data of such a chunk with this *text*."""
        choice = self.data["choices"][0]
        said = {**choice, "delta": {**choice["delta"], self.field: text}}
        return {**self.data, "choices": [said]}

    def chunk(self, texts: Sequence[str], events: Sequence[Event]) -> Chunk:
        """*events* as one chunk."""
        if len(events) == 1:
            return made(self.saying(texts[0]), self.holds, events[0][0])
        raw = b"".join([raw for raw, _ in events])
        parts = partial(self._parts, texts, events)
        return made(self.saying("".join(texts)), self.holds, raw, parts)

    def _parts(self, texts: Sequence[str], events: Sequence[Event]) -> Sequence[Chunk]:
        return [
            made(self.saying(text), self.holds, raw)
            for text, (raw, _) in zip(texts, events, strict=True)
        ]


@attrs.define(eq=False)
class Alike:
    """Finds events of one answer that are alike."""

    _pattern: Pattern | None = attrs.field(default=None, init=False)
    _credit: int = attrs.field(default=CREDIT, init=False)

    def read(self, events: Sequence[Event], start: int) -> tuple[Chunk | None, int]:
        """
        Those of *events*, from *start* on, that are alike, as one chunk.

        :return: it, or ``None`` when already the first is like none before it; and the place of
            the one after them.
        """
        pattern = self._pattern
        if pattern is None:
            return None, start
        if len(events) - start == 1:
            chunk = pattern.one(*events[start])
            self._credit = self._credit if chunk is None else CREDIT
            return chunk, start + (chunk is not None)
        if not (strings := pattern.strings(events, start)):
            return None, start
        texts = _said(strings)
        if texts is None:
            self._pattern = None
            return None, start
        self._credit = CREDIT
        end = start + len(strings)
        own = events if end - start == len(events) else events[start:end]
        return pattern.chunk(texts, own), end

    def learn(self, chunk: Chunk, data: bytes) -> None:
        """Others may be like *chunk*, the *data* of an event."""
        if self._credit and chunk.raw is not None and chunk.holds in _PLAIN:
            self._credit -= 1
            self._pattern = Pattern.of(chunk, data)


def _said(strings: Sequence[bytes]) -> Sequence[str] | None:
    """What JSON *strings* say, which come without their quotes; ``None`` if one is none."""
    try:
        texts: list[Any] = orjson.loads(b'["' + b'","'.join(strings) + b'"]')
    except orjson.JSONDecodeError:
        return None
    if len(texts) == len(strings) and set(map(type, texts)) == {str}:
        return texts
    # A quote within one that is not escaped made more of them, or something else.
    return None
