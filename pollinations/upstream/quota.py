"""Keeps looking at what may still be spent, so that hardly any request has to wait for it."""

import math
from collections.abc import Callable
from typing import Any, Final

import attrs
from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred, TimeoutError
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from ..interfaces import IQuotaProvider
from ..quiet import quiet
from ..routing.quota import Quota, aged
from ..waiters import Waiters

INTERVAL: Final = 30.0
"""Seconds between two looks."""

TICK: Final = 1.0
"""Seconds between looks at whether a look is due, or the key another."""

PATIENCE: Final = 2.0
"""The most seconds that a request waits for a first look."""


_NOBODY: Final = object()


@attrs.define(eq=False, slots=False)
class QuotaService(Service):
    """
    Looks at the account every so often, and remembers what it saw.

    What was seen belongs to the key that it was seen with: another key starts afresh. A look that
    fails leaves what was seen before, which counts until it is too old.

    :param provider: does the looking, within a limit of time of its own.
    :param clock: times the looks.
    :param now: gives the time of day, in seconds since the epoch.
    :param key: gives the key at this moment, or whatever else an account is known by.
    :param interval: gives the seconds between two looks.
    """

    _provider: IQuotaProvider
    _clock: IReactorTime
    _now: Callable[[], float]
    _key: Callable[[], object] = attrs.field(default=lambda: None, repr=False)
    _interval: Callable[[], float] = attrs.field(default=lambda: INTERVAL)

    observers: list[Callable[[Quota], None]] = attrs.field(factory=list, init=False)
    """Who is told what each look saw, whether it could see anything or not."""

    _last: Quota = attrs.field(factory=Quota, init=False)
    _looked_with: object = attrs.field(default=_NOBODY, init=False, repr=False)
    _look: "Deferred[None] | None" = attrs.field(default=None, init=False)
    _waiting: Waiters = attrs.field(factory=Waiters, init=False)
    _began: float = attrs.field(default=-math.inf, init=False)
    _loop: LoopingCall = attrs.field(init=False)
    _looping: "Deferred[Any]" = attrs.field(init=False)

    _log = Logger()

    def startService(self) -> None:
        """Begin to look."""
        super().startService()
        self._loop = LoopingCall(self._refresh_if_due)
        self._loop.clock = self._clock
        self._looping = self._loop.start(TICK)

    def stopService(self) -> "Deferred[Any]":
        """Look no more, and give up a look that is under way."""
        super().stopService()
        self._loop.stop()
        if self._look is not None:
            self._look.cancel()
        return self._looping

    @property
    def latest(self) -> Quota:
        """What may be spent, as far as it is known at this moment, without waiting."""
        return aged(self._last, self._now()) if self._current else Quota()

    async def refresh(self) -> Quota:
        """Look now, or wait for the look that is under way; what came of it. Never fails."""
        waiting = self._look_over()
        await waiting
        return self.latest

    async def settled(self, patience: float = PATIENCE) -> Quota:
        """
        What may be spent; waits for the very first look with this key, and for no other.

        :param patience: the most seconds to wait.
        """
        if not self._current:
            waiting = self._look_over().addTimeout(patience, self._clock)
            try:
                await waiting
            except TimeoutError:
                self._log.info("the first look at the account takes long, nobody waits for it")
        return self.latest

    def seen(self, quota: Quota) -> None:
        """Somebody else has just looked at this same account; the next look is due later."""
        self._began = self._clock.seconds()
        self._take(quota, self._key())

    @property
    def _current(self) -> bool:
        """Whether there has been a look with the key that is in force."""
        return self._looked_with == self._key()

    async def _refresh_if_due(self) -> None:
        if self._clock.seconds() - self._began >= self._interval() or not self._current:
            self._began = self._clock.seconds()
            await self.refresh()

    def _look_over(self) -> "Deferred[None]":
        """Fires when a look is over: that which is under way, else one that begins now."""
        over = self._waiting.one()
        if self._look is None:
            self._look = look = Deferred.fromCoroutine(self._looks())
            look.addBoth(self._done)
        return over

    def _done(self, result: object) -> None:
        if isinstance(result, Failure) and not result.check(CancelledError):
            self._log.failure("cannot take what was seen of the account", quiet(result))
        self._look = None
        self._waiting.tell()

    async def _looks(self) -> None:
        """Look, and once more if the key has changed meanwhile."""
        key = _NOBODY
        while key != self._key():
            key = self._key()
            quota = await self._looked()
        self._take(quota, key)

    async def _looked(self) -> Quota:
        # An exception that left here would end the loop.
        try:
            return await self._provider.quota()
        except CancelledError:
            raise
        except Exception:
            self._log.failure("cannot look at the account", quiet())
            return Quota(seen=self._now())

    def _take(self, quota: Quota, key: object) -> None:
        if quota.known or quota.limited or key != self._looked_with:
            self._last = quota
        self._looked_with = key
        self._log.debug(
            "the account: known {known}, limited {limited}, grant {grant}, wallet {wallet}",
            known=quota.known,
            limited=quota.limited,
            grant=quota.grant,
            wallet=quota.wallet,
        )
        for observer in self.observers:
            observer(quota)
