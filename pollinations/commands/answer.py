"""A command's answer in the form of a model's, as the client asked for it."""

import uuid
from collections.abc import Iterator
from typing import Any, Final

import orjson

from ..chat import sse
from ..chat.chunk import Chunk
from ..chat.completion import Completion
from ..chat.request import ChatRequest
from .asked import Asked, asked_command
from .runner import Commands

_NOTHING: Final = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
"""No model was asked."""


async def answer(commands: Commands, request: ChatRequest, now: float) -> bytes | None:
    """
    The answer to the command that *request* holds; ``None`` when it holds none.

    :param now: seconds since the epoch.
    :return: events if *request* wants a stream, else JSON.
    """
    asked = asked_command(request)
    if asked is None:
        return None
    text = title(commands, asked) if asked.quoted else (await commands.run(asked.words)).text
    return as_answer(text, request, now)


def title(commands: Commands, asked: Asked) -> str:
    """What a conversation that holds a command is about."""
    verb = commands.find(asked.words[0]) if asked.words else commands.find("help")
    return f"Pollinations: {verb.name if verb else 'command'}"


def as_answer(text: str, request: ChatRequest, now: float) -> bytes:
    """*text* as a model's answer to *request*."""
    chunks = _chunks(text, request, now)
    if request.stream:
        return b"".join(map(_event, chunks)) + sse.encode(sse.DONE)
    completion = Completion()
    for chunk in chunks:
        completion.add(chunk)
    return orjson.dumps({**completion.whole(), "usage": _NOTHING})


def _chunks(text: str, request: ChatRequest, now: float) -> Iterator[Chunk]:
    first = Chunk.of(
        {
            "id": f"pollinations-cmd-{uuid.uuid4().hex[:24]}",
            "object": "chat.completion.chunk",
            "created": int(now),
            "model": request.model,
            "choices": [],
        }
    )
    yield first.saying(0, {"role": "assistant", "content": text})
    yield first.saying(0, {}, "stop")
    if _wants_usage(request):
        yield first.bare(usage=_NOTHING)


def _wants_usage(request: ChatRequest) -> bool:
    options: Any = request.body.get("stream_options")
    return isinstance(options, dict) and options.get("include_usage") is True


def _event(chunk: Chunk) -> bytes:
    return sse.encode(orjson.dumps(chunk.data))
