"""
What remembering costs: CPU milliseconds for a request of a thousand messages.

Beside them stands what it costs to parse and to write the same body, in the same run.

    python benchmarks/signatures.py
"""

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock

from pollinations.chat.memory import keys_of, signature_key, signatures_for
from pollinations.chat.request import ChatRequest
from pollinations.signatures.file import FileSignatureStore

TURNS = 500
LENGTH = 1000
"""Characters of a message."""

ROUNDS = 50
PUTS = 100_000


def call_id(number: int) -> str:
    """An identifier as models make them."""
    return f"call_{number:04x}A1b2C3d4E5f6"


def conversation() -> bytes:
    """A body of a thousand messages and a million characters: a call and its result, over again."""
    chance = random.Random(7)

    def text() -> str:
        return "".join(chance.choices("etaoinshrdlu \n", k=LENGTH))

    messages: list[dict[str, Any]] = []
    for n in range(TURNS):
        function = {"name": "bash", "arguments": "{}"}
        calls = [{"id": call_id(n), "type": "function", "function": function}]
        messages.append({"role": "tool", "tool_call_id": call_id(max(0, n - 1)), "content": text()})
        messages.append({"role": "assistant", "content": text(), "tool_calls": calls})
    return orjson.dumps({"messages": messages})


def done(coroutine: Any) -> Any:
    """What a coroutine returns that waits for nothing."""
    return Deferred.fromCoroutine(coroutine).result


def best(body: bytes, work: Callable[[ChatRequest], Any]) -> float:
    """The least CPU milliseconds that *work* took for a request that was just parsed."""
    times = []
    for _ in range(ROUNDS):
        request = ChatRequest(orjson.loads(body))
        start = time.process_time()
        work(request)
        times.append(time.process_time() - start)
    return min(times) * 1000


def main() -> None:
    """Print the figures."""
    body, clock = conversation(), Clock()
    path = Path(tempfile.mkdtemp()) / "signatures.json"
    store = FileSignatureStore(path, clock, maybeDeferred)
    done(store.put({signature_key(call_id(n), ""): "x" * 800 for n in range(TURNS)}))
    clock.advance(1)

    def remember(request: ChatRequest) -> None:
        kept = done(store.get(keys_of(request)))
        assert len(signatures_for(request.messages, kept)) == TURNS

    rows = {
        "parse and write the body": lambda r: orjson.dumps(orjson.loads(body)),
        "the keys of a request": keys_of,
        "with those of version 3": lambda r: keys_of(r, imported=True),
        "keys, store and signatures": remember,
    }
    for name, work in rows.items():
        print(f"{name:30} {best(body, work):8.2f} ms")
    for _ in range(2):
        start = time.process_time()
        for n in range(PUTS):
            done(store.put({signature_key(call_id(n), ""): "x" * 800}))
        spent = time.process_time() - start
        print(f"{'one put, of ' + str(PUTS):30} {spent / PUTS * 1e6:8.2f} us")


if __name__ == "__main__":
    main()
