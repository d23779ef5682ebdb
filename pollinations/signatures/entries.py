"""What a store holds in memory, within bounds, and how what two processes hold is merged."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping

import attrs

LIMIT = 1000
"""The most entries that a store keeps."""

BYTES_LIMIT = 8 * 1024 * 1024
"""The most bytes that the keys and the values of a store have together."""


@attrs.define(eq=False)
class Entries:
    """
    A mapping within bounds; the entry that has gone unused for the longest time makes room.

    :param limit: the most entries.
    :param bytes_limit: the most bytes of all keys and values. What is larger by itself is not kept.
    """

    _limit: int = LIMIT
    _bytes_limit: int = BYTES_LIMIT
    _kept: OrderedDict[str, str] = attrs.field(factory=OrderedDict, init=False, repr=False)
    _bytes: int = attrs.field(default=0, init=False)

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, keys: Iterable[str]) -> dict[str, str]:
        """What is kept under *keys*, which counts as a use of it."""
        found = {key: self._kept[key] for key in keys if key in self._kept}
        for key in found:
            self._kept.move_to_end(key)
        return found

    def put(self, entries: Mapping[str, str]) -> None:
        """Keep *entries*, the last of them as the one used last."""
        for key, value in entries.items():
            self._drop(key)
            size = _size(key, value)
            if size is not None and size <= self._bytes_limit:
                self._kept[key] = value
                self._bytes += size
        while len(self._kept) > self._limit or self._bytes > self._bytes_limit:
            self._drop(next(iter(self._kept)))

    def all(self) -> dict[str, str]:
        """A copy of everything, the least recently used first."""
        return dict(self._kept)

    def replace(self, entries: Mapping[str, str]) -> None:
        """Keep *entries*, the least recently used first, and nothing else."""
        self._kept.clear()
        self._bytes = 0
        self.put(entries)

    def _drop(self, key: str) -> None:
        if (value := self._kept.pop(key, None)) is not None:
            self._bytes -= _size(key, value) or 0


def merged(
    ours: Mapping[str, str],
    theirs: Mapping[str, str],
    used: Collection[str],
    new: Mapping[str, str],
) -> dict[str, str]:
    """
    What two processes know, the least recently used first.

    :param ours: all that we hold.
    :param theirs: all that another process has left for us. What of ours it lacks is older.
    :param used: keys that we have used since.
    :param new: what we have learned since.
    """
    together = OrderedDict((key, value) for key, value in ours.items() if key not in theirs)
    together.update(theirs)
    for key in used:
        if key in together:
            together.move_to_end(key)
    for key, value in new.items():
        together[key] = value
        together.move_to_end(key)
    return dict(together)


def _size(key: str, value: str) -> int | None:
    """Bytes in UTF-8; ``None`` for what has none, half a surrogate pair."""
    try:
        return sum(len(t) if t.isascii() else len(t.encode()) for t in (key, value))
    except UnicodeEncodeError:
        return None
