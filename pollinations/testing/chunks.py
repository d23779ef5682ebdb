"""Chunks and answers in few words, for tests of stages: ours, and those that you write."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from ..chat import sse
from ..chat.chunk import Chunk
from ..chat.request import ChatRequest
from ..routing.route import Route
from ..settings.schema import Settings
from ..stages import stages_for
from ..stages.answer import Answer
from ..stages.stage import Context, Stage


def context(
    stream: bool = True,
    route: Route | None = None,
    settings: Settings | None = None,
    learn: Callable[[str, str], None] = lambda key, value: None,
    make_id: Callable[[], str] = lambda: "call_made",
    **fields: Any,
) -> Context:
    """
    What stages may know of an answer.

    :param fields: of the request's body, beside a short prompt.
    """
    body = {"messages": [{"role": "user", "content": "Hello"}], "stream": stream, **fields}
    return Context(
        ChatRequest(body),
        route or Route("free", "mistral"),
        settings or Settings(),
        make_id,
        learn,
    )


def chunk(
    content: str | None = None,
    finish: str | None = None,
    index: int = 0,
    usage: Mapping[str, Any] | None = None,
    **delta: Any,
) -> Chunk:
    """A chunk with one choice, whose *delta* has these fields."""
    said = {} if content is None else {"content": content}
    choice = {"index": index, "delta": {**said, **delta}, "finish_reason": finish}
    counted = {} if usage is None else {"usage": usage}
    return Chunk.of({**_ENVELOPE, "choices": [choice], **counted})


def counted(**usage: int) -> Chunk:
    """A chunk without choices that tells the *usage*."""
    return Chunk.of({**_ENVELOPE, "choices": [], "usage": usage})


def passed(stage: Stage, *chunks: Chunk) -> list[Chunk]:
    """What *stage* gives for *chunks* and for the proper end that follows them."""
    given: list[Chunk] = []
    for one in chunks:
        given += stage.received(one) if one.holds & stage.wants else (one,)
        if given and given[-1].last:
            break
    return [*given, *stage.stopped()]


def streamed(*chunks: Chunk, done: bool = True) -> bytes:
    """The events in which an upstream sends *chunks*."""
    events = [sse.encode(orjson.dumps(one.data)) for one in chunks]
    return b"".join((*events, sse.encode(sse.DONE) if done else b""))


def answered(data: bytes, known: Context, events: bool = True, size: int | None = None) -> bytes:
    """
    What the client gets of an upstream's body.

    :param events: whether the upstream says that it is a stream.
    :param size: how many bytes come at once; ``None`` for all.
    :raises UpstreamFailed: it is no answer, or not a whole one. What the client had got by then
        is lost here.
    """
    answer = Answer(known, stages_for(known), events)
    size = size or len(data) or 1
    given = [answer.received(data[at : at + size]) for at in range(0, len(data), size)]
    return b"".join((*given, answer.closed()))


def told(data: bytes) -> Sequence[Any]:
    """The events of a stream as a client reads them: parsed JSON, and ``[DONE]`` as a string."""
    texts = [text for _, text in sse.EventDecoder().feed(data) if text is not None]
    return ["[DONE]" if text == sse.DONE else orjson.loads(text) for text in texts]


def text_of(events: Sequence[Any], field: str = "content", index: int = 0) -> str:
    """The text that a client puts together from what it was *told*."""
    return "".join(
        choice["delta"].get(field) or ""
        for event in events
        if event != "[DONE]"
        for choice in event["choices"]
        if choice["index"] == index
    )


def reason_of(events: Sequence[Any], index: int = 0) -> str | None:
    """The finish reason that a client takes from what it was *told*: the last."""
    reasons = [
        choice["finish_reason"]
        for event in events
        if event != "[DONE]"
        for choice in event["choices"]
        if choice["index"] == index and choice.get("finish_reason")
    ]
    return reasons[-1] if reasons else None


_ENVELOPE = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 1763769600,
    "model": "mistral",
}
