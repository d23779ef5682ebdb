"""Numbers and moments as people read them. Nothing here is ever ``NaN`` or infinite."""

import math
from datetime import UTC, datetime
from typing import Final

from ..routing.quota import fixed

FULL: Final = "█"
EMPTY: Final = "░"
BLOCKS: Final = 10

UNKNOWN: Final = "–"
"""In place of what is not known."""

_MOST: Final = 10**15
_MILLION: Final = 1_000_000


def share(part: float, whole: float) -> float:
    """How much of *whole* a *part* is, from 0 to 1."""
    return min(1.0, max(0.0, part / whole)) if whole > 0 else 0.0


def bar(share: float) -> str:
    """*share* of one, in ten blocks; halves go up."""
    full = math.floor(BLOCKS * share + 0.5)
    return FULL * full + EMPTY * (BLOCKS - full)


def percent(share: float) -> int:
    """*share* of one, in whole percent; halves go up."""
    return math.floor(100 * share + 0.5)


def count(number: int) -> str:
    """A number of tokens: ``340``, ``1.5K``, ``1.50M``."""
    if number > _MOST:
        return f">{count(_MOST)}"
    if number < 1000:
        return str(number)
    # What would be rounded up to a thousand thousands is a million.
    if number < 999_950:
        return f"{fixed(number / 1000, 1)}K"
    return f"{fixed(number / _MILLION, 2)}M"


def size(number: int | None) -> str:
    """The same, for round numbers: ``128K``, ``1.05M``."""
    if number is None:
        return UNKNOWN
    text = count(number)
    return _trimmed(text[:-1]) + text[-1] if text[-1] in "KM" else text


def amount(pollen: float) -> str:
    """An amount of pollen, with as many decimals as it takes to see it."""
    if pollen >= 0.1 or pollen <= 0:
        return fixed(pollen, 2)
    return fixed(pollen, 4) if pollen >= 0.0001 else "<0.0001"


def per_million(price: float | None) -> float | None:
    """
    The price of a million tokens.

    :param price: of one token, in pollen; ``None`` when nobody says.
    """
    if price is None or price * _MILLION > _MOST:
        return None
    return float(fixed(price * _MILLION, 6))


def price(pollen: float | None) -> str:
    """A price: ``0.15``, ``12``."""
    if pollen is None:
        return UNKNOWN
    return "<0.0001" if 0 < pollen < 0.0001 else _trimmed(fixed(pollen, 4))


def seconds(number: float) -> str:
    """A length of time: ``4 ms``, ``0.42 s``, ``12.3 s``, ``2m 5s``."""
    if number < 0.1:
        return f"{max(0, round(1000 * number))} ms"
    if number < 60:
        return f"{fixed(number, 2 if number < 10 else 1)} s"
    return f"{int(number) // 60}m {int(number) % 60}s"


def until(seconds: float) -> str:
    """The time left: ``6h 1m``; there is more room than in the line of the dashboard."""
    minutes = max(0, int(seconds)) // 60
    return f"{minutes // 60}h {minutes % 60}m"


def age(seconds: float) -> str:
    """How long ago something was: ``40 s``, ``12 min``, ``3 h``."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 7200 else f"{whole // 3600} h"


def iso(moment: float | None) -> str | None:
    """A moment for programs, as ISO 8601 in UTC."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def clock(moment: float, pattern: str = "%H:%M") -> str:
    """The time of day of a moment, where this runs."""
    return datetime.fromtimestamp(moment).strftime(pattern)


def _trimmed(number: str) -> str:
    """*number* without zeros at its end that say nothing."""
    return number.rstrip("0").rstrip(".") if "." in number else number
