"""
Tool calls in the form that every client understands.

Gemini's come whole, all at index 0; other models leave out identifiers, repeat them, send ``null``
for what they do not say again, or write the arguments of several calls one after the other.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs

from ..chat.chunk import CALLS, FINISH, Chunk
from ..chat.request import JSONObject, without
from ..errors import UpstreamFailed
from .arguments import Arguments, is_more
from .call_entry import CUSTOM, name_of, tidied, with_arguments
from .finish_reason import ending
from .stage import Stage

CALL_LIMIT = 1024
"""The most calls in one answer."""

_BARE: JSONObject = {"function": {}}
"""An entry that says nothing."""


@attrs.define(eq=False)
class ToolCalls(Stage):
    """Tells the calls apart, counts them, and gives each an identifier of its own."""

    wants = CALLS | FINISH
    _choices: dict[int, "_Calls"] = attrs.field(factory=dict, init=False)
    _ids: frozenset[str] = attrs.field(default=frozenset(), init=False)

    def received(self, chunk: Chunk) -> Sequence[Chunk]:
        """See :meth:`.stage.Stage.received`."""
        choices = [self._choice(choice) for choice in chunk.choices]
        if chunk.holds & FINISH:
            choices = [self._finished(choice) for choice in choices]
        return (chunk.with_choices(choices),)

    def _finished(self, choice: JSONObject) -> JSONObject:
        """*choice* with ``{}`` for each call without arguments, if it ended as it should."""
        calls, said = self._choices.get(choice["index"]), choice.get("finish_reason")
        if calls is None or not calls.silent or not said or ending(said) != "stop":
            return choice
        told = [*choice["delta"].get("tool_calls", ()), *calls.completed()]
        return {**choice, "delta": {**choice["delta"], "tool_calls": told}}

    def _choice(self, choice: JSONObject) -> JSONObject:
        delta = choice["delta"]
        told = delta.get("tool_calls")
        if not told:
            return choice
        calls = self._choices.setdefault(choice["index"], _Calls(self._new_id))
        if type(told) is list and all(map(calls.is_plain, told)):
            return choice
        entries = told if isinstance(told, list) else [told]
        mended = [out for entry in entries for out in calls.received(entry)]
        if _is_same(told, mended):
            return choice
        delta = without(delta, "tool_calls")
        return {**choice, "delta": {**delta, "tool_calls": mended} if mended else delta}

    def _new_id(self, asked: str) -> str:
        """*asked* if it is the first call's to have it, else another one."""
        if len(self._ids) >= CALL_LIMIT:
            raise UpstreamFailed("reply", 502, "The answer held too many tool calls.", "too_large")
        base = found = asked or self._context.make_id()
        if found in self._ids:
            base = found = self._context.make_id()
        number = 1
        while found in self._ids:
            number += 1
            found = f"{base}_{number}"
        self._ids |= {found}
        return found


@attrs.define(eq=False)
class _Call:
    """
    A call that has begun.

    :param index: its place among the calls, which is what the client sees.
    :param id: the identifier that the upstream gave it, or empty.
    """

    index: int
    id: str
    name: str
    arguments: Arguments

    def goes_on(self, call_id: str, name: str) -> bool:
        """Whether an entry at the same place, with this header, is more of this call."""
        if call_id and call_id != self.id:
            return not self.id and not name
        return not name or name == self.name or not self.name


@attrs.define(eq=False)
class _Calls:
    """
    The calls of one choice.

    :param new_id: gives an identifier that no call has: the one it is given, if possible.
    :param silent: the functions' calls that have no arguments so far, by their index.
    """

    _new_id: Callable[[str], str]
    _number: int = 0
    _at: dict[int | None, _Call] = attrs.field(factory=dict)
    """The call that began last at each of the upstream's indices; at ``None``, last of all."""

    silent: set[int] = attrs.field(factory=set)

    def received(self, entry: Any) -> Iterator[JSONObject]:
        """What the client gets of *entry*: itself, a tidier copy, several calls, or nothing."""
        if not isinstance(entry, dict):
            return
        entry = tidied(entry)
        index, name = entry.get("index"), name_of(entry)
        place = index if type(index) is int else None
        call = self._at.get(place)
        going_on = call is not None and call.goes_on(entry.get("id") or "", name)
        if call is None or not going_on:
            call, entry = self._begin(entry, place, name, Arguments())
        else:
            entry = _more_of(call, entry)
        if "function" not in entry:
            yield entry
            return
        text = entry["function"].get("arguments") or ""
        if text and call.index in self.silent and not text.isspace():
            self.silent.remove(call.index)
        parts = call.arguments.feed(text)
        first = next(parts)
        if first or not text or not going_on:
            yield entry if first == text else with_arguments(entry, first)
            entry = _BARE
        yield from self._further(parts, entry, place, call)

    def _further(
        self, parts: Iterator[str], entry: JSONObject, place: int | None, call: _Call
    ) -> Iterator[JSONObject]:
        """A call for each of *parts*, objects of arguments that follow under one header."""
        for part in parts:
            header = with_arguments(without(entry, "id"), part)
            call, new = self._begin(header, place, call.name, call.arguments)
            yield new
            entry = _BARE

    def completed(self) -> Sequence[JSONObject]:
        """What is missing of the calls that have no arguments: clients parse them as JSON."""
        silent, self.silent = sorted(self.silent), set()
        return [{"index": index, "function": {"arguments": "{}"}} for index in silent]

    def is_plain(self, entry: Any) -> bool:
        """Whether *entry* is nothing but more text of one call's arguments, at its own index."""
        if not is_more(entry) or type(entry["index"]) is not int:
            return False
        call, text = self._at.get(entry["index"]), entry["function"]["arguments"]
        if call is None or call.index != entry["index"]:
            return False
        return type(text) is str and call.arguments.takes(text)

    def _begin(
        self, entry: JSONObject, place: int | None, name: str, arguments: Arguments
    ) -> tuple[_Call, JSONObject]:
        call_id = entry.get("id") or ""
        call = _Call(self._number, call_id, name, arguments)
        self._at[place] = self._at[None] = call
        self._number += 1
        header = {"index": call.index, "id": self._new_id(call_id)}
        if "function" not in entry:
            return call, {**entry, **header, "type": CUSTOM}
        header["type"] = "function"
        named = {"name": name} if name else {}
        function = {**named, "arguments": "", **entry["function"], **named}
        if not function["arguments"].strip():
            self.silent.add(call.index)
        return call, {**entry, **header, "function": function}


def _is_same(told: Any, mended: Sequence[JSONObject]) -> bool:
    """Whether nothing was mended; to Python, false equals 0."""
    return bool(told == mended) and all(type(entry["index"]) is int for entry in told)


def _more_of(call: _Call, entry: JSONObject) -> JSONObject:
    """*entry* as more of *call*, whose header the client has already."""
    function, name = entry.get("function", {}), name_of(entry)
    call.id = entry.get("id") or call.id
    for field in ("id", "type"):
        # Clients join what they are told, or take the last of it.
        if field in entry and (field == "id" or not entry[field]):
            entry = without(entry, field)
    if "name" in function and call.name:
        entry = {**entry, "function": without(function, "name")}
    call.name = call.name or name
    return entry if entry.get("index") == call.index else {**entry, "index": call.index}
