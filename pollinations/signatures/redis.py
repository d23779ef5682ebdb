"""
The store that processes on several machines share.

The rule of this file: Redis may be slow or away, and nobody who asks for an answer notices. What it
does not say at once is not known, and what it does not take is given to it later.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

import attrs
from twisted.internet.defer import (
    CancelledError,
    Deferred,
    DeferredLock,
    FirstError,
    TimeoutError,
    gatherResults,
)
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger
from zope.interface import implementer

from ..interfaces import ISignatureStore
from .entries import BYTES_LIMIT, LIMIT, Entries

PREFIX = "pollinations:"
"""What all our keys begin with in Redis."""

EXPIRY = 30 * 24 * 3600
"""Seconds for which Redis keeps an entry. It has no other bound but the server's ``maxmemory``."""

PATIENCE = 0.25
"""Seconds that a request waits for Redis at most."""

SENDING = 1.0
"""Seconds in which Redis must have taken what was learned. Nobody waits but the end."""

RETRY = 1.0
"""Seconds until a Redis that failed is asked again, on nobody's behalf."""


class Connection(Protocol):
    """What is needed of Redis: a few of the methods of txredisapi's connections."""

    def mget(self, keys: Sequence[str]) -> Deferred[Sequence[Any]]:
        """The value of each key, ``None`` for one that there is not."""

    def set(self, key: str, value: str, expire: int) -> Deferred[Any]:
        """Set *key* for *expire* seconds."""

    def ping(self) -> Deferred[Any]:
        """Find out whether it answers; waits for the connection if there is none."""

    def disconnect(self) -> Deferred[Any]:
        """Connect no more, and close what is open."""


@implementer(ISignatureStore)
@attrs.define(eq=False, slots=False)
class RedisSignatureStore:
    """
    Remembers in Redis, and in memory what this process has learned or asked for.

    :param connection: to Redis; connects itself, again and again.
    :param limit: the most entries in memory, and the most that wait for a Redis that is away.
    :param bytes_limit: the same in bytes of all keys and values.
    """

    _connection: Connection
    _clock: IReactorTime
    limit: int = LIMIT
    bytes_limit: int = BYTES_LIMIT
    _entries: Entries = attrs.field(init=False, repr=False)
    _unsent: Entries = attrs.field(init=False, repr=False)
    _sending: DeferredLock = attrs.field(factory=DeferredLock, init=False)
    _returning: Deferred[None] | None = attrs.field(default=None, init=False)
    _closed: bool = attrs.field(default=False, init=False)
    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._entries = Entries(self.limit, self.bytes_limit)
        self._unsent = Entries(self.limit, self.bytes_limit)

    @property
    def size(self) -> int:
        """How many entries are in memory."""
        return len(self._entries)

    async def get(self, keys: Collection[str]) -> Mapping[str, str]:
        """See :class:`pollinations.interfaces.ISignatureStore`."""
        found = self._entries.get(keys)
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing and not self._away:
            try:
                asked = await self._asked(missing)
            except CancelledError:
                raise
            except Exception as e:
                self._lost(e)
            else:
                self._entries.put(asked)
                found |= asked
        return found

    async def put(self, entries: Mapping[str, str]) -> None:
        """See :class:`pollinations.interfaces.ISignatureStore`."""
        self._entries.put(entries)
        self._unsent.put(entries)
        if not self._away:
            self._sending.run(self._send)

    async def close(self) -> None:
        """Give Redis what it has not got yet, if it takes it in time, and let go of it."""
        await self._sending.run(self._send)
        self._closed = True
        if self._returning is not None:
            self._returning.cancel()
        await self._connection.disconnect()

    @property
    def _away(self) -> bool:
        """Whether Redis failed, and has not answered since."""
        return self._returning is not None

    async def _asked(self, keys: Sequence[str]) -> dict[str, str]:
        asked = self._connection.mget([PREFIX + key for key in keys])
        values = await asked.addTimeout(PATIENCE, self._clock)
        pairs = zip(keys, values, strict=True)
        return {key: value for key, value in pairs if isinstance(value, str)}

    async def _send(self) -> None:
        if self._away or not len(self._unsent):
            return
        try:
            await self._give()
        except Exception as e:
            self._lost(e)

    async def _give(self) -> None:
        """Give Redis what waits for it. What it does not take waits on."""
        unsent = self._unsent.all()
        self._unsent.replace({})
        sent = [self._connection.set(PREFIX + k, v, EXPIRY) for k, v in unsent.items()]
        try:
            await gatherResults(sent, consumeErrors=True).addTimeout(SENDING, self._clock)
        except Exception:
            self._unsent.replace({**unsent, **self._unsent.all()})
            raise

    def _lost(self, error: Exception) -> None:
        if self._away or self._closed:
            return
        self._log.warn(
            "Redis does not do its work, what is learned is kept in memory: {error}",
            error=_in_words(error),
        )
        self._returning = Deferred.fromCoroutine(self._return())
        self._returning.addErrback(lambda cancelled: cancelled.trap(CancelledError))

    async def _return(self) -> None:
        """Wait until Redis answers and takes what it has missed."""
        while True:
            await deferLater(self._clock, RETRY)
            if await self._works():
                break
        self._returning = None
        self._log.info("Redis works again")
        await self._sending.run(self._send)

    async def _works(self) -> bool:
        try:
            await self._connection.ping()
            await self._give()
        except CancelledError:
            raise
        except Exception:
            return False
        return True


def _in_words(error: BaseException | None) -> str:
    """What went wrong, for a person."""
    if isinstance(error, FirstError):
        return _in_words(error.subFailure.value)
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    return f"{type(error).__name__} {error}".strip()
