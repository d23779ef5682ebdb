"""The quota on one line, as it is shown after a request."""

import math
from collections.abc import Mapping
from typing import Final

from ..settings.schema import Mode
from .quota import Quota, fixed

EMOJI: Final[Mapping[str, str]] = {"spore": "🦠", "seed": "🌱", "flower": "🌸", "nectar": "🍯"}
"""The tiers' signs."""

UNKNOWN_EMOJI: Final = "❓"
"""The sign of a tier that is not listed."""


def dashboard(quota: Quota, mode: Mode, now: float) -> str:
    """
    One line: what is left, and the mode.

    :param now: seconds since the epoch.
    """
    return " | ".join((*_parts(quota, now), f"⚙️ {mode.upper()}"))


def emoji(tier: str) -> str:
    """The sign of *tier*."""
    return EMOJI.get(tier, UNKNOWN_EMOJI)


def percent(quota: Quota) -> int:
    """How much of the period's allowance is left, in whole percent; halves go up."""
    return math.floor(100 * quota.grant / quota.limit + 0.5) if quota.limit else 0


def until(moment: float, now: float) -> str:
    """The time left until *moment*, as ``6h1m``."""
    minutes = max(0, int(moment - now)) // 60
    return f"{minutes // 60}h{minutes % 60}m"


def _parts(quota: Quota, now: float) -> tuple[str, ...]:
    if quota.limited:
        return ("🔒 Limited key: its account cannot be seen",)
    if not quota.known:
        return ("⚠️ Quota unknown",)
    wallet = fixed(quota.wallet, 2)
    if not quota.split:
        return (f"💎 Balance: ${wallet} (grant and wallet together)",)
    if not quota.limit:
        return (f"🎁 Quest: {fixed(quota.grant, 2)}", f"💎 Wallet: ${wallet}")
    tier = f"{emoji(quota.tier)} Tier: {fixed(quota.grant, 2)}/{quota.limit:g} ({percent(quota)}%)"
    reset = () if quota.resets is None else (f"⏰ Reset: {until(quota.resets, now)}",)
    return (tier, f"💎 Wallet: ${wallet}", *reset)
