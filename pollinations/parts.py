"""The parts of a proxy, and how they are connected. Nothing is decided here."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs
from twisted.application.service import IService

from .commands.control import Control
from .commands.runner import Commands
from .interfaces import ISignatureStore
from .life.drained import DrainedService
from .life.hangup import Hangup
from .life.supervisor import SupervisedService, Supervisor
from .logs.service import LogService
from .routing.announcements import Announcements
from .routing.notification import Notifications
from .routing.route import ENTER, FREE
from .settings.keys import Key
from .settings.schema import Listener, Settings
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

    :param latest: gives the key in force, or ``None``.
    :param before: what else it needs, and is started first.
    :param loads: read again what is known only there.
    :param log: the file that is logged into, or ``None`` for none.
    :param lists: the file in which the models are kept between runs; likewise.
    :param v3: the file in which version 3 kept signatures; likewise.
    :param company: those that it serves with.
    """

    start: Start
    environ: Mapping[str, str] = attrs.field(repr=False)
    reactor: Any
    now: Callable[[], float]
    supervisor: Supervisor
    latest: Callable[[], Key | None] = attrs.field(repr=False)
    before: Sequence[IService] = ()
    loads: Sequence[Callable[[], None]] = ()
    log: Path | None = None
    lists: Path | None = None
    v3: Path | None = None
    company: Alone | Among = attrs.field(
        default=attrs.Factory(lambda self: Alone(self.reactor), takes_self=True)
    )

    def service(self) -> IService:
        """All of them, and the log around them."""
        self.connect()
        for part in self._in_order():
            part.setServiceParent(self.whole)
        return LogService(self.log, self.settings, self.whole, call_later=self.reactor.callLater)

    def _in_order(self) -> Sequence[IService]:
        """All of them, in the order in which they start; they stop in the other."""
        home, file, reactor, token = self.start.home, self.start.file, self.reactor, self.token
        loads = (file.load, *self.loads, token.load, self.catalogue.refresh)
        return (
            *self.before,
            ClientService(self.client),
            self.company.ending(self.whole.hurry, loads, self.api.metrics.snapshot),
            Hangup(reactor, [self.told.reloading, *loads, self.told.ready]),
            self.tracing,
            FileWatch(file.paths, file.load, reactor),
            FileWatch([token.path], token.load, reactor),
            FileWatch([home.proxy], self.door.remain, reactor, lambda _: home.standing()),
            self.catalogue,
            self.quota,
            self.store,
            self.feed,
            self.door,
            self.told,
        )

    def connect(self) -> None:
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

    def settings(self) -> Settings:
        """The settings in force."""
        return self.start.file.settings

    def key(self) -> str | None:
        """The key in force, if there is one."""
        found = self.latest()
        return None if found is None else found.value

    def _listener(self) -> Listener:
        return self.settings().listener

    def _account(self) -> object:
        """What tells the account in force from others."""
        return self.start.enter_url, self.key()

    def _store(self, uri: str) -> ISignatureStore:
        return open_store(uri, self.reactor, self.start.home.path)

    @cached_property
    def whole(self) -> DrainedService:
        return DrainedService(
            self.door, self.api, lambda: self._listener().drain, self.reactor, self.told.stopping
        )

    @cached_property
    def told(self) -> SupervisedService:
        return SupervisedService(
            self.supervisor, self.reactor, self.reactor, lambda: self.door.where
        )

    @cached_property
    def tracing(self) -> TracingService:
        start = self.start
        return TracingService(
            self.environ, self.reactor, lambda universe: start.upstreams[universe]
        )

    @cached_property
    def client(self) -> NetworkClient:
        return network_client(self.reactor, lambda: self.settings().timeouts.connect)

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
            lambda: self.settings().user_agent,
        )

    @cached_property
    def accounts(self) -> Accounts:
        account = accounts_at(
            lambda: self.start.enter_url, self.client, self.settings, self.reactor, self.now
        )
        return Accounts(account, self.key)

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
            self.settings,
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
            FREE: Upstream(self.client, lambda: start.free_url + FREE_CHAT, reactor, now=self.now),
            ENTER: Upstream(
                self.client, lambda: start.enter_url + ENTER_CHAT, reactor, self.key, self.now
            ),
        }
        return Exchange(
            reactor,
            upstreams,
            signatures=self.company.signatures(store, lambda: start.signatures),
            outlook=self.outlook,
            lanes={FREE: self.company.lane(FREE)},
            imported=lambda: store.imported,
            trace=self.tracing.begin,
            now=self.now,
        )

    @cached_property
    def notifications(self) -> Notifications:
        return self.company.notifications(lambda: self.settings().gui, self.now)

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
            upstreams=lambda: self.start.upstreams,
        )

    @cached_property
    def api(self) -> OpenAIResource:
        return OpenAIResource(
            self.exchange,
            self.reactor,
            feed=self.feed,
            commands=Commands(self.control),
            gathered=self.company.figures,
        )

    @cached_property
    def token(self) -> Token:
        return Token(self.start.home.token)

    @cached_property
    def guard(self) -> Guard:
        log = AccessLog(observers=[self.api.metrics.served])
        resource: Any = self.api.resource()
        return Guard(resource, self._listener, lambda: self.token.latest, log)

    @cached_property
    def site(self) -> BoundedSite:
        metrics = self.api.metrics
        site = BoundedSite(self.guard, self._listener, reactor=self.reactor)
        site.observers.append(metrics.served)
        metrics.watch("connections", lambda: {(): site.connections})
        return site

    @cached_property
    def door(self) -> Door:
        return Door(
            self.reactor,
            self.company.endpoints(self.start.listen),
            self.site,
            self.start.home,
            self.token.latest is not None,
            self.now,
            said,
            self.company.seen,
        )
