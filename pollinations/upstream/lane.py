"""The queue for an upstream that serves one request at a time, as the free universe does."""

import math
from collections import deque
from typing import Final, Protocol

import attrs
from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from ..errors import UpstreamFailed
from ..routing.failure import LANE_FULL

PLACES: Final = 16
"""How many may wait."""

FIRST_DISTANCE: Final = 3.0
"""Seconds to keep after a "queue full" that does not say how long; each further one doubles it."""

LONGEST_DISTANCE: Final = 30.0
"""The most seconds that these add up to."""

LONGEST_ASKED: Final = 300.0
"""The most seconds, when the upstream says how long."""

PATIENCE: Final = 120.0
"""The most seconds that anybody waits; clients give up soon after."""

_FIRST_GUESS: Final = 10.0


class Queue(Protocol):
    """What requests wait in for their turn; see :class:`Lane`."""

    @property
    def waiting(self) -> int:
        """How many of this process wait."""

    async def enter(self, again: bool = False) -> None:
        """Wait for one's turn."""

    def leave(self, wait: float | None = None, busy: bool = False) -> None:
        """Make room for the next."""


@attrs.define(eq=False, slots=False)
class Lane:
    """
    Lets one at a time through, first come, first served.

    Whoever has entered must leave, however it went. Nothing is waited for between two requests as
    long as the upstream answers; when it says that it is busy, the next keeps a distance.

    :param clock: measures the distance.
    :param places: how many may wait; the next one is told to come back later.
    """

    _clock: IReactorTime
    _places: int = PLACES
    _waiting: deque[Deferred[None]] = attrs.field(factory=deque, init=False)
    _taken: bool = attrs.field(default=False, init=False)
    _advancing: bool = attrs.field(default=False, init=False)
    _entered: float = attrs.field(default=0.0, init=False)
    _usual: float = attrs.field(default=_FIRST_GUESS, init=False)
    _distance: float = attrs.field(default=0.0, init=False)
    _opening: IDelayedCall | None = attrs.field(default=None, init=False)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    async def enter(self, again: bool = False) -> None:
        """
        Wait for one's turn. Being cancelled gives up the place.

        :param again: this request has been through and was told to come back: it goes first.
        :raises UpstreamFailed: 429, there is no place left, or it would take or has taken too long;
            says when to come back.
        """
        if not again and (self.waiting >= self._places or self._closed > PATIENCE):
            raise self._full()
        turn: Deferred[None] = Deferred(self._waiting.remove)
        if again:
            self._waiting.appendleft(turn)
        else:
            self._waiting.append(turn)
        self._advance()
        turn.addTimeout(PATIENCE, self._clock)
        try:
            await turn
        except TimeoutError:
            raise self._full() from None

    def leave(self, wait: float | None = None, busy: bool = False) -> None:
        """
        Make room for the next.

        :param wait: seconds that the upstream asked us to stay away for.
        :param busy: it said that it is busy, perhaps without saying for how long.
        """
        if not busy and wait is None:
            self._distance = 0.0
            self._usual = 0.7 * self._usual + 0.3 * (self._clock.seconds() - self._entered)
        else:
            self._keep_away(wait)
        self._taken = False
        self._advance()

    def _keep_away(self, wait: float | None) -> None:
        self._distance = min(max(2 * self._distance, FIRST_DISTANCE), LONGEST_DISTANCE)
        seconds = min(wait, LONGEST_ASKED) if wait else self._distance
        self._opening = self._clock.callLater(seconds, self._open)

    def _open(self) -> None:
        self._opening = None
        self._advance()

    def _advance(self) -> None:
        # Whoever goes may leave before this returns: a loop, where calls would pile up.
        if self._advancing:
            return
        self._advancing = True
        while self._waiting and not self._taken and self._opening is None:
            self._taken = True
            self._entered = self._clock.seconds()
            self._waiting.popleft().callback(None)
        self._advancing = False

    @property
    def _closed(self) -> float:
        """Seconds for which the upstream asked to be left alone."""
        return self._opening.getTime() - self._clock.seconds() if self._opening else 0.0

    def _full(self) -> UpstreamFailed:
        estimate = math.ceil(max(1.0, self._closed + self._usual * (self.waiting + 1)))
        return lane_full(float(estimate))


def lane_full(seconds: float) -> UpstreamFailed:
    """What somebody is told for whom there is no place: to come back after *seconds*."""
    return UpstreamFailed(
        "connect",
        429,
        "Too many requests wait for the free models, which answer one at a time.",
        LANE_FULL,
        retry_after=seconds,
    )
