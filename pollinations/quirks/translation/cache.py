"""What was translated lately: a client sends the same tools with every request."""

from collections.abc import Hashable
from typing import Any

import attrs


@attrs.define(eq=False)
class Cache:
    """
    Results by what they were made of; the least recently used goes.

    :param entries: how many to keep.
    :param size: how many bytes of JSON to keep, keys and results together. A result that would
        take an eighth of it alone is not kept.
    """

    _entries: int
    _size: int
    _kept: dict[Hashable, tuple[Any, int]] = attrs.field(factory=dict, init=False)
    _held: int = attrs.field(default=0, init=False)

    def get(self, key: Hashable) -> Any:
        """What is kept under *key*, or ``None``."""
        if (found := self._kept.pop(key, None)) is None:
            return None
        self._kept[key] = found  # Now the last to go.
        return found[0]

    def put(self, key: Hashable, value: Any, size: int) -> None:
        """
        Keep *value*.

        :param size: the bytes of *key* and *value*.
        """
        if size > self._size // 8 or key in self._kept:
            return
        self._kept[key] = value, size
        self._held += size
        while self._held > self._size or len(self._kept) > self._entries:
            self._held -= self._kept.pop(next(iter(self._kept)))[1]
