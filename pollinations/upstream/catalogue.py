"""Keeps the catalogue up to date, so that no request ever waits for it."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredList, TimeoutError
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from ..routing.catalogue import Catalogue, Model, parse_list
from ..routing.last_resort import LAST_RESORT
from ..routing.route import ENTER, FREE
from ..waiters import Waiters
from .agent import Client
from .disk_copy import DiskCopy
from .whole import Unavailable, get_json

INTERVAL = 3600.0
"""Seconds between two readings of a list."""

SOONER = 60.0
"""Seconds until a list that failed is tried again."""

TICK = 1.0
"""Seconds between looks at whether a list is due, or the key or the upstream another."""

PATIENCE = 15.0
"""Seconds that a list may take."""

FIRST = 1.5
"""The most seconds that anybody waits for the first lists of all."""

LIMIT = 8 * 1024 * 1024
"""The most bytes that a list may have."""


@attrs.define(eq=False)
class _List:
    """
    One universe's list.

    :param url: gives its address.
    :param key: gives the key to read it with, or ``None`` to read it without.
    :param due: when to read it next, by the service's clock.
    :param asked_with: the address and the key that it was last read with.
    :param trouble: why it could not be read, the last time; empty when it could.
    """

    universe: str
    url: Callable[[], str]
    key: Callable[[], str | None] = attrs.field(repr=False)
    due: float = 0.0
    asked_with: tuple[str, str | None] | None = attrs.field(default=None, repr=False)
    trouble: str = ""


@attrs.define(eq=False, slots=False)
class CatalogueService(Service):
    """
    Reads the lists of both universes at the start, hourly, and when the key or the upstream is
    another.

    A list that cannot be read leaves the last good one, at first the one on disk, else a small one
    that comes with the package.

    :param client: a treq client.
    :param free_url: gives the free upstream's base at this moment, which is never sent a key.
    :param enter_url: gives the enter upstream's base.
    :param key: gives the key at this moment, or ``None``.
    :param path: where the lists are kept between runs, or ``None`` to keep them nowhere.
    :param clock: times the readings.
    :param user_agent: gives what upstreams are told that we are.
    :param in_thread: calls a function that waits for the disk.
    """

    _client: Client
    _free_url: Callable[[], str]
    _enter_url: Callable[[], str]
    _key: Callable[[], str | None] = attrs.field(repr=False)
    _path: Path | None
    _clock: IReactorTime
    _user_agent: Callable[[], str]
    _in_thread: Callable[..., Awaitable[Any]] = deferToThread

    latest: Catalogue = attrs.field(default=LAST_RESORT, init=False)
    """The models that are known at this moment."""

    _read: Catalogue = attrs.field(factory=Catalogue, init=False)
    _lists: tuple[_List, ...] = attrs.field(init=False)
    _loop: LoopingCall = attrs.field(init=False)
    _looping: Deferred[Any] = attrs.field(init=False)
    _reading: Deferred[Any] | None = attrs.field(default=None, init=False)
    _copy: DiskCopy = attrs.field(init=False)
    _looked: bool = attrs.field(default=False, init=False)
    _waiting: Waiters = attrs.field(factory=Waiters, init=False)

    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._copy = DiskCopy(self._path, self._in_thread)
        self._lists = (
            _List(FREE, lambda: f"{self._free_url().rstrip('/')}/models", lambda: None),
            _List(ENTER, lambda: f"{self._enter_url().rstrip('/')}/text/models", self._key),
        )

    def startService(self) -> None:
        """Take what is on disk, and begin to read."""
        super().startService()
        self._take(self._copy.load())
        self._looked = bool(self._read.models)
        for each in self._lists:
            each.due = self._clock.seconds()
        self._loop = LoopingCall(self._look)
        self._loop.clock = self._clock
        self._looping = self._loop.start(TICK)

    def stopService(self) -> "Deferred[Any]":
        """Read no more, give up what is being read, and finish what is being written."""
        super().stopService()
        self._loop.stop()
        if self._reading is not None:
            self._reading.cancel()
        return self._looping

    def refresh(self) -> None:
        """Read the lists anew, soon."""
        for each in self._lists:
            each.due = self._clock.seconds()

    async def settled(self, patience: float = FIRST) -> None:
        """
        Wait for the first lists if there are none yet, not even on disk.

        :param patience: the most seconds to wait.
        """
        if self._looked:
            return
        with suppress(TimeoutError):
            await self._waiting.one().addTimeout(patience, self._clock)

    async def _look(self) -> None:
        """Read what is due, all at once. While that lasts, the loop does not call again."""
        due = [each for each in self._lists if self._is_due(each)]
        if not due:
            return
        before = self._read
        self._reading = DeferredList([Deferred.fromCoroutine(self._refresh(each)) for each in due])
        await self._reading
        self._reading = None
        self._looked = True
        self._waiting.tell()
        if self._read is not before:
            await self._copy.keep(self._read)

    def _is_due(self, each: _List) -> bool:
        return self._clock.seconds() >= each.due or _asking(each) != each.asked_with

    async def _refresh(self, each: _List) -> None:
        """Read a list. No exception leaves this: it would end the loop."""
        each.asked_with = _asking(each)
        each.due = self._clock.seconds() + SOONER
        try:
            models = await self._ask(*each.asked_with)
        except Exception as e:
            # What was given up by stopping is no news.
            if self.running:
                self._say(each, _reason(e))
            return
        each.due = self._clock.seconds() + INTERVAL
        self._take(self._read.but(each.universe, models))
        self._say(each, "")

    async def _ask(self, url: str, key: str | None) -> tuple[Model, ...]:
        """:raises Unavailable: there is no list."""
        status, page = await get_json(
            self._client,
            url,
            key,
            self._clock,
            timeout=PATIENCE,
            limit=LIMIT,
            user_agent=self._user_agent(),
        )
        if status != 200:
            raise Unavailable(f"status {status}")
        try:
            return parse_list(page)
        except ValueError as e:
            raise Unavailable(str(e)) from None

    def _take(self, read: Catalogue) -> None:
        self._read, self.latest = read, read.over(LAST_RESORT)

    def _say(self, each: _List, trouble: str) -> None:
        """Log what has changed about a list, and nothing twice."""
        before, each.trouble = each.trouble, trouble
        if trouble and trouble != before:
            self._log.warn(
                "no list of {universe} models ({trouble}); the last one stays",
                universe=each.universe,
                trouble=trouble,
            )
        elif before and not trouble:
            self._log.info("the list of {universe} models is back", universe=each.universe)


def _asking(each: _List) -> tuple[str, str | None]:
    """The address and the key that count at the moment."""
    return each.url(), each.key()


def _reason(error: Exception) -> str:
    """Why a list could not be read, in words that hold nothing of the reply."""
    return str(error) if isinstance(error, Unavailable) else type(error).__name__
