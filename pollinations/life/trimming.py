"""Memory that large requests have taken goes back to the system when they are over."""

import ctypes
import gc
from collections.abc import Callable
from typing import Any

from twisted.internet.task import LoopingCall

EVERY = 30.0
"""Seconds between two times; one takes about ten milliseconds."""


def of_glibc() -> Callable[[int], int] | None:
    """What returns the free memory of the process, where its C library is one that keeps it."""
    trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim


def trim_often(reactor: Any, trim: Callable[[int], int] | None) -> None:
    """
    Return what is free, again and again, once *reactor* runs.

    The GNU library keeps what was freed, for the next time, the more of it the larger the pieces
    were: after one large answer a process would look as if it needed as much for ever. And objects
    that hold each other wait for a collection, which comes only as others are made: after a busy
    hour, never.

    :param trim: returns all that is free but for so many bytes; ``None``: nothing is kept here.
    """
    if trim is not None:
        again = LoopingCall(_trim, trim)
        again.clock = reactor
        reactor.callWhenRunning(again.start, EVERY, now=False)


def _trim(trim: Callable[[int], int]) -> None:
    gc.collect()
    trim(0)
