"""The quota on one line, as it is shown after a request."""

import math
from collections.abc import Iterator, Mapping
from typing import Final

from ..phrase import Language, Phrase
from ..settings.schema import Mode
from .quota import Quota, fixed

EMOJI: Final[Mapping[str, str]] = {"spore": "🦠", "seed": "🌱", "flower": "🌸", "nectar": "🍯"}
"""The tiers' signs."""

UNKNOWN_EMOJI: Final = "❓"
"""The sign of a tier that is not listed."""

_LIMITED = Phrase(
    "🔒 Limited key: its account cannot be seen", "🔒 Clé limitée : son compte n'est pas visible"
)
_UNKNOWN = Phrase("⚠️ Quota unknown", "⚠️ Quota inconnu")
_BALANCE = Phrase(
    "💎 Balance: ${wallet} (grant and wallet together)",
    "💎 Solde : ${wallet} (allocation et portefeuille ensemble)",
)


def dashboard(quota: Quota, mode: Mode, now: float, language: Language = "en") -> str:
    """
    One line: what is left, and the mode.

    :param now: seconds since the epoch.
    """
    return " | ".join((*_parts(quota, now, language), f"⚙️ {mode.upper()}"))


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


def _parts(quota: Quota, now: float, language: Language) -> Iterator[str]:
    wallet = fixed(quota.wallet, 2)
    if quota.limited:
        yield _LIMITED(language)
    elif not quota.known:
        yield _UNKNOWN(language)
    elif not quota.split:
        yield _BALANCE(language, wallet=wallet)
    else:
        yield _tier(quota) if quota.limit else f"🎁 Quest: {fixed(quota.grant, 2)}"
        yield f"💎 Wallet: ${wallet}"
        if quota.limit and quota.resets is not None:
            yield f"⏰ Reset: {until(quota.resets, now)}"


def _tier(quota: Quota) -> str:
    left = f"{fixed(quota.grant, 2)}/{quota.limit:g}"
    return f"{emoji(quota.tier)} Tier: {left} ({percent(quota)}%)"
