"""
Every tool call has exactly one result, in the order of the calls, right after the message that
makes them. Gemini, Claude and Bedrock each refuse a conversation in which this does not hold.

A result finds its call by identifier; of several calls with the same one, the latest step's that
still waits. A result that comes before any call with its identifier goes after one that nothing
else has answered. A result whose identifier is unknown belongs to the call at its place in the step
before it. A call without a result gets one that says so, a result without a call is dropped.
"""

from collections.abc import Iterator, Sequence

import attrs

from ..chat.request import JSONObject
from .messages import Messages, calls_of, with_calls

NO_RESULT = "The tool gave no result."
"""What stands for the result of a call that was never answered."""


@attrs.define(eq=False)
class _Slot:
    """A call that waits for its result."""

    call_id: str
    result: JSONObject | None = None

    def message(self) -> JSONObject:
        if self.result is None:
            return {"role": "tool", "tool_call_id": self.call_id, "content": NO_RESULT}
        if self.result.get("tool_call_id") == self.call_id:
            return self.result
        return {**self.result, "tool_call_id": self.call_id}


@attrs.define(eq=False)
class _Step:
    """A message that calls tools, as it leaves, and its calls."""

    message: JSONObject
    slots: list[_Slot]
    results: int = 0
    _answered: int = 0

    def place(self) -> int:
        self.results += 1
        return self.results - 1

    def slot_for(self, place: int) -> _Slot | None:
        """The call at *place* if it still waits, else the first one that does."""
        if place < len(self.slots) and self.slots[place].result is None:
            return self.slots[place]
        while self._answered < len(self.slots) and self.slots[self._answered].result is not None:
            self._answered += 1
        return self.slots[self._answered] if self._answered < len(self.slots) else None

    def messages(self) -> Iterator[JSONObject]:
        yield self.message
        yield from (slot.message() for slot in self.slots)


@attrs.define(eq=False)
class _Pairing:
    """One pass over a conversation; each message is looked at once."""

    known: set[str]
    out: list[JSONObject | _Step] = attrs.field(factory=list)
    step: _Step | None = None
    waiting: dict[str, list[_Slot]] = attrs.field(factory=dict)
    early: list[tuple[str, JSONObject]] = attrs.field(factory=list)
    strays: list[tuple[_Step, int, JSONObject]] = attrs.field(factory=list)

    def take(self, message: JSONObject) -> None:
        if message["role"] == "tool":
            self._take_result(message)
        elif calls := calls_of(message):
            self._take_step(message, calls)
        else:
            self.out.append(message)

    def _identifiers(self, ids: list[str]) -> list[str]:
        """The calls' identifiers: new ones where one is empty or there twice in a step."""
        seen: set[str] = set()
        unique = []
        for place, call_id in enumerate(ids):
            if not call_id or call_id in seen:
                call_id = self._new_id(place)
            seen.add(call_id)
            unique.append(call_id)
        return unique

    def _new_id(self, place: int) -> str:
        call_id = f"call_{len(self.out)}_{place}"
        while call_id in self.known:
            call_id += "_"
        self.known.add(call_id)
        return call_id

    def _take_step(self, message: JSONObject, calls: Sequence[JSONObject]) -> None:
        ids = self._identifiers([call.get("id") or "" for call in calls])
        slots = [_Slot(call_id) for call_id in ids]
        named = [
            call if call.get("id") == call_id else {**call, "id": call_id}
            for call, call_id in zip(calls, ids, strict=True)
        ]
        self.step = _Step(with_calls(message, named), slots)
        self.out.append(self.step)
        # The last of a list is found first: the latest step's, and in it the first call's.
        for call, slot in zip(reversed(calls), reversed(slots), strict=True):
            if call_id := call.get("id"):
                self.waiting.setdefault(call_id, []).append(slot)

    def _take_result(self, message: JSONObject) -> None:
        call_id = message.get("tool_call_id") or ""
        if call_id in self.known and call_id not in self.waiting:
            self.early.append((call_id, message))
        elif self.step is not None:
            self._take_answer(self.step, call_id, message)

    def _take_answer(self, step: _Step, call_id: str, message: JSONObject) -> None:
        place = step.place()
        if slots := self.waiting.get(call_id):
            slots.pop().result = message
        elif call_id not in self.known:
            self.strays.append((step, place, message))

    def settle(self) -> None:
        """Give what came early or with unknown identifiers to the calls that nothing answered."""
        for call_id, message in self.early:
            if slots := self.waiting.get(call_id):
                slots.pop().result = message
        for step, place, message in self.strays:
            if slot := step.slot_for(place):
                slot.result = message

    def messages(self) -> Iterator[JSONObject]:
        for item in self.out:
            if isinstance(item, _Step):
                yield from item.messages()
            else:
                yield item


def paired(messages: Messages) -> Messages:
    """
    *messages* with every tool call answered once, in order and at once.

    Messages that need no change are the same objects; the time is linear in their number.
    """
    if not any(m["role"] == "tool" or m.get("tool_calls") for m in messages):
        return messages
    known = {call["id"] for message in messages for call in calls_of(message) if call.get("id")}
    pairing = _Pairing(known)
    for message in messages:
        pairing.take(message)
    pairing.settle()
    return list(pairing.messages())
