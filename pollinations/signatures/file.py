"""
The store that several processes, and the next start, share through a file.

The rule of this file: no request waits for a write, and what cannot be written or read is a line in
the log, not a failure.
"""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from time import time
from typing import Any

import attrs
from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.threads import deferToThread
from twisted.logger import Logger
from zope.interface import implementer

from ..interfaces import ISignatureStore
from ..quiet import quiet
from .document import Change, Document, Stamp, add, load, stamp_of
from .entries import BYTES_LIMIT, LIMIT, Entries, merged

InThread = Callable[..., Deferred[Any]]
"""Calls a function with arguments where it may wait for a disk."""

DELAY = 1.0
"""Seconds for which what was learned is gathered before it is written."""

AGAIN = 30.0
"""Seconds until a write that failed is tried again, whatever is learned meanwhile."""


@implementer(ISignatureStore)
@attrs.define(eq=False, slots=False)
class FileSignatureStore:
    """
    Remembers in memory, and in a file soon after.

    A write that fails is tried again every :data:`AGAIN` seconds, and once more at the end.

    The file is read when something is asked for that is not in memory and the file is not the one
    that was read last. So the first question loads it, and later ones find what another process has
    learned.

    :param path: the file; it and its folder are made when there is something to write.
    :param in_thread: calls a function in a thread, as ``deferToThread`` does.
    :param limit: the most entries, in memory and in the file.
    :param bytes_limit: the most bytes of all keys and values.
    :param delay: seconds for which what was learned is gathered before it is written.
    :param now: tells the time of day, in seconds since the epoch.
    """

    path: Path
    _clock: IReactorTime
    _in_thread: InThread = deferToThread
    limit: int = LIMIT
    bytes_limit: int = BYTES_LIMIT
    _delay: float = DELAY
    _now: Callable[[], float] = time
    _entries: Entries = attrs.field(init=False, repr=False)
    _new: Entries = attrs.field(init=False, repr=False)
    _used: dict[str, None] = attrs.field(factory=dict, init=False, repr=False)
    _stamp: Stamp | None = attrs.field(default=None, init=False)
    _reading: DeferredLock = attrs.field(factory=DeferredLock, init=False)
    _writing: DeferredLock = attrs.field(factory=DeferredLock, init=False)
    _soon: IDelayedCall | None = attrs.field(default=None, init=False)
    _failing: bool = attrs.field(default=False, init=False)
    _closed: bool = attrs.field(default=False, init=False)
    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._entries, self._new = self._empty(), self._empty()

    @property
    def size(self) -> int:
        """How many entries are in memory."""
        return len(self._entries)

    async def get(self, keys: Collection[str]) -> Mapping[str, str]:
        """See :class:`pollinations.interfaces.ISignatureStore`."""
        found = self._entries.get(keys)
        if any(key not in found for key in keys) and self._changed():
            await self._reading.run(self._read)
            found = self._entries.get(keys)
        self._used.update(dict.fromkeys(found))
        return found

    async def put(self, entries: Mapping[str, str]) -> None:
        """See :class:`pollinations.interfaces.ISignatureStore`."""
        self._entries.put(entries)
        self._new.put(entries)
        if self._closed:
            self._write_now()
        else:
            self._write_in(self._delay)

    async def close(self) -> None:
        """Write what has not been written yet; what comes later is written at once."""
        self._closed = True
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        await self._writing.run(self._write)

    def _empty(self) -> Entries:
        return Entries(self.limit, self.bytes_limit)

    def _changed(self) -> bool:
        stamp = stamp_of(self.path)
        return stamp is not None and stamp != self._stamp

    async def _read(self) -> None:
        # Others may have waited for the same.
        if not self._changed():
            return
        seen = stamp_of(self.path)
        try:
            document = await self._in_thread(load, self.path, self._aside())
        except OSError as e:
            # Not again until it is another file.
            self._stamp = seen
            self._log.warn(
                "{path} cannot be read, what it remembers is unknown: {error}",
                path=str(self.path),
                error=e,
            )
        else:
            # What others have written is later than what was used before.
            self._used.clear()
            self._take(document)

    def _write_in(self, seconds: float) -> None:
        """Write then, unless that is arranged already, or there is no later."""
        if self._soon is None and not self._closed:
            self._soon = self._clock.callLater(seconds, self._write_now)

    def _write_now(self) -> None:
        self._soon = None
        written = self._writing.run(self._write)
        written.addErrback(
            lambda f: self._log.failure("cannot write {path}", quiet(f), path=str(self.path))
        )

    async def _write(self) -> None:
        if not len(self._new):
            return
        new, self._new = self._new, self._empty()
        used, self._used = self._used, {}
        change = Change(self._entries.all(), used, new.all())
        try:
            document = await self._in_thread(add, self.path, change, self._empty(), self._aside())
        except OSError as e:
            new.put(self._new.all())
            self._new = new
            self._write_in(AGAIN)
            self._say_failing(e)
        else:
            self._take(document)
            self._say_written()

    def _take(self, document: Document) -> None:
        """Bring what the file holds and what has happened since into memory."""
        self._stamp = document.stamp
        self._entries.replace(
            merged(self._entries.all(), document.entries, self._used, self._new.all())
        )
        if document.set_aside is not None:
            self._log.warn(
                "{path} could not be understood; it is kept as {aside}",
                path=str(self.path),
                aside=str(document.set_aside),
            )

    def _aside(self) -> Path:
        return self.path.with_name(f"{self.path.name}.corrupt-{int(self._now())}")

    def _say_failing(self, error: OSError) -> None:
        if not self._failing:
            self._log.warn(
                "{path} cannot be written, what is learned is kept in memory: {error}",
                path=str(self.path),
                error=error,
            )
        self._failing = True

    def _say_written(self) -> None:
        if self._failing:
            self._log.info("{path} is written again", path=str(self.path))
        self._failing = False
