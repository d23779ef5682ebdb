"""
Which request is being served, so that every line that is logged meanwhile says so.

Coroutines carry this along by themselves; what the network or a clock calls later is brought back
by :func:`in_request`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

import attrs

from ..routing.record import Record


@attrs.define(eq=False)
class Served:
    """
    A request that is being served.

    :param id: its identifier.
    :param universe: where it went, once that is known.
    :param trace_id: the trace that it is a part of, if somebody follows it.
    :param asking: whether there will be a record of it.
    :param record: what became of it, once that is known.
    :param settled: is called when that is so.
    """

    id: str
    universe: str = ""
    trace_id: str = ""
    asking: bool = False
    record: Record | None = attrs.field(default=None, init=False)
    settled: Callable[[], None] | None = attrs.field(default=None, init=False, repr=False)

    def settle(self, record: Record) -> None:
        """This has become of it."""
        self.record = record
        if self.settled is not None:
            self.settled()


_CURRENT: ContextVar[Served | None] = ContextVar("pollinations.served", default=None)


def current() -> Served | None:
    """The request that is being served here."""
    return _CURRENT.get()


enter, leave = _CURRENT.set, _CURRENT.reset
"""The same as :func:`serving`, for where each call counts: what *enter* gives is for *leave*."""


@contextmanager
def serving(served: Served) -> Iterator[None]:
    """What is called meanwhile, or begun, serves this request."""
    token = _CURRENT.set(served)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def served(id: str) -> Served:
    """The request that is being served here; from now on the one called *id*, if there is none."""
    found = _CURRENT.get()
    if found is None:
        found = Served(id)
        _CURRENT.set(found)
    return found


def in_request(method: Callable[..., Any]) -> Callable[..., Any]:
    """Let a method serve the request that its object has in its attribute ``served``."""

    @wraps(method)
    def within(self: Any, *arguments: Any) -> Any:
        token = _CURRENT.set(self.served)
        try:
            return method(self, *arguments)
        finally:
            _CURRENT.reset(token)

    return within
