"""
What an answer costs on its way: events per CPU second through all stages.

Beside each figure stands that of orjson alone, parsing the same events in the same run: no proxy
that looks into an answer can do with less.

    python benchmarks/stages.py
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson

from pollinations.chat import sse
from pollinations.chat.request import ChatRequest
from pollinations.routing.route import Route
from pollinations.stages import stages_for
from pollinations.stages.answer import Answer
from pollinations.stages.stage import Context

EVENTS = 20_000
ROUNDS = 15
PER_READ = 50
"""Events that a busy upstream delivers with one read."""


def words() -> Iterator[str]:
    """Text as a model writes it, about a token at a time: words, and a new line now and then."""
    chance = random.Random(7)
    letters = "etaoinshrdlucmfwypvbgkqjxz"
    while True:
        word = "".join(chance.choices(letters, k=chance.randint(2, 9)))
        yield (".\n\n" if chance.random() < 0.05 else " ") + word


def event(delta: dict[str, Any]) -> bytes:
    """One event of about 250 bytes, as OpenAI's models send it."""
    chunk = {
        "id": "chatcmpl-CeL0J3kX9pXbN2R7aZ0d5QvWmT1uY",
        "object": "chat.completion.chunk",
        "created": 1763769600,
        "model": "gpt-5.4-mini-2026-03-17",
        "system_fingerprint": "fp_3f58d1dda8",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}],
    }
    return sse.encode(orjson.dumps(chunk))


def text() -> Iterator[bytes]:
    """Plain text."""
    yield from (event({"content": word}) for word in words())


def reasoning() -> Iterator[bytes]:
    """A long thought."""
    yield from (event({"reasoning_content": word}) for word in words())


def tool_calls() -> Iterator[bytes]:
    """Calls whose arguments come in pieces, a hundred to a call."""
    pieces = words()
    for number in range(EVENTS):
        place, part = divmod(number, 100)
        call: dict[str, Any] = {"index": place}
        if not part:
            call |= {"id": f"call_{place}", "type": "function"}
            call["function"] = {"name": "write", "arguments": '{"content":"'}
        else:
            piece = next(pieces).replace("\n", "\\n")
            call["function"] = {"arguments": '"}' if part == 99 else piece}
        yield event({"tool_calls": [call]})


STREAMS: Sequence[Callable[[], Iterator[bytes]]] = (text, reasoning, tool_calls)


def through_stages(reads: Sequence[bytes]) -> float:
    """CPU seconds to take *reads* through all stages."""
    request = ChatRequest({"messages": [{"role": "user", "content": "Go on."}], "stream": True})
    context = Context(request, Route("enter", "openai"))
    answer = Answer(context, stages_for(context), True)
    start = time.process_time()
    for read in reads:
        if answer.received(read) != read:
            raise AssertionError("an unchanged event must leave as it came")
    return time.process_time() - start


def parsed(events: Sequence[bytes]) -> float:
    """CPU seconds to parse *events* and do nothing else."""
    texts = [event[6:-2] for event in events]
    start = time.process_time()
    for data in texts:
        orjson.loads(data)
    return time.process_time() - start


def main() -> None:
    """Print a table: the best round of each, since whatever else runs only ever adds."""
    print(f"{'stream':12}{'events/s':>12}{'us/event':>10}{'parse':>8}{'ratio':>8}")
    for stream in STREAMS:
        source = stream()
        events = [next(source) for _ in range(EVENTS)]
        reads = [b"".join(events[i : i + PER_READ]) for i in range(0, EVENTS, PER_READ)]
        rounds = [(through_stages(reads), parsed(events)) for _ in range(ROUNDS)]
        ours = min(ours for ours, _ in rounds) / EVENTS
        parse = min(parse for _, parse in rounds) / EVENTS
        ratio = ours / parse
        print(
            f"{stream.__name__:12}{1 / ours:12,.0f}{ours * 1e6:10.2f}{parse * 1e6:8.2f}{ratio:8.2f}"
        )


if __name__ == "__main__":
    main()
