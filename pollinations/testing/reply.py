"""
An assistant's answer, as deltas, and the forms in which it can be sent.

The rule of this file: whether a client asked for events or for JSON, the answer is the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Self

import attrs
import orjson

from ..chat import sse
from ..chat.request import JSONObject
from .recording import Asked
from .script import Pause, Script, Send, Step


@attrs.frozen
class Reply:
    """
    An answer of a model. It is a model itself: one that answers everybody alike.

    :param deltas: the pieces of the message; a JSON answer holds them put together.
    :param finish: the finish reason, any word; ``None``: the chunk that would say it never comes.
    :param tokens: of prompt and answer; ``None``: counted, a token for each four bytes.
    :param counted: where usage is told in a stream: in a last chunk without choices, on every
        chunk, or nowhere.
    :param done: whether ``[DONE]`` ends a stream.
    :param pace: seconds between two deltas.
    :param each: fields that every delta of a stream has.
    :param ending: steps in place of the finishing chunk, the usage and ``[DONE]``; of a JSON
        answer, in place of its second half.
    :param extra: fields of every chunk, and of the JSON answer, beside the usual ones.
    :param headers: of the reply, beside the content type.
    """

    deltas: tuple[JSONObject, ...]
    finish: str | None = "stop"
    tokens: tuple[int, int] | None = None
    counted: Literal["last", "every", "never"] = "last"
    done: bool = True
    pace: float = 0.0
    each: JSONObject = attrs.field(factory=dict)
    ending: tuple[Step, ...] | None = None
    extra: JSONObject = attrs.field(factory=dict)
    headers: Mapping[str, str] = attrs.field(factory=dict)

    def but(self, **fields: Any) -> Self:
        """A copy in which *fields* have these values."""
        return attrs.evolve(self, **fields)

    def then(self, *steps: Step) -> Self:
        """A copy in which the answer breaks off and *steps* follow."""
        return attrs.evolve(self, ending=steps)

    def __call__(self, asked: Asked) -> Script:
        """What is sent to who asked so."""
        tokens = self.tokens or (_count(asked.raw), _count(orjson.dumps(self.message)))
        usage = _usage(tokens)
        steps = self._streamed(asked, usage) if asked.stream else self._whole(asked, usage)
        kind = "text/event-stream" if asked.stream else "application/json"
        return Script(200, {"content-type": kind, **self.headers}, tuple(steps), tokens)

    @property
    def message(self) -> dict[str, Any]:
        """The whole message."""
        return folded(self.deltas)

    def _streamed(self, asked: Asked, usage: JSONObject) -> Iterator[Step]:
        always = {"usage": usage} if self.counted == "every" else {}
        for place, delta in enumerate(self.deltas):
            if place and self.pace:
                yield Pause(self.pace)
            opening = {} if place else {"role": "assistant"}
            choice = _choice({**opening, **self.each, **delta}, None)
            yield event(self._chunk(asked, choices=[choice], **always))
        yield from self._ends(asked, usage, always) if self.ending is None else self.ending

    def _ends(self, asked: Asked, usage: JSONObject, always: JSONObject) -> Iterator[Step]:
        if self.finish is not None:
            yield event(self._chunk(asked, choices=[_choice(self.each, self.finish)], **always))
        if self.counted == "last":
            yield event(self._chunk(asked, choices=[], usage=usage))
        if self.done:
            yield Send(sse.encode(sse.DONE))

    def _whole(self, asked: Asked, usage: JSONObject) -> Iterator[Step]:
        choice = {"index": 0, "message": self.message, "finish_reason": self.finish}
        counted = {} if self.counted == "never" else {"usage": usage}
        completion = self._chunk(asked, choices=[choice], **counted)
        body = orjson.dumps({**completion, "object": "chat.completion"})
        if self.ending is None:
            yield Send(body)
            return
        yield Send(body[: len(body) // 2])
        yield from self.ending

    def _chunk(self, asked: Asked, **fields: Any) -> dict[str, Any]:
        return {
            "id": "pllns_imitation",
            "object": "chat.completion.chunk",
            "created": int(asked.when),
            "model": asked.model,
            **self.extra,
            **fields,
        }


def event(data: Any) -> Send:
    """The step that sends *data*, JSON, as one event."""
    return Send(sse.encode(orjson.dumps(data)))


def _choice(delta: JSONObject, finish: str | None) -> JSONObject:
    return {"index": 0, "delta": delta, "finish_reason": finish}


def _count(data: bytes) -> int:
    return (len(data) + 3) // 4


def _usage(tokens: tuple[int, int]) -> JSONObject:
    prompt, completion = tokens
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def folded(deltas: Iterable[JSONObject]) -> dict[str, Any]:
    """The message that *deltas* make when they are put together."""
    message: dict[str, Any] = {"role": "assistant", "content": None}
    for delta in deltas:
        for name, value in delta.items():
            if name == "tool_calls" and value is not None:
                message[name] = _folded_calls(message.get(name) or [], value)
            elif name != "role":
                message[name] = _joined(message.get(name), value)
    return message


def _joined(before: Any, value: Any) -> Any:
    pieces = (before, value)
    if all(isinstance(p, str) for p in pieces) or all(isinstance(p, list) for p in pieces):
        return before + value
    return before if value is None else value


def _folded_calls(calls: Sequence[Any], entries: Iterable[Any]) -> list[Any]:
    folded = list(calls)
    for entry in entries:
        if entry is None or _begins(entry):
            folded.append(entry and {k: v for k, v in entry.items() if k != "index"})
            continue
        place = max(place for place, call in enumerate(folded) if call is not None)
        function = folded[place]["function"]
        arguments = function["arguments"] + (entry["function"].get("arguments") or "")
        folded[place] = {**folded[place], "function": {**function, "arguments": arguments}}
    return folded


def _begins(entry: JSONObject) -> bool:
    """Whether *entry* is a call's first, rather than more of its arguments."""
    return "id" in entry or bool(entry["function"].get("name"))
