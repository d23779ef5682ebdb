"""
Answers as models give them: text, tool calls, reasoning, thought signatures.

Each is a :class:`~pollinations.testing.reply.Reply`, so the rest of its form is one ``but`` away:
``text("Hi").but(finish="STOP", counted="every", done=False)``.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, Self

import attrs
import orjson

from ..chat.request import JSONObject
from .reply import Reply

Carrier = Literal["thought_signature", "google", "vertex"]
"""The field that holds a thought signature, itself or inside ``extra_content``."""

Place = Literal["function", "call", "delta"]
"""What has this field: a call's ``function``, the call, or the delta (the message)."""

Form = Literal["openai", "whole", "portkey", "kimi"]
"""
How tool calls are cut into deltas.

``openai``: for each call an opening delta, then its arguments in two pieces. ``whole``: all calls
in one delta. ``portkey``, which is how Gemini arrives: each call whole in a delta of its own, all
of them at index 0, and the finish reason ``stop``. ``kimi``: as ``openai``, with ``name: null`` in
the later pieces and ``tool_calls: null`` before the first.
"""


@attrs.frozen
class Call:
    """
    A tool call.

    :param arguments: an object, or the text as a model would send it, valid or not.
    :param id: ``None`` when the upstream gives none.
    :param beside: further fields of the call.
    :param within: further fields of its ``function``.
    """

    name: str
    arguments: JSONObject | str = attrs.field(factory=dict)
    id: str | None = "call_1"
    beside: JSONObject = attrs.field(factory=dict)
    within: JSONObject = attrs.field(factory=dict)

    @property
    def text(self) -> str:
        """The arguments as text."""
        if isinstance(self.arguments, str):
            return self.arguments
        return orjson.dumps(self.arguments).decode()

    def entry(self, index: int, arguments: str) -> dict[str, Any]:
        """This call in a delta, with as much of its *arguments*."""
        identity = {} if self.id is None else {"id": self.id}
        function = {"name": self.name, "arguments": arguments, **self.within}
        return {
            "index": index,
            **identity,
            "type": "function",
            "function": function,
            **self.beside,
        }

    def signed(self, fields: JSONObject, place: Place) -> Self:
        """A copy that carries the *fields* of a signature at *place*."""
        within, beside = (fields, {}) if place == "function" else ({}, fields)
        return attrs.evolve(
            self, within={**self.within, **within}, beside={**self.beside, **beside}
        )


def text(*pieces: str) -> Reply:
    """An answer in as many deltas as there are *pieces*."""
    return Reply(tuple({"content": piece} for piece in pieces))


def deltas(*pieces: JSONObject) -> Reply:
    """An answer of these very deltas."""
    return Reply(pieces)


def calls(
    *made: Call | tuple[Any, ...],
    form: Form = "openai",
    signature: str | None = None,
    carrier: Carrier = "thought_signature",
    place: Place = "function",
    says: str = "",
    nulls: int = 0,
) -> Reply:
    """
    An answer that calls tools.

    :param made: calls, or the arguments of one: ``("weather", {"city": "Rome"}, "call_7")``. Those
        without an identifier are ``call_1``, ``call_2``…
    :param signature: the thought signature of this step. The first call carries it, or the first
        delta, as *place* and *carrier* say.
    :param says: text that comes before the calls.
    :param nulls: how many ``null`` entries stand before the calls in each delta.
    """
    steps = [_call(call, number) for number, call in enumerate(made, 1)]
    fields = {} if signature is None else carried(signature, carrier)
    if place != "delta":
        steps[0] = steps[0].signed(fields, place)
    pieces: list[JSONObject] = [{"content": says}] if says else []
    pieces += [_with_nulls(delta, nulls) for delta in _FORMS[form](steps)]
    if place == "delta":
        pieces[0] = {**pieces[0], **fields}
    return Reply(tuple(pieces), **_REST[form])


def reasoning(thought: str, *pieces: str, field: str = "reasoning_content") -> Reply:
    """
    An answer that thinks first.

    :param field: where the thought is put: ``reasoning_content``, ``reasoning``,
        ``reasoning_details``, or ``content_blocks``, which repeat the text as well.
    """
    repeat = _block if field == "content_blocks" else lambda piece: {}
    said = [{"content": piece, **repeat(piece)} for piece in pieces]
    return Reply((_THOUGHTS[field](thought), *said))


def signed_text(*pieces: str, signature: str, carrier: Carrier = "google") -> Reply:
    """A text whose last, empty delta carries a thought signature."""
    said = [{"content": piece} for piece in pieces]
    return Reply((*said, {"content": "", **carried(signature, carrier)}))


def carried(signature: str, carrier: Carrier) -> JSONObject:
    """The fields in which *carrier* brings *signature*."""
    if carrier == "thought_signature":
        return {"thought_signature": signature}
    return {"extra_content": {carrier: {"thought_signature": signature}}}


def _call(call: Call | tuple[Any, ...], number: int) -> Call:
    if isinstance(call, Call):
        return call
    made = Call(*call)
    return made if len(call) > 2 else attrs.evolve(made, id=f"call_{number}")


def _with_nulls(delta: JSONObject, nulls: int) -> JSONObject:
    entries = delta.get("tool_calls")
    return {**delta, "tool_calls": [*[None] * nulls, *entries]} if entries else delta


def _whole(made: list[Call]) -> Iterator[JSONObject]:
    yield {"tool_calls": [call.entry(index, call.text) for index, call in enumerate(made)]}


def _portkey(made: list[Call]) -> Iterator[JSONObject]:
    for call in made:
        yield {"tool_calls": [call.entry(0, call.text)]}


def _openai(made: list[Call], later: JSONObject | None = None) -> Iterator[JSONObject]:
    for index, call in enumerate(made):
        yield {"tool_calls": [call.entry(index, "")]}
        half = len(call.text) // 2
        for piece in (call.text[:half], call.text[half:]):
            function = {**(later or {}), "arguments": piece}
            yield {"tool_calls": [{"index": index, "function": function}]}


def _kimi(made: list[Call]) -> Iterator[JSONObject]:
    yield {"content": "", "tool_calls": None}
    yield from _openai(made, {"name": None})


_FORMS: Mapping[Form, Callable[[list[Call]], Iterator[JSONObject]]] = {
    "openai": _openai,
    "whole": _whole,
    "portkey": _portkey,
    "kimi": _kimi,
}

_CALLED: Mapping[str, Any] = {"finish": "tool_calls"}

_REST: Mapping[Form, Mapping[str, Any]] = {
    "openai": _CALLED,
    "whole": _CALLED,
    "portkey": {"counted": "every", "each": {"role": "assistant", "content": ""}},
    "kimi": _CALLED,
}
"""What else differs in a reply of each form."""


def _block(piece: str) -> JSONObject:
    return {"content_blocks": [{"index": 1, "delta": {"text": piece}}]}


_THOUGHTS: Mapping[str, Callable[[str], JSONObject]] = {
    "reasoning_content": lambda thought: {"reasoning_content": thought},
    "reasoning": lambda thought: {"reasoning": thought},
    "reasoning_details": lambda thought: {
        "reasoning_details": [{"type": "reasoning.text", "text": thought, "index": 0}],
    },
    "content_blocks": lambda thought: {
        "content": "",
        "content_blocks": [{"index": 0, "delta": {"thinking": thought}}],
    },
}
