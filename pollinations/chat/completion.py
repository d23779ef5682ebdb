"""
Puts the pieces of an answer together to one ``chat.completion``.

The rule of this file: texts that are known to come in pieces are joined, lists go on, objects are
merged, and of everything else the latest value counts that says anything. What is told of the
answer as a whole is told anew rather than in pieces: there, lists do not go on.
"""

from collections.abc import Mapping
from typing import Any

import attrs

from .chunk import Chunk

_FIRST = frozenset({"id", "object", "created", "model"})
"""Fields of the answer of which the first value counts."""

_PIECES = frozenset(
    {
        "arguments",
        "content",
        "data",
        "input",
        "reasoning",
        "reasoning_content",
        "reasoning_text",
        "refusal",
        "summary",
        "text",
        "thinking",
        "transcript",
    }
)
"""Texts that come in pieces, wherever they stand."""

_DEPTH = 8
"""How deep objects are merged; what is inside of that is taken as it is."""


class _Text(list[str]):
    """A text in pieces, which are joined once."""


class _Details(list[Any]):
    """A list whose objects may hold texts in pieces."""


@attrs.define(eq=False)
class Completion:
    """The whole answer, as far as it has come."""

    _fields: dict[str, Any] = attrs.field(factory=dict)
    _choices: dict[int, "_Choice"] = attrs.field(factory=dict)

    def add(self, chunk: Chunk) -> None:
        """Take another piece."""
        for name, value in chunk.data.items():
            if name != "choices" and not (name in _FIRST and self._fields.get(name)):
                _renew(self._fields, name, value)
        for choice in chunk.choices:
            self._choices.setdefault(choice["index"], _Choice()).add(choice)

    def whole(self) -> dict[str, Any]:
        """The answer in the form of one that was never in pieces."""
        choices = [choice.whole(index) for index, choice in sorted(self._choices.items())]
        fields = _joined(self._fields)
        usage = {"usage": fields.pop("usage")} if "usage" in fields else {}
        return {**fields, "object": "chat.completion", "choices": choices, **usage}


@attrs.define(eq=False)
class _Choice:
    """One choice, as far as it has come."""

    _fields: dict[str, Any] = attrs.field(factory=dict)
    _message: dict[str, Any] = attrs.field(factory=dict)
    _calls: dict[int, dict[str, Any]] = attrs.field(factory=dict)

    def add(self, choice: Mapping[str, Any]) -> None:
        for name, value in choice.items():
            if name not in ("index", "delta"):
                _add(self._fields, name, value)
        for name, value in choice["delta"].items():
            if name == "tool_calls" and isinstance(value, list):
                self._add_calls(value)
            elif name == "reasoning_details" and isinstance(value, list):
                _add_details(self._message.setdefault(name, _Details()), value)
            else:
                _add(self._message, name, value)

    def _add_calls(self, entries: list[Any]) -> None:
        for place, entry in enumerate(entries):
            if isinstance(entry, dict):
                index = entry.get("index", place)
                call = self._calls.setdefault(index if type(index) is int else place, {})
                for name, value in entry.items():
                    if name != "index":
                        _add(call, name, value)

    def whole(self, index: int) -> dict[str, Any]:
        message = {"role": "assistant", "content": None, **_joined(self._message)}
        calls = [_joined(call) for _, call in sorted(self._calls.items())]
        if calls:
            message["tool_calls"] = calls
        return {
            "index": index,
            "message": message,
            "finish_reason": None,
            **_joined(self._fields),
        }


def _add(into: dict[str, Any], name: str, value: Any, depth: int = _DEPTH) -> None:
    """Put *value* to what *into* holds as *name*; no part of *value* is ever changed in place."""
    before = into.get(name)
    if isinstance(value, str) and name in _PIECES:
        if not isinstance(before, _Text):
            before = into[name] = _Text()
        before.append(value)
    elif value is None or value == "":
        into[name] = value if before is None else before
    elif isinstance(value, list) and depth:
        if type(before) is not list:
            before = into[name] = []
        before.extend(value)
    elif isinstance(value, dict) and depth:
        if not isinstance(before, dict):
            before = into[name] = {}
        for inner, part in value.items():
            _add(before, inner, part, depth - 1)
    else:
        into[name] = value


def _renew(into: dict[str, Any], name: str, value: Any) -> None:
    """Let *value* take the place of what *into* holds as *name*, except where it says nothing."""
    before = into.get(name)
    if isinstance(value, dict) and isinstance(before, dict):
        into[name] = {**before, **value}
    else:
        into[name] = before if value is None else value


def _add_details(before: list[Any], value: list[Any]) -> None:
    """Join the pieces of a thought: those in a row with the same type and index."""
    for item in value:
        if not isinstance(item, dict):
            before.append(item)
            continue
        if not (before and _continues(before[-1], item)):
            before.append({})
        for name, part in item.items():
            _add(before[-1], name, part)


def _continues(before: Any, item: Mapping[str, Any]) -> bool:
    return isinstance(before, dict) and all(
        name in before and before[name] == item.get(name) for name in ("type", "index")
    )


def _joined(value: Any, depth: int = _DEPTH + 2) -> Any:
    """*value* with its texts in one piece."""
    if isinstance(value, _Text):
        return "".join(value)
    if isinstance(value, _Details):
        return [_joined(part) for part in value]
    if isinstance(value, dict) and depth:
        return {name: _joined(part, depth - 1) for name, part in value.items()}
    return value
