"""
How much may still be spent, from what the account pages say.

The service has had two worlds. In the older one a tier grants an allowance that is whole again
every day, and the balance includes what is left of it. In the newer one there are two wallets, and
nothing ends. They are told apart by what the answers hold.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import attrs

FORBIDDEN: Final = object()
"""In place of a page that the key may not see."""

LIMITS: Final[Mapping[str, float]] = {"spore": 1.0, "seed": 3.0, "flower": 10.0, "nectar": 20.0}
"""The allowance of each tier, in pollen a day."""

UNKNOWN_LIMIT: Final = 1.0
"""The allowance of a tier that is not listed."""

NOTHING: Final = 0.001
"""The most pollen that buys nothing."""

STALE: Final = 300.0
"""Seconds after which what was seen no longer counts."""


@attrs.frozen
class Quota:
    """
    What an account may still spend. All amounts are in pollen.

    :param known: whether the numbers can be relied on.
    :param grant: what is left of what costs nothing (a tier's allowance, or Quest Pollen).
    :param limit: the whole allowance of a period; 0 in a world without periods.
    :param wallet: what is left of what was paid for.
    :param split: whether *grant* and *wallet* are told apart; when not, *wallet* is the total.
    :param limited: the key may chat and not look at the account.
    :param tier: the tier's name, or empty in a world without tiers.
    :param resets: when the period ends, in seconds since the epoch, or ``None``.
    :param seen: when this was looked at, in seconds since the epoch.
    """

    known: bool = False
    grant: float = 0.0
    limit: float = 0.0
    wallet: float = 0.0
    split: bool = True
    limited: bool = False
    tier: str = ""
    resets: float | None = None
    seen: float = 0.0


def quota_from(profile: Any, balance: Any, usage: Any, now: float) -> Quota:
    """
    What the account pages say.

    Each page is its parsed JSON, :data:`FORBIDDEN`, or ``None`` when it was not to be had. Pages
    that make no sense are as good as none: the result is never a guess, and never not a number.

    :param profile: ``/account/profile``.
    :param balance: ``/account/balance``.
    :param usage: ``/account/usage``.
    :param now: seconds since the epoch.
    """
    if balance is FORBIDDEN:
        return Quota(limited=True, seen=now)
    try:
        return _read(profile, balance, usage, now)
    except (ValueError, ArithmeticError):
        return Quota(seen=now)


def aged(quota: Quota, now: float) -> Quota:
    """*quota* as it counts at *now*: unknown when it is too old, or later than *now* can be."""
    if not (quota.known or quota.limited) or abs(now - quota.seen) <= STALE:
        return quota
    return attrs.evolve(quota, known=False, limited=False)


def _read(profile: Any, balance: Any, usage: Any, now: float) -> Quota:
    """:raises ValueError: the pages make no sense."""
    wallets = _object(balance).get("accountBalance")
    if wallets is not None:
        return _wallets(_object(wallets), now)
    total = pollen(balance.get("balance"))
    if profile is FORBIDDEN:
        return _undivided(total, now)
    tier = _object(profile).get("tier")
    if not isinstance(tier, str) or not tier or usage is FORBIDDEN:
        return _undivided(total, now)
    return _tiers(tier, _last_reset(profile.get("nextResetAt"), now), total, usage, now)


def _wallets(wallets: Mapping[str, Any], now: float) -> Quota:
    grant, paid = pollen(wallets.get("tier")), pollen(wallets.get("paid"))
    return Quota(True, grant=round4(grant), wallet=round4(paid), seen=now)


def _undivided(total: float, now: float) -> Quota:
    return Quota(True, wallet=round4(total), split=False, seen=now)


def _tiers(tier: str, since: datetime, total: float, usage: Any, now: float) -> Quota:
    limit = LIMITS.get(tier, UNKNOWN_LIMIT)
    grant = round4(max(0.0, limit - _used(usage, since)))
    wallet = round4(max(0.0, total - grant))
    resets = (since + timedelta(days=1)).timestamp()
    return Quota(True, grant, limit, wallet, tier=tier, resets=resets, seen=now)


def _used(usage: Any, since: datetime) -> float:
    """What was taken out of the allowance since *since*."""
    entries = _object(usage).get("usage")
    if not isinstance(entries, list):
        raise ValueError("the usage is not a list")
    granted = (entry for entry in map(_object, entries) if entry.get("meter_source") == "tier")
    return math.fsum(
        pollen(entry.get("cost_usd"))
        for entry in granted
        if moment(entry.get("timestamp")) >= since
    )


def _last_reset(next_reset: Any, now: float) -> datetime:
    """The most recent moment at the time of day of *next_reset*; its date does not count."""
    asked, today = moment(next_reset), datetime.fromtimestamp(now, UTC)
    reset = today.replace(hour=asked.hour, minute=asked.minute, second=asked.second, microsecond=0)
    return reset if reset <= today else reset - timedelta(days=1)


def moment(value: Any) -> datetime:
    """
    A moment, from ISO 8601 or ``YYYY-MM-DD HH:MM:SS``; without a zone it is UTC.

    :raises ValueError: it is none.
    """
    if not isinstance(value, str):
        raise ValueError("not a time")
    time = datetime.fromisoformat(value.strip())
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def pollen(value: Any) -> float:
    """
    An amount; a debt, which the service lets happen, is nothing left to spend.

    :raises ValueError: it is not a finite number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not an amount")
    return max(0.0, float(value))


def round4(amount: float) -> float:
    """*amount* to four decimals, as ``toFixed(4)`` has it."""
    return float(fixed(amount, 4))


def fixed(amount: float, digits: int) -> str:
    """*amount* with so many decimals; halves go up, as in JavaScript's ``toFixed``."""
    return str(Decimal(amount).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
