"""
What it costs to make a request ready for each family, beyond parsing and writing it.

    python benchmarks/quirks.py [ROUNDS]

Both ways of each round run one after the other, in alternating order; shown are medians of CPU
time in milliseconds, of the whole and of the difference.
"""

import sys
from statistics import median
from time import process_time

import orjson

from pollinations.chat.request import ChatRequest
from pollinations.quirks import QuirkSanitizer
from pollinations.routing.route import ENTER, Route
from pollinations.testing.conversations import call, result, step, system, tool, user

MODELS = (
    *("glm", "google/gemini-3-flash", "openai/gpt-5.4", "moonshotai/kimi-k3"),
    *("anthropic/claude-haiku-4.5", "amazon/nova-micro-v1", "mistral", "deepseek", "nomnom"),
)


def parameters(number: int) -> dict[str, object]:
    """What an agent's tool takes, with the keywords that agents send and some models refuse."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": f"The path {number}, absolute. " * 8},
            "limit": {"type": "integer", "exclusiveMinimum": 0, "maximum": 9007199254740991},
            "offset": {"type": "integer", "minimum": -9007199254740991},
            "mode": {"type": "string", "enum": ["read", "write"]},
        },
        "required": ["path"],
    }


def body(tools: int, steps: int) -> bytes:
    """A request with so many tools and so many steps of one call each."""
    messages = [system("You are an agent. " * 500), user("Go on.")]
    for number in range(steps):
        call_id = f"portkey-{number:036}"
        messages += [step(call(call_id, "bash")), result(call_id, "ok " * 50), user("And now?")]
    offered = [tool(f"tool_{number}", parameters(number)) for number in range(tools)]
    return orjson.dumps({"model": "m", "messages": messages, "tools": offered, "stream": True})


BODIES = {
    "an agent's first words (10 tools)": body(10, 0),
    "500 tools": body(500, 0),
    "1,000 messages, 10 tools": body(10, 333),
}


def plain(data: bytes, model: str) -> bytes:
    """Parsed and written."""
    return ChatRequest.from_json(data).but(model=model).to_json()


def mended(data: bytes, model: str) -> bytes:
    """Parsed, made ready and written."""
    request = ChatRequest.from_json(data)
    return QuirkSanitizer().sanitize(request, Route(ENTER, model), {}).request.to_json()


def cpu(way, data: bytes, model: str) -> float:
    """Milliseconds of CPU time."""
    began = process_time()
    way(data, model)
    return (process_time() - began) * 1000


def measured(data: bytes, model: str, rounds: int) -> tuple[float, float, float]:
    """The first time, then medians: the whole, and what the rules add."""
    first = cpu(mended, data, model)
    whole, added = [], []
    for number in range(rounds):
        ways = (plain, mended) if number % 2 else (mended, plain)
        times = {way: cpu(way, data, model) for way in ways}
        whole.append(times[mended])
        added.append(times[mended] - times[plain])
    return first, median(whole), median(added)


def main(rounds: int) -> None:
    """Print a table for each body."""
    for name, data in BODIES.items():
        print(f"\n{name}: {len(data) / 1000:.0f} kB")
        print(f"{'':28}{'first':>9}{'whole':>9}{'rules':>9}")
        for model in MODELS:
            first, whole, added = measured(data, model, rounds)
            print(f"{model:28}{first:9.2f}{whole:9.2f}{added:9.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 31)
