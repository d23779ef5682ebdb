"""
An account of the imitation: what it holds, what it spent, and the pages that tell.

The pages are functions of the account, in the two shapes that the service has had: tiers that are
filled up each midnight (``january``), and two wallets (``today``).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import attrs

Shape = Literal["today", "january"]
Source = Literal["tier", "pack"]

DAY = 86400

TIERS: Mapping[str, float] = {"spore": 1.0, "seed": 3.0, "flower": 10.0, "nectar": 20.0}
"""Pollen a day, by tier."""

DEMO_KEY = "sk_demo"
"""A key that may do everything."""

LIMITED_KEY = "sk_limited"
"""A key that may chat and not look at the account."""


@attrs.frozen
class Key:
    """
    What a key may do.

    :param limited: it may not look at the account.
    :param models: the names it may use; ``None`` for all.
    :param budget: pollen it may spend; ``None`` for all there is.
    :param quest_only: it never spends what was paid for.
    """

    limited: bool = False
    models: tuple[str, ...] | None = None
    budget: float | None = None
    quest_only: bool = False


@attrs.frozen
class Spent:
    """One answer that was paid."""

    when: float
    key: str
    model: str
    source: Source
    tokens: tuple[int, int]
    cost: float


@attrs.define(eq=False)
class Account:
    """
    What an account holds, in pollen.

    :param grant: what cost nothing: the tier's allowance that is left, or Quest Pollen.
    :param paid: what was bought.
    :param tier: counts in the shape of January only.
    :param keys: key to what it may do. Others are unknown.
    :param least: what an answer costs at least, so that the small questions of a demonstration
        are seen in the balance.
    """

    grant: float = 1.0
    paid: float = 5.0
    tier: str = "seed"
    keys: Mapping[str, Key] = attrs.field(
        factory=lambda: {DEMO_KEY: Key(), LIMITED_KEY: Key(limited=True)}, repr=False
    )
    least: float = 0.001
    spent: list[Spent] = attrs.field(factory=list)
    _day: int | None = attrs.field(default=None, init=False)

    @property
    def limit(self) -> float:
        """The tier's allowance of a day."""
        return TIERS.get(self.tier, 1.0)

    def refill(self, now: float) -> None:
        """Fill the grant up when a midnight has passed since the last look."""
        today = int(now // DAY)
        if self._day is not None and today > self._day:
            self.grant = self.limit
        self._day = today

    def source(self, key: str, cost: float, paid_only: bool) -> Source | None:
        """What would pay *cost*: the grant if it covers all of it, else the wallet, or nothing."""
        if not paid_only and self.grant >= cost:
            return "tier"
        if self.keys[key].quest_only or self.paid < cost:
            return None
        return "pack"

    def spend(self, spent: Spent) -> None:
        """Take what an answer cost; what pays it may end slightly below zero."""
        if spent.source == "tier":
            self.grant -= spent.cost
        else:
            self.paid -= spent.cost
        self.spent.append(spent)

    def left(self, key: str) -> float | None:
        """What is left of a key's budget; ``None`` when it has none."""
        budget = self.keys[key].budget
        if budget is None:
            return None
        return budget - sum(spent.cost for spent in self.spent if spent.key == key)


def profile(account: Account, shape: Shape, now: float) -> Any:
    """``/account/profile``."""
    person = {"name": "Demo", "email": "demo@example.org", "githubUsername": "demo", "image": None}
    if shape == "today":
        return {**person, "communityEndpointsAllowed": False}
    return {
        **person,
        "tier": account.tier,
        "createdAt": _iso(0),
        "nextResetAt": _iso(_last_reset(now) + DAY),
    }


def balance(account: Account, key: str, shape: Shape) -> Any:
    """``/account/balance``."""
    total = account.grant + account.paid
    if shape == "january":
        return {"balance": total, "tierBalance": account.grant, "packBalance": account.paid}
    left = account.left(key)
    wallets = {"total": total, "tier": account.grant, "paid": account.paid}
    return {"balance": total if left is None else left, "accountBalance": wallets}


def usage(account: Account, shape: Shape, now: float, key: str | None = None) -> Any:
    """``/account/usage``, newest first; of one *key*, ``/account/key/usage``."""
    mine = [spent for spent in account.spent if key in (None, spent.key)]
    if shape == "january" and key is None:
        mine = [*_before(account, now), *mine]
    entries = [_entry(spent) for spent in reversed(mine)]
    return {"usage": entries, "count": len(entries)}


def key_page(account: Account, key: str) -> Any:
    """``/account/key``."""
    may = account.keys[key]
    scopes = [] if may.limited else ["profile", "balance", "usage"]
    return {
        "valid": True,
        "type": "secret",
        "name": "limited" if may.limited else "demo",
        "expiresAt": None,
        "expiresIn": None,
        "permissions": {"models": may.models, "account": scopes},
        "pollenBudget": account.left(key),
        "rateLimitEnabled": False,
    }


def _before(account: Account, now: float) -> Sequence[Spent]:
    """What must have been spent since the last reset before the imitation began to count."""
    since = _last_reset(now)
    counted = sum(s.cost for s in account.spent if s.source == "tier" and s.when >= since)
    missing = account.limit - account.grant - counted
    if missing < 1e-9:
        return []
    return [Spent(since, "", "openai", "tier", (0, 0), missing)]


def _entry(spent: Spent) -> Any:
    prompt, completion = spent.tokens
    return {
        "timestamp": datetime.fromtimestamp(spent.when, UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "type": "generate.text",
        "model": spent.model,
        "api_key": "demo",
        "api_key_type": "secret",
        "meter_source": spent.source,
        "input_text_tokens": prompt,
        "input_cached_tokens": 0,
        "output_text_tokens": completion,
        "output_reasoning_tokens": 0,
        "cost_usd": spent.cost,
        "response_time_ms": 400,
    }


def _last_reset(now: float) -> float:
    return now // DAY * DAY


def _iso(when: float) -> str:
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
