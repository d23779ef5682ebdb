"""What an account holds, as a program reads it."""

from typing import Any

from ..routing.quota import Quota, round4
from .numbers import iso


def holdings(quota: Quota) -> dict[str, Any]:
    """
    The data of *quota*; ``null`` stands for what is not known, and a number is always one.

    ``world`` says in which of its two worlds the service is: ``tier`` or ``wallet``; it is
    ``undivided`` when all that the key may see is the sum of grant and wallet.
    """
    divided = quota.known and quota.split
    tiers = divided and quota.limit > 0
    return {
        "known": quota.known,
        "limited": quota.limited,
        "world": _world(quota),
        "tier": quota.tier if tiers else None,
        "grant": quota.grant if divided else None,
        "limit": quota.limit if tiers else None,
        "used": used(quota) if tiers else None,
        "wallet": quota.wallet if divided else None,
        "balance": round4(quota.grant + quota.wallet) if quota.known else None,
        "resets": iso(quota.resets) if tiers else None,
        "seen": iso(quota.seen) if quota.known or quota.limited else None,
    }


def used(quota: Quota) -> float:
    """What was taken out of a period's allowance, in pollen."""
    return round4(max(0.0, quota.limit - quota.grant))


def _world(quota: Quota) -> str | None:
    if not quota.known:
        return None
    if not quota.split:
        return "undivided"
    return "tier" if quota.limit else "wallet"
