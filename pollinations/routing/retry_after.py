"""How long an upstream asks us to wait."""

import math
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = 86400.0
"""An upstream that asks for more patience than a day, in seconds, is not believed."""


def parse_retry_after(value: str | None, now: float) -> float | None:
    """
    The seconds that a ``Retry-After`` asks for, or ``None`` where it is not to be believed.

    :param value: seconds, or a date (RFC 9110, section 10.2.3).
    :param now: seconds since the epoch.
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _until(value, now)
    return seconds if 0 <= seconds <= LONGEST else None


def _until(date: str, now: float) -> float:
    """Seconds until *date*, 0 when it is over, not a number when it is no date."""
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - now)
    except (ValueError, OverflowError):
        return math.nan
