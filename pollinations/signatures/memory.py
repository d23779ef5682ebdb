"""The store that forgets everything when the process ends."""

from collections.abc import Collection, Mapping

import attrs
from zope.interface import implementer

from ..interfaces import ISignatureStore
from .entries import BYTES_LIMIT, LIMIT, Entries


@implementer(ISignatureStore)
@attrs.define(eq=False, slots=False)
class MemorySignatureStore:
    """
    Remembers in memory; the least recently used entry goes.

    :param limit: the most entries.
    :param bytes_limit: the most bytes of all keys and values.
    """

    limit: int = LIMIT
    bytes_limit: int = BYTES_LIMIT
    _entries: Entries = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._entries = Entries(self.limit, self.bytes_limit)

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self._entries)

    async def get(self, keys: Collection[str]) -> Mapping[str, str]:
        """See :class:`pollinations.interfaces.ISignatureStore`."""
        return self._entries.get(keys)

    async def put(self, entries: Mapping[str, str]) -> None:
        """See :class:`pollinations.interfaces.ISignatureStore`."""
        self._entries.put(entries)

    async def close(self) -> None:
        """Nothing is left to be done."""
