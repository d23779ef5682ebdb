"""
What deciding where a request goes costs.

    python benchmarks/routing.py

Microseconds of CPU time, best of 20 rounds, with a catalogue of 300 models in each universe, and as
a measure the parsing of a small request in the same rounds.
"""

import time
from collections.abc import Callable
from typing import Any

import orjson

from pollinations.chat.request import ChatRequest
from pollinations.routing.catalogue import Catalogue, Model
from pollinations.routing.quota import Quota
from pollinations.routing.route import ENTER, FREE
from pollinations.routing.router import TierRouter
from pollinations.routing.situation import Situation

ROUNDS, TIMES = 20, 2000
BODY = orjson.dumps(
    {"model": "enter/alias-299", "messages": [{"role": "user", "content": "hi"}], "stream": True}
)


def best(work: Callable[[], Any]) -> float:
    """The least microseconds that *work* took."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(TIMES):
            work()
        rounds.append((time.process_time() - began) / TIMES)
    return 1e6 * min(rounds)


def main() -> None:
    """Print the figures."""
    models = tuple(Model(f"publisher/model-{n}", (f"alias-{n}",), tools=True) for n in range(300))
    catalogue = Catalogue({FREE: models, ENTER: models})
    router, request = TierRouter(), ChatRequest.from_json(BODY)
    print(f"{'parsing and checking a request':34} {best(lambda: ChatRequest.from_json(BODY)):6.2f}")
    for name, quota in (
        ("as asked", Quota(known=True, grant=10, limit=10, wallet=50, tier="flower")),
        ("falling back, the quota is low", Quota(known=True, grant=0, limit=10, wallet=0)),
    ):
        situation = Situation(catalogue=catalogue, quota=quota, has_key=True)
        print(f"{name:34} {best(lambda: router.route(request, situation)):6.2f}")  # noqa: B023


if __name__ == "__main__":
    main()
