"""Those that a proxy serves with: nobody, or the other workers."""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import attrs
from twisted.application.service import IService
from twisted.internet.interfaces import IStreamServerEndpoint

from ..interfaces import ISignatureStore
from ..life.termination import Termination
from ..metrics.snapshot import Family, Figures
from ..routing.cooldown import Cooldowns
from ..routing.notification import Notifications
from ..routing.quota import Quota
from ..settings.file import SettingsFile
from ..settings.schema import Gui
from ..upstream.exchange import Exchange
from ..upstream.lane import Lane, Queue
from ..upstream.quota import QuotaService
from .endpoints import endpoint_of
from .lanes import DistantLane
from .link import Link
from .post import Post
from .shared import SharedCooldowns, SharedNotifications, SharedSignatures
from .values import quota_of, record_of, told
from .worker import WorkerService

LATER = 0.25
"""By what part of the time between two looks at the account each worker looks later than the one
before it: as long as that one lives, it looks for all."""


@attrs.frozen
class Alone:
    """
    Makes those parts of a proxy that depend on whether it is the only process: here it is.

    :param reactor: what they run on.
    """

    _reactor: Any
    seen: Final = True
    """Whether other programs find this process, and not its parent."""

    def endpoints(self, listen: Sequence[str]) -> Sequence[IStreamServerEndpoint]:
        """Where to listen, which endpoint strings say."""
        return [endpoint_of(self._reactor, each) for each in listen]

    def cooldowns(self) -> Cooldowns:
        """Who is left alone for a while."""
        return Cooldowns()

    def notifications(self, gui: Callable[[], Gui], now: Callable[[], float]) -> Notifications:
        """What a person should see."""
        return Notifications(gui, now)

    def lane(self, universe: str) -> Queue:
        """The queue for a universe that serves one request at a time."""
        return Lane(self._reactor)

    def signatures(self, store: ISignatureStore, uri: Callable[[], str]) -> ISignatureStore:
        """
        What is remembered.

        :param store: what this process keeps.
        :param uri: gives where that is.
        """
        return store

    def interval(self, seconds: float) -> float:
        """How often this process looks at the account, where *seconds* were wanted."""
        return seconds

    def share(self, file: SettingsFile, exchange: Exchange) -> None:
        """Let all know what is set, and what became of requests."""

    def share_looks(self, quota: QuotaService, key: Callable[[], object]) -> None:
        """Let a look at the account be one for all."""

    async def figures(self, own: Figures) -> Sequence[Family]:
        """What was counted."""
        return own()

    def ending(
        self, hurry: Callable[[], None], loads: Sequence[Callable[[], None]], own: Figures
    ) -> IService:
        """
        What stops the process when it is time.

        :param hurry: is for those who do not want to wait.
        :param loads: read files again each.
        :param own: gives what was counted.
        """
        return Termination(self._reactor, hurry)


@attrs.define(eq=False)
class Among:
    """
    The same for one worker of several.

    :param link: leads to the others.
    :param post: this one's place.
    """

    _reactor: Any
    _link: Link
    _post: Post
    seen: Final = False
    _told: bool = attrs.field(default=False, init=False)
    """Whether what is seen now was seen by another worker."""

    def endpoints(self, listen: Sequence[str]) -> Sequence[IStreamServerEndpoint]:
        """See :meth:`Alone.endpoints`."""
        return self._post.endpoints(self._reactor, listen)

    def cooldowns(self) -> Cooldowns:
        """See :meth:`Alone.cooldowns`."""
        return SharedCooldowns(self._link, self._reactor.seconds)

    def notifications(self, gui: Callable[[], Gui], now: Callable[[], float]) -> Notifications:
        """See :meth:`Alone.notifications`."""
        return SharedNotifications(self._link, now)

    def lane(self, universe: str) -> Queue:
        """See :meth:`Alone.lane`."""
        return DistantLane(self._link, universe)

    def signatures(self, store: ISignatureStore, uri: Callable[[], str]) -> ISignatureStore:
        """See :meth:`Alone.signatures`."""
        return SharedSignatures(self._link, store, lambda: not uri().startswith("redis"))

    def interval(self, seconds: float) -> float:
        """See :meth:`Alone.interval`."""
        return seconds * (1 + LATER * self._post.rank)

    def share(self, file: SettingsFile, exchange: Exchange) -> None:
        """See :meth:`Alone.share`."""
        tell, topics = self._link.tell, self._link.topics
        file.observers.append(lambda _: tell("settings"))
        topics["settings"] = lambda _: file.load()
        exchange.observers.append(lambda record: tell("record", told(record)))
        topics["record"] = lambda said: exchange.records.add(record_of(said))

    def share_looks(self, quota: QuotaService, key: Callable[[], object]) -> None:
        """See :meth:`Alone.share_looks`."""
        quota.observers.append(partial(self._looked, key))
        self._link.topics["quota"] = partial(self._saw, quota, key)

    async def figures(self, own: Figures) -> Sequence[Family]:
        """See :meth:`Alone.figures`."""
        answers = await self._link.ask("figures")
        return [Family.from_json(each) for each in answers] or own()

    def ending(
        self, hurry: Callable[[], None], loads: Sequence[Callable[[], None]], own: Figures
    ) -> IService:
        """See :meth:`Alone.ending`."""

        def counted() -> Any:
            return [each.to_json() for each in own()]

        async def asked(_: object) -> Any:
            return counted()

        self._link.questions["figures"] = asked
        last = partial(self._link.tell, "figures")
        return WorkerService(self._reactor, self._link, hurry, loads, lambda: last(counted()))

    def _looked(self, key: Callable[[], object], quota: Quota) -> None:
        if not self._told:
            self._link.tell("quota", {"key": _digest(key()), "quota": told(quota)})

    def _saw(self, service: QuotaService, key: Callable[[], object], said: Any) -> None:
        if said["key"] != _digest(key()):
            return
        self._told = True
        try:
            service.seen(quota_of(said["quota"]))
        finally:
            self._told = False


def company_of(post: Post | None, reactor: Any) -> Alone | Among:
    """Whom a process in this place serves with."""
    return Alone(reactor) if post is None else Among(reactor, Link(reactor), post)


def _digest(key: object) -> str:
    """Tells one key from another without holding it."""
    return hashlib.sha256(repr(key).encode()).hexdigest()
