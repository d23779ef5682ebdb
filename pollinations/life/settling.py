"""What is there once a proxy runs stays there: the garbage collector need not look at it again."""

import gc
from typing import Any


def settle(reactor: Any) -> None:
    """
    Leave what was loaded to start out of all collections to come, once *reactor* runs.

    Each full collection would go through eighty thousand objects of modules that never go, and
    hold up all streams for as long. How often there is one is left as it is: rarer ones let the
    memory of large requests grow.
    """
    reactor.callWhenRunning(_freeze)


def _freeze() -> None:
    gc.collect()
    gc.freeze()
