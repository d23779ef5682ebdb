"""Stops a proxy in order: the door first, then who is inside, then everything else."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from twisted.application.service import MultiService
from twisted.internet.defer import CancelledError, Deferred, TimeoutError
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from ..quiet import quiet

COURTESY = 2.0
"""Seconds that clients have to take the last words of answers that were ended."""

HASTE = 0.5
"""The same, where somebody does not want to wait."""


class Entrance(Protocol):
    """Where clients come in."""

    def close(self) -> "Deferred[None]":
        """Let nobody in any more. Fires when all have left; may be cancelled."""

    def turn_away(self) -> None:
        """Wait no longer for requests of which only a part has come."""


class Answering(Protocol):
    """What answers them."""

    async def drain(self, seconds: float) -> None:
        """Wait for live answers, and end those that are left after *seconds*."""


class DrainedService(MultiService):
    """
    A proxy whose parts go on until the answers that they are needed for have ended.

    :param entrance: is closed first.
    :param answering: has the limit's time to come to its end.
    :param limit: gives that, in seconds.
    :param clock: measures it.
    :param begun: is told that it has begun, with the most seconds that it takes.
    """

    _log = Logger()

    def __init__(
        self,
        entrance: Entrance,
        answering: Answering,
        limit: Callable[[], float],
        clock: IReactorTime,
        begun: Callable[[float], None] = lambda _: None,
    ) -> None:
        super().__init__()
        self._entrance, self._answering = entrance, answering
        self._limit, self._clock, self._begun = limit, clock, begun
        self._left: Deferred[None] | None = None

    def stopService(self) -> "Deferred[Any]":
        """Stop the parts when all clients have left, or have had their time."""
        drained = Deferred.fromCoroutine(self._drained())
        drained.addErrback(lambda failure: self._log.failure("not drained", quiet(failure)))
        stop = super().stopService
        return drained.addCallback(lambda _: stop())

    def hurry(self) -> None:
        """Wait no longer."""
        if self._left is not None:
            self._entrance.turn_away()
            Deferred.fromCoroutine(self._answering.drain(0))
            self._clock.callLater(HASTE, self._go)

    def _go(self) -> None:
        """Wait for nobody any more."""
        assert self._left is not None
        self._left.cancel()

    async def _drained(self) -> None:
        limit = self._limit()
        end = self._clock.seconds() + limit
        self._left = self._entrance.close()
        self._begun(limit + COURTESY)
        await self._answering.drain(limit)
        with suppress(CancelledError):
            # A request that was on its way when the door was closed is answered like any other.
            await self._all_left(end - self._clock.seconds())
            self._entrance.turn_away()
            await self._answering.drain(0)
            self._left = self._entrance.close()
            await self._all_left(COURTESY)

    async def _all_left(self, seconds: float) -> None:
        """:raises CancelledError: nobody wants to wait for that any more."""
        assert self._left is not None
        with suppress(TimeoutError):
            await self._left.addTimeout(max(seconds, 0), self._clock)
