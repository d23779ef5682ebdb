"""Durations, measured by a clock that nobody sets."""

from collections.abc import Callable
from time import monotonic
from typing import Any


def steady(reactor: Any, clock: Callable[[], float] = monotonic) -> None:
    """
    Let *reactor* wait by *clock*.

    Twisted waits by the time of day. When that is set back by an hour, nothing that was to be done
    later is done for an hour, no limit of time included; when it is set forward, or a machine that
    slept corrects it, all limits are reached at once and live answers are given up. Calls that wait
    already keep the time that they have left.

    :param clock: gives seconds since any moment, and never fewer than before.
    """
    before = reactor.seconds
    waiting = [(call, call.getTime() - before()) for call in reactor.getDelayedCalls()]
    reactor.seconds = clock
    for call, left in waiting:
        call.seconds = clock
        call.reset(max(0.0, left))
