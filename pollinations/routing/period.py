"""What was paid for in a period, model by model, from the page that lists the requests."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import attrs

from .quota import moment, pollen

LISTED: Final = 1000
"""How many requests the page is asked for. It lists the newest, so older ones may be missing."""

DAY: Final = 86_400.0
"""Seconds of a period."""

_MOST: Final = 1e12
"""More than any request can cost, or have of tokens: what is larger is a mistake."""

_READ: Final = ("text", "cached", "audio", "image")
_WRITTEN: Final = ("text", "reasoning", "audio", "image")


@attrs.frozen
class Spent:
    """
    What a number of requests came to.

    :param requests: how many there were.
    :param cost: what they cost together, in pollen.
    :param granted: the part of it that the grant paid; the wallet paid the rest.
    :param prompt_tokens: what was read, cached tokens included.
    :param completion_tokens: what was written, reasoning included.
    """

    requests: int = 0
    cost: float = 0.0
    granted: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def tokens(self) -> int:
        """All that was read and written."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.requests + other.requests,
            self.cost + other.cost,
            self.granted + other.granted,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )


@attrs.frozen
class Period:
    """
    What was paid for since some moment.

    :param since: that moment, in seconds since the epoch.
    :param models: model to what it came to, the dearest first.
    :param whole: whether the page reaches back to *since*; when not, the sums are too low.
    :param unread: how many requests of the page could not be understood, and are left out.
    """

    since: float
    models: Mapping[str, Spent] = attrs.field(factory=dict)
    whole: bool = True
    unread: int = 0

    @property
    def total(self) -> Spent:
        """What all models together came to."""
        return sum(self.models.values(), Spent())


def period_from(usage: Any, since: float) -> Period:
    """
    What the page says of the time from *since* on.

    :param usage: ``/account/usage``, parsed.
    :param since: seconds since the epoch.
    :raises ValueError: it is not such a page.
    """
    entries = usage.get("usage") if isinstance(usage, dict) else None
    if not isinstance(entries, list):
        raise ValueError("the usage is not a list")
    models: dict[str, Spent] = {}
    whole, unread, begin = len(entries) < LISTED, 0, datetime.fromtimestamp(since, UTC)
    for entry in entries:
        try:
            when, model, spent = _read(entry)
        except (ValueError, ArithmeticError):
            unread += 1
            continue
        if when >= begin:
            models[model] = models.get(model, Spent()) + spent
        else:
            whole = True
    return Period(since, dict(sorted(models.items(), key=_dearest)), whole, unread)


def _dearest(one: tuple[str, Spent]) -> tuple[float, int, str]:
    model, spent = one
    return -spent.cost, -spent.requests, model


def _read(entry: Any) -> tuple[datetime, str, Spent]:
    """
    When a request was, the model, and what it came to.

    :raises ValueError: this is not a request.
    """
    if not isinstance(entry, dict):
        raise ValueError("not an object")
    model, cost = entry.get("model"), pollen(entry.get("cost_usd"))
    if cost > _MOST:
        raise ValueError("not a cost")
    # Today the grant's source is still called by its older name.
    granted = cost if entry.get("meter_source") == "tier" else 0.0
    read = sum(_tokens(entry.get(f"input_{kind}_tokens")) for kind in _READ)
    written = sum(_tokens(entry.get(f"output_{kind}_tokens")) for kind in _WRITTEN)
    spent = Spent(1, cost, granted, read, written)
    return moment(entry.get("timestamp")), model if isinstance(model, str) else "", spent


def _tokens(value: Any) -> int:
    """A number of tokens; the kinds are counted apart, and one that is missing counts nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST:
        return 0
    return int(value)
