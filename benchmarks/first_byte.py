"""
Whether a request ever waits for the account: the time to the first byte, with account pages that
answer and with ones that hang.

    python benchmarks/first_byte.py [REQUESTS]

Both proxies run side by side before imitations of their own and are asked in turn, one request at a
time, for streams. Shown are medians in milliseconds and the median of the ratios, pair by pair.
With pages that hang nothing is known of the account, so a free model answers for that of ``enter``.
"""

import http.client
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from twisted.internet.defer import Deferred
from twisted.internet.task import react
from twisted.internet.threads import deferToThread

from pollinations.testing import scripts
from pollinations.testing.imitation import Imitation
from pollinations.testing.process import Proxy, in_front

PAGES = ("profile", "balance", "usage")
WARM = 10


def first_byte(proxy: Proxy, model: str) -> float:
    """Milliseconds from a request to the first byte of its answer."""
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    asked = http.client.HTTPConnection(proxy.address)
    began = time.perf_counter()
    headers = {"Content-Type": "application/json"}
    asked.request("POST", "/v1/chat/completions", orjson.dumps(body), headers)
    response = asked.getresponse()
    response.read(1)
    spent = time.perf_counter() - began
    assert response.status == 200
    response.read()
    asked.close()
    return 1000 * spent


def compare(answering: Proxy, hanging: Proxy, requests: int) -> None:
    """Ask both in turn, and say what came of it."""
    for model in ("enter/openai", "free/openai"):
        pairs = [
            (first_byte(answering, model), first_byte(hanging, model))
            for _ in range(WARM + requests)
        ][WARM:]
        answered, hung = (median(one) for one in zip(*pairs, strict=True))
        ratio = median(b / a for a, b in pairs)
        print(f"{model:14} answering {answered:6.2f}  hanging {hung:6.2f}  ratio {ratio:5.2f}")


async def measure(reactor: Any, requests: int) -> None:
    """Start both, and compare them once the first looks are over."""
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            proxies = []
            for name in ("answering", "hanging"):
                imitation = Imitation(reactor, scripts.text("Hel", "lo"))
                if name == "hanging":
                    for page in PAGES:
                        imitation.pages[f"/enter/account/{page}"] = scripts.hanging()
                proxy = in_front(reactor, imitation, Path(folder) / name)
                proxies.append(await stack.enter_async_context(proxy))
            await deferToThread(compare, *proxies, requests)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    react(lambda reactor: Deferred.fromCoroutine(measure(reactor, count)))
