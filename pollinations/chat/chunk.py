"""One ``chat.completion.chunk`` on its way from the upstream to the client."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Self

import orjson

from . import loose

# What a chunk may hold. Plain integers: an enum's ``&`` costs more than all the rest.
ANY: Final = 1
"""Every chunk holds this."""
TEXT: Final = 2
CALLS: Final = 4
THOUGHT: Final = 8
"""Reasoning."""
SIGNATURE: Final = 16
"""Something that may carry a thought signature of the whole message."""
BLOCKS: Final = 32
"""``content_blocks``."""
OTHER: Final = 64
"""Any other field of a message: audio, a refusal, what we do not know."""
FINISH: Final = 128
"""A finish reason."""
USAGE: Final = 256
ERROR: Final = 512
ROLE: Final = 1024
"""Who speaks."""

_FIELDS: Mapping[str, int] = {
    "role": ROLE,
    "content": TEXT,
    "tool_calls": CALLS,
    "reasoning": THOUGHT,
    "reasoning_content": THOUGHT,
    "thought_signature": SIGNATURE,
    "extra_content": SIGNATURE,
    "content_blocks": BLOCKS,
}

_ENVELOPE = ("id", "object", "created", "model", "system_fingerprint")


class Chunk(NamedTuple):
    """
    A piece of an answer.

    An answer that came as plain JSON is one chunk too, with each choice's ``message`` as its
    ``delta``: one truth for both forms. One is made for every event, hence a named tuple, which
    costs half as much as an attrs class.

    :param data: the parsed chunk in good order: ``choices`` is a list of objects, each with an
        ``index``, a ``delta`` that is an object, and a ``finish_reason`` that is a string if it is
        anything. Never changed in place: a stage that alters it makes a copy.
    :param holds: what is in it, a sum of this module's constants.
    :param raw: the bytes it came as, or ``None`` when it is not what came.
    :param last: the answer ends with this chunk by our decision: nothing more is read.
    :param parts: gives the chunks that this one stands for, if these are several, which differ in
        their text only: what follows one another in one read passes the stages as one.
    """

    data: Mapping[str, Any]
    holds: int
    raw: bytes | None = None
    last: bool = False
    parts: Callable[[], Sequence["Chunk"]] | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any], raw: bytes | None = None, last: bool = False) -> Self:
        """The chunk with this *data*, which is in good order."""
        return cls(data, contents(data), raw, last)

    @property
    def choices(self) -> Sequence[Mapping[str, Any]]:
        """The choices that it holds a piece of."""
        choices: Sequence[Mapping[str, Any]] = self.data["choices"]
        return choices

    def but(self, **fields: Any) -> Self:
        """A copy in which *fields* of the data have these values; it is no longer what came."""
        return self.of({**self.data, **fields}, None, self.last)

    def with_choices(self, choices: Sequence[Mapping[str, Any]]) -> Self:
        """The chunk itself when these are its very *choices*, else a copy that has them."""
        for old, new in zip(self.choices, choices, strict=False):
            if old is not new:
                return self.but(choices=choices)
        return self if len(choices) == len(self.choices) else self.but(choices=choices)

    def saying(
        self, index: int, delta: Mapping[str, Any], finish_reason: str | None = None
    ) -> Self:
        """Another chunk of the same answer: a piece of choice *index*, or its end."""
        return self.bare([{"index": index, "delta": delta, "finish_reason": finish_reason}])

    def bare(self, choices: Sequence[Mapping[str, Any]] = (), /, **fields: Any) -> Self:
        """Another chunk of the same answer that holds only this."""
        envelope = {name: self.data[name] for name in _ENVELOPE if name in self.data}
        return self.of({**envelope, "choices": [*choices], **fields})


def made(
    data: Mapping[str, Any],
    holds: int,
    raw: bytes | None = None,
    parts: Callable[[], Sequence[Chunk]] | None = None,
) -> Chunk:
    """What ``Chunk()`` makes, at half its cost."""
    return tuple.__new__(Chunk, (data, holds, raw, False, parts))


def read(data: bytes, raw: bytes | None = None) -> Chunk | None:
    """
    The chunk that *data*, the data of an event, is.

    What is not in good order is put right where its meaning is clear, and what strict JSON does
    not allow is read all the same; the chunk then loses its *raw* bytes.

    :return: ``None`` when this is no chunk, which clients break on.
    """
    try:
        fields = orjson.loads(data)
    except orjson.JSONDecodeError:
        try:
            fields, raw = loose.loads(data), None
        except ValueError:
            return None
    if type(fields) is not dict:
        return None
    holds = contents(fields)
    if holds:
        return made(fields, holds, raw)
    mended = mend(fields)
    return None if mended is None else Chunk.of(mended)


def error(data: bytes) -> Chunk:
    """The chunk that *data*, the data of an event which says that it is an error, stands for."""
    try:
        said = loose.loads(data)
    except ValueError:
        said = None
    if not isinstance(said, dict | str):
        said = data.decode("utf-8", "replace").strip()
    return Chunk.of({"choices": [], "error": said or {"message": ""}})


def contents(data: Mapping[str, Any]) -> int:
    """What *data* holds, a sum of this module's constants; 0 when it is not in good order."""
    holds, choices, usage = ANY, data.get("choices"), data.get("usage")
    if type(choices) is not list:
        return 0
    for choice in choices:
        if type(choice) is not dict:
            return 0
        delta, reason = choice.get("delta"), choice.get("finish_reason")
        if type(delta) is not dict or type(choice.get("index")) is not int:
            return 0
        if reason is not None:
            if not reason or type(reason) is not str:
                return 0
            holds |= FINISH
        for name, value in delta.items():
            if value:
                holds |= _FIELDS.get(name, OTHER)
    if usage is not None:
        if type(usage) is not dict:
            return 0
        if usage:
            holds |= USAGE
    return holds | ERROR if data.get("error") else holds


def mend(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """
    *fields* as a chunk in good order, or ``None`` when it is none at all.

    A choice that brings a whole ``message`` instead of a ``delta`` has it as its delta.
    """
    choices, usage = fields.get("choices"), fields.get("usage")
    if not isinstance(choices, list):
        if "error" in (fields.get("type"), fields.get("object")) and not fields.get("error"):
            # The error itself, without what others put around it.
            return {"choices": [], "error": fields}
        if not isinstance(usage, dict) and not fields.get("error"):
            return None
        choices = []
    mended = {
        **fields,
        "choices": [
            _mended_choice(choice, place)
            for place, choice in enumerate(choices)
            if isinstance(choice, dict)
        ],
    }
    if not isinstance(usage, dict | None):
        del mended["usage"]
    return mended


def _mended_choice(choice: Mapping[str, Any], place: int) -> dict[str, Any]:
    index, reason = choice.get("index"), choice.get("finish_reason")
    delta = next((d for d in map(choice.get, ("delta", "message")) if isinstance(d, dict)), {})
    return {
        **{name: value for name, value in choice.items() if name != "message"},
        "index": index if type(index) is int else place,
        "delta": delta,
        "finish_reason": reason if reason and isinstance(reason, str) else None,
    }
