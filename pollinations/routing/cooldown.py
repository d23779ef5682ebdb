"""
Who is left alone for a while after a failure, and who may try whether it is over.

Times are seconds of whatever clock the caller has, the same one every time. Should that clock jump
back, what is cooling down is over; should it jump forward, that is over early. Nothing here waits,
and nobody is left alone without end: for as long as a cooldown and its probe, or an hour when held.
"""

import math
from collections.abc import Mapping
from typing import Final

import attrs

from .quota import NOTHING, Quota

ModelKey = tuple[str, str]
"""A universe and a model: see :attr:`pollinations.routing.route.Route.key`."""

FIRST: Final = 5.0
"""Seconds after a first failure; each further one makes it twice as long."""

LONGEST: Final = 60.0
"""The most seconds that failures alone add up to."""

LONGEST_ASKED: Final = 300.0
"""The most seconds, when an upstream says how long."""

LONGEST_HELD: Final = 3600.0
"""The most seconds to wait for a look at the account, in case nobody looks."""

PROBE: Final = 120.0
"""Seconds after which a probe that nobody has heard of is given up, and another may go."""

FORGOTTEN: Final = 300.0
"""Seconds after its end when a cooldown no longer counts towards the next one's length."""

LIMIT: Final = 1000
"""The most models that are remembered; the one that failed first goes."""


@attrs.define
class _Cooling:
    """
    :param since: when this began.
    :param length: for how many seconds it lasts.
    :param step: the length that failures alone have led to.
    :param held: whether it lasts until the account has been looked at, or for an hour.
    :param probed: when a probe set out, or ``None``.
    """

    since: float
    length: float
    step: float
    held: bool = False
    probed: float | None = None

    def left(self, now: float) -> float:
        """Seconds until it may be asked by anyone; 0: now; infinite: after a look."""
        if now < self.since:
            return 0.0
        if self.held and now < self.since + LONGEST_HELD:
            return math.inf
        left = self.since + self.length - now
        if left <= 0 and self.probed is not None and self.probed <= now:
            left = self.probed + PROBE - now
        return max(0.0, left)


@attrs.define(eq=False)
class Cooldowns:
    """
    The models that are left alone, and since when.

    Whoever asks a model says so with :meth:`asked`, and afterwards how it went with exactly one of
    :meth:`failed`, :meth:`succeeded` and :meth:`abandoned`. In this way the first request after a
    cooldown is the probe, and the others go round until it has come back.
    """

    _cooling: dict[ModelKey, _Cooling] = attrs.field(factory=dict, init=False)

    def failed(
        self, key: ModelKey, now: float, retry_after: float | None = None, held: bool = False
    ) -> None:
        """
        *key* failed, for a reason that was not the request's own.

        Requests that were under way together and fail together count as one failure.

        :param retry_after: seconds that the upstream asked for.
        :param held: it wants pollen: wait for a look at the account.
        """
        old = self._cooling.pop(key, None)
        if old is not None and not 0 <= now - old.since <= old.length + FORGOTTEN:
            old = None
        step = _step(old, now)
        length = step if retry_after is None else min(max(retry_after, FIRST), LONGEST_ASKED)
        if old is not None:
            length = max(length, old.since + old.length - now)
        self._cooling[key] = _Cooling(now, length, step, held)
        if len(self._cooling) > LIMIT:
            del self._cooling[next(iter(self._cooling))]

    def succeeded(self, key: ModelKey) -> None:
        """*key* answers, even if it is to say that a request is wrong."""
        self._cooling.pop(key, None)

    def asked(self, key: ModelKey, now: float) -> None:
        """*key* is asked now: when its cooldown is over, this is the probe."""
        cooling = self._cooling.get(key)
        if cooling is not None and cooling.left(now) == 0:
            cooling.probed = now

    def abandoned(self, key: ModelKey) -> None:
        """Whoever asked *key* left before it was known how it went: another may probe."""
        cooling = self._cooling.get(key)
        if cooling is not None:
            cooling.probed = None

    def looked(self, quota: Quota) -> None:
        """
        The account was looked at: who was held may be tried again when there is something to spend.

        A look that cannot say holds nobody either: then it is the upstream that knows.
        """
        empty = quota.known and not quota.limited and quota.grant + quota.wallet <= NOTHING
        if not empty:
            for cooling in self._cooling.values():
                cooling.held = False

    def view(self, now: float) -> Mapping[ModelKey, float]:
        """Who must not be asked at this moment, and for how many seconds more."""
        if not self._cooling:
            return {}
        left = ((key, cooling.left(now)) for key, cooling in self._cooling.items())
        return {key: seconds for key, seconds in left if seconds > 0}

    def clear(self) -> int:
        """Forget everything, and say how many models were cooling or might have been."""
        count = len(self._cooling)
        self._cooling.clear()
        return count


def _step(old: _Cooling | None, now: float) -> float:
    """The length that a failure at *now* leads to, after an *old* one that still counts."""
    if old is None:
        return FIRST
    if old.left(now) > 0 and old.probed is None:
        return old.step
    return min(2 * old.step, LONGEST)
