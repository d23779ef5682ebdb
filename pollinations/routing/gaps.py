"""How long an answer lets its reader wait from one piece to the next, in a few numbers."""

from bisect import bisect_left
from typing import Final

import attrs

BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Seconds up to which the buckets reach, each to its bound and with it; one more has the rest."""


@attrs.define
class Gaps:
    """
    Waits between the pieces of answers, by length.

    :param counts: how many waits each bucket holds, for itself; see :data:`BOUNDS`.
    :param seconds: how long all of them were together.
    """

    counts: list[int] = attrs.field(factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one wait."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def join(self, others: "Gaps") -> None:
        """Count those of *others* as well."""
        self.counts = [a + b for a, b in zip(self.counts, others.counts, strict=True)]
        self.seconds += others.seconds

    def __len__(self) -> int:
        return sum(self.counts)
