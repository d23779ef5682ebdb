"""
What was computed of texts that come again with every turn of a conversation, without the texts.

Only a hash of each text stays in memory, the one that Python makes with a secret of the process:
no prompt outlives its request, and a text of any length costs the same.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import attrs

LIMIT = 4096
"""The most results that are kept, some hundred bytes each; the oldest goes."""

_T = TypeVar("_T")


@attrs.define(eq=False)
class Digests(Generic[_T]):
    """
    A function of texts whose latest results are kept.

    :param compute: gives the result, which is small and never ``None``.
    :param limit: the most results that are kept.
    """

    _compute: Callable[..., _T]
    _limit: int = LIMIT
    _kept: dict[Hashable, _T] = attrs.field(factory=dict, init=False, repr=False)

    def of(self, *texts: str) -> _T:
        """The result for *texts*, computed unless it is kept."""
        known_by = hash(texts), len(texts[-1])
        result = self._kept.get(known_by)
        if result is None:
            result = self._kept[known_by] = self._compute(*texts)
            if len(self._kept) > self._limit:
                del self._kept[next(iter(self._kept))]
        return result
