"""A signature store as a part of a service: what it does at the start and at the end."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import attrs
from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from ..interfaces import ISignatureStore
from ..quiet import quiet
from .imported import import_v3


@implementer(ISignatureStore)
@attrs.define(eq=False, slots=False)
class SignatureService(Service):
    """
    A store that takes over what version 3 remembered when it starts, and is closed when it stops.

    :param store: any signature store. If it has a coroutine method ``close``, that is awaited when
        the service stops.
    :param v3: the file of version 3, which need not be there; ``None`` to take over nothing.
    :param uri: what the store was opened as, where it may become another one.
    """

    store: ISignatureStore
    v3: Path | None = None
    _uri: str = attrs.field(default="", repr=False)
    imported: bool = attrs.field(default=False, init=False)
    """Whether the store may hold entries of version 3, so that it is worth asking for them."""

    _closing: Deferred[None] = attrs.field(factory=lambda: succeed(None), init=False, repr=False)
    _importing: Deferred[None] = attrs.field(factory=lambda: succeed(None), init=False, repr=False)
    _log = Logger()

    def startService(self) -> None:
        """Look for what version 3 has left; nobody waits for it."""
        super().startService()
        self._importing = Deferred.fromCoroutine(self._import())
        self._importing.addErrback(self._not_imported)

    def stopService(self) -> Deferred[None]:
        """Let the store write what it has not written yet."""
        super().stopService()
        self._importing.cancel()
        return self._close()

    def follow(self, uri: str, opened: Callable[[str], ISignatureStore]) -> None:
        """
        Remember where *uri* says from now on, if that is another place. What was remembered stays
        where it is. A place that cannot be opened is named in the log, and changes nothing.

        :param opened: opens a store.
        """
        if uri == self._uri:
            return
        self._uri = uri
        try:
            new = opened(uri)
        except (ValueError, OSError) as e:
            self._log.warn("signatures stay where they were kept: {error}", error=e)
            return
        self._close()
        self.store = new

    @property
    def size(self) -> int | None:
        """How many entries the store has in memory, if it says so."""
        return getattr(self.store, "size", None)

    async def get(self, keys: Collection[str]) -> Mapping[str, str]:
        """See :class:`pollinations.interfaces.ISignatureStore`."""
        return await self.store.get(keys)

    async def put(self, entries: Mapping[str, str]) -> None:
        """See :class:`pollinations.interfaces.ISignatureStore`."""
        await self.store.put(entries)

    async def _import(self) -> None:
        if self.v3 is not None:
            self.imported = await import_v3(self.store, self.v3)

    def _not_imported(self, failure: Failure) -> None:
        if not failure.check(CancelledError):
            self._log.failure("nothing was imported", quiet(failure))

    def _close(self) -> Deferred[None]:
        """Close the store, after those that were closed before."""
        close: Any = getattr(self.store, "close", None)
        if close is not None:
            self._closing.addCallback(lambda _: Deferred.fromCoroutine(close()))
            self._closing.addErrback(self._not_closed)
        return self._closing

    def _not_closed(self, failure: Failure) -> None:
        self._log.failure("a store of signatures was not closed well", quiet(failure))
