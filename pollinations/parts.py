"""The parts of a proxy, and how they are connected. Nothing is decided here."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import attrs
from twisted.application.service import IService

from .commands.control import Control
from .commands.runner import Commands
from .interfaces import ISignatureStore
from .life.drained import DrainedService
from .life.hangup import Hangup
from .life.supervisor import SupervisedService, Supervisor
from .routing.announcements import Announcements
from .routing.notification import Notifications
from .routing.route import ENTER, FREE
from .settings.keys import Key
from .settings.watch import FileWatch
from .signatures.service import SignatureService
from .signatures.uri import open_store
from .start import Start
from .tracing.service import TracingService
from .upstream.accounts import Accounts, accounts_at
from .upstream.agent import ClientService, NetworkClient, network_client
from .upstream.catalogue import CatalogueService
from .upstream.chat import Upstream
from .upstream.exchange import Exchange
from .upstream.outlook import Outlook
from .upstream.quota import QuotaService
from .web.access import AccessLog
from .web.api import OpenAIResource
from .web.door import Door, said
from .web.gauges import watch_settings
from .web.guard import Guard
from .web.notifications import NotificationFeed
from .web.request import BoundedSite
from .web.token import Token
from .workers.company import Alone, Among

FREE_CHAT = "/openai/chat/completions"
ENTER_CHAT = "/v1/chat/completions"


@attrs.define(eq=False, slots=False)
class Parts:
    """
    The parts of one proxy, each made when the first of the others needs it.

    :param before: what else it needs, and is started first.
    :param loads: read again what is known only there.
    :param company: those that it serves with.
    """

    start: Start
    reactor: Any
    now: Callable[[], float]
    latest: Callable[[], Key | None] = attrs.field(repr=False)
    supervisor: Supervisor
    tracing: TracingService
    before: Sequence[IService] = ()
    loads: Sequence[Callable[[], None]] = ()
    lists: Path | None = None
    v3: Path | None = None
    company: Alone | Among = attrs.field(
        default=attrs.Factory(lambda self: Alone(self.reactor), takes_self=True)
    )

    def service(self) -> IService:
        """All of them, in the order in which they start; they stop in the other."""
        self._connect()
        start, file, reactor, door = self.start, self.start.file, self.reactor, self.door
        loads = (file.load, *self.loads, self.token.load, self.catalogue.refresh)
        told = SupervisedService(self.supervisor, reactor, reactor, lambda: door.where)
        whole = DrainedService(
            door, self.api, lambda: file.settings.listener.drain, reactor, told.stopping
        )
        parts = (
            *self.before,
            ClientService(self.client),
            self.company.ending(whole.hurry, loads, self.api.metrics.snapshot),
            Hangup(reactor, [told.reloading, *loads, told.ready]),
            self.tracing,
            FileWatch(file.paths, file.load, reactor),
            FileWatch([self.token.path], self.token.load, reactor),
            FileWatch([start.home.proxy], door.remain, reactor),
            self.catalogue,
            self.quota,
            self.store,
            self.feed,
            door,
            told,
        )
        for part in parts:
            part.setServiceParent(whole)
        return whole

    def _connect(self) -> None:
        """Tell each part of what it follows."""
        start, file, company, quota = self.start, self.start.file, self.company, self.quota
        file.observers.append(lambda _: self.store.follow(start.signatures, self._store))
        announcements = Announcements(self.notifications, self.outlook.situation, self.now)
        self.exchange.observers.extend([announcements.over, self.tracing.observe])
        quota.observers.extend([self.outlook.cooldowns.looked, announcements.looked])
        company.share(file, self.exchange)
        company.share_looks(quota, self._account)
        file.trouble_observers.append(announcements.troubled)
        watch_settings(self.api.metrics, file)

    def key(self) -> str | None:
        """The key in force, if there is one."""
        found = self.latest()
        return None if found is None else found.value

    def _account(self) -> object:
        """What tells the account in force from others."""
        return self.start.enter_url, self.key()

    def _store(self, uri: str) -> ISignatureStore:
        return open_store(uri, self.reactor, self.start.home.path)

    @cached_property
    def client(self) -> NetworkClient:
        return network_client(self.reactor, lambda: self.start.file.settings.timeouts.connect)

    @cached_property
    def catalogue(self) -> CatalogueService:
        start = self.start
        return CatalogueService(
            self.client,
            lambda: start.free_url,
            lambda: start.enter_url,
            self.key,
            self.lists,
            self.reactor,
            lambda: start.file.settings.user_agent,
        )

    @cached_property
    def accounts(self) -> Accounts:
        start, file = self.start, self.start.file
        account = accounts_at(
            lambda: start.enter_url, self.client, lambda: file.settings, self.reactor, self.now
        )
        return Accounts(account, self.key, self.latest)

    @cached_property
    def quota(self) -> QuotaService:
        return QuotaService(
            self.accounts,
            self.reactor,
            self.now,
            self._account,
            lambda: self.company.interval(self.start.refresh),
        )

    @cached_property
    def outlook(self) -> Outlook:
        return Outlook(
            self.reactor,
            lambda: self.start.file.settings,
            lambda: self.catalogue.latest,
            self.key,
            self.quota,
            self.company.cooldowns(),
            self.catalogue.settled,
        )

    @cached_property
    def store(self) -> SignatureService:
        uri = self.start.signatures
        return SignatureService(self._store(uri), self.v3, uri)

    @cached_property
    def exchange(self) -> Exchange:
        start, reactor, store = self.start, self.reactor, self.store
        upstreams = {
            FREE: Upstream(self.client, lambda: start.free_url + FREE_CHAT, reactor),
            ENTER: Upstream(self.client, lambda: start.enter_url + ENTER_CHAT, reactor, self.key),
        }
        return Exchange(
            reactor,
            upstreams,
            signatures=self.company.signatures(store, lambda: start.signatures),
            outlook=self.outlook,
            lanes={FREE: self.company.lane(FREE)},
            imported=lambda: store.imported,
            trace=self.tracing.begin,
        )

    @cached_property
    def notifications(self) -> Notifications:
        return self.company.notifications(lambda: self.start.file.settings.gui, self.now)

    @cached_property
    def feed(self) -> NotificationFeed:
        return NotificationFeed(self.notifications, self.reactor)

    @cached_property
    def control(self) -> Control:
        return Control(
            self.start.file,
            self.outlook,
            self.accounts,
            self.latest,
            self.now,
            self.exchange.records,
            self.notifications,
            keeps_keys=not self.start.demo,
        )

    @cached_property
    def api(self) -> OpenAIResource:
        file, accounts = self.start.file, self.accounts
        return OpenAIResource(
            self.exchange,
            self.reactor,
            (lambda key: accounts.connect(key, file)) if self.control.keeps_keys else None,
            feed=self.feed,
            commands=Commands(self.control),
            gathered=self.company.figures,
        )

    @cached_property
    def token(self) -> Token:
        return Token(self.start.home.token)

    @cached_property
    def door(self) -> Door:
        start, api, token = self.start, self.api, self.token

        def bounds() -> Any:
            return start.file.settings.listener

        log = AccessLog(observers=[api.metrics.served])
        guard = Guard(cast(Any, api.app.resource()), bounds, lambda: token.latest, log)
        site = BoundedSite(guard, bounds, reactor=self.reactor)
        site.observers.append(api.metrics.served)
        api.metrics.watch("connections", lambda: {(): site.connections})
        guarded = token.latest is not None
        endpoints, seen = self.company.endpoints(start.listen), self.company.seen
        return Door(self.reactor, endpoints, site, start.home, guarded, self.now, said, seen)
