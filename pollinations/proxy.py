"""A whole proxy, put together from what it was started with. Nothing is decided here."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
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
from .logs.service import LogService
from .routing.announcements import Announcements
from .routing.route import ENTER, FREE
from .settings.held import HeldSettings
from .settings.home import user_folder
from .settings.keys import Key, Keys, Places
from .settings.watch import FileWatch
from .signatures.imported import v3_path
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
from .web.api import Connect, OpenAIResource
from .web.door import Door, said
from .web.gauges import watch_settings
from .web.guard import Guard
from .web.notifications import NotificationFeed
from .web.request import BoundedSite
from .web.token import Token
from .workers.company import Alone, Among, company_of
from .workers.post import Post

FREE_CHAT = "/openai/chat/completions"
ENTER_CHAT = "/v1/chat/completions"


def proxy(
    start: Start, environ: MutableMapping[str, str], reactor: Any, now: Callable[[], float]
) -> IService:
    """
    A proxy for both universes of Pollinations.

    :param environ: the environment, in which a key may be. What a supervisor says in it of itself
        is taken out.
    :param reactor: what it runs on.
    :param now: tells the time of day, in seconds since the epoch.
    """
    supervisor, post = Supervisor.taken(environ), Post.of(environ)
    if start.workers > 1 and post is None:
        from .parent import parent

        return parent(start, environ, reactor, now, supervisor)
    if start.demo:
        return _demo(start, environ, reactor, now, supervisor)
    keys = Keys(lambda: start.file.settings, environ, Places.of(environ))
    watch = FileWatch(keys.paths, keys.load, reactor)
    v3 = v3_path(user_folder(environ))
    parts = _Parts(
        start,
        reactor,
        now,
        lambda: keys.latest,
        supervisor,
        _tracing(start, environ, reactor),
        (watch,),
        (keys.load,),
        start.home.catalogue,
        v3,
        company_of(post, reactor),
    )
    return LogService(start.home.log, lambda: start.file.settings, parts.service())


def _demo(
    start: Start,
    environ: Mapping[str, str],
    reactor: Any,
    now: Callable[[], float],
    supervisor: Supervisor,
) -> IService:
    """A proxy whose both universes are the bundled imitation, and that keeps nothing of it."""
    # Only here is klein's imitation needed, and what it brings along.
    from .testing.service import DEMO_KEY, ImitationService

    imitation = ImitationService(reactor)
    start = attrs.evolve(
        start,
        file=HeldSettings.over(start.file),
        said={
            **start.said,
            "free_url": f"{imitation.url}/free",
            "enter_url": f"{imitation.url}/enter",
            "signatures": "memory:",
        },
    )
    key = Key(DEMO_KEY, "--demo")
    tracing = _tracing(start, environ, reactor)
    parts = _Parts(start, reactor, now, lambda: key, supervisor, tracing, (imitation,))
    return LogService(None, lambda: start.file.settings, parts.service())


def _tracing(start: Start, environ: Mapping[str, str], reactor: Any) -> TracingService:
    """What makes traces of requests, and knows where they went."""
    servers = {FREE: lambda: start.free_url, ENTER: lambda: start.enter_url}
    return TracingService(environ, reactor, lambda universe: servers[universe]())


@attrs.define(eq=False, slots=False)
class _Parts:
    """
    The parts of one proxy.

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
    client: NetworkClient = attrs.field(init=False)

    def service(self) -> IService:
        """All of them, in the order in which they start; they stop in the other."""
        start, file, reactor, company = self.start, self.start.file, self.reactor, self.company
        self.client = network_client(reactor, lambda: file.settings.timeouts.connect)
        catalogue = CatalogueService(
            self.client,
            lambda: start.free_url,
            lambda: start.enter_url,
            self.key,
            self.lists,
            reactor,
            lambda: file.settings.user_agent,
        )
        account = accounts_at(
            lambda: start.enter_url, self.client, lambda: file.settings, reactor, self.now
        )
        accounts, cooldowns = Accounts(account, self.key, self.latest), company.cooldowns()
        quota = QuotaService(
            accounts,
            reactor,
            self.now,
            self._account,
            lambda: company.interval(start.refresh),
        )
        outlook = Outlook(
            reactor,
            lambda: file.settings,
            lambda: catalogue.latest,
            self.key,
            quota,
            cooldowns,
            catalogue.settled,
        )
        uri = start.signatures
        store = SignatureService(self._store(uri), self.v3, uri)
        file.observers.append(lambda _: store.follow(start.signatures, self._store))
        exchange = self._exchange(outlook, store)
        notifications = company.notifications(lambda: file.settings.gui, self.now)
        announcements = Announcements(notifications, outlook.situation, self.now)
        exchange.observers.extend([announcements.over, self.tracing.observe])
        quota.observers.extend([cooldowns.looked, announcements.looked])
        company.share(file, exchange)
        company.share_looks(quota, self._account)
        file.trouble_observers.append(announcements.troubled)
        feed = NotificationFeed(notifications, reactor)
        control = Control(
            file,
            outlook,
            accounts,
            self.latest,
            self.now,
            exchange.records,
            notifications,
            keeps_keys=not start.demo,
        )
        api = OpenAIResource(
            exchange,
            reactor,
            self._connect(accounts),
            feed=feed,
            commands=Commands(control),
            gathered=company.figures,
        )
        watch_settings(api.metrics, file)
        token = Token(start.home.token)
        watch = FileWatch(file.paths, file.load, reactor)
        lock = FileWatch([token.path], token.load, reactor)
        door = self._door(api, token)
        found = FileWatch([start.home.proxy], door.remain, reactor)
        return self._living(
            door,
            api,
            (file.load, *self.loads, token.load, catalogue.refresh),
            [self.tracing, watch, lock, found, catalogue, quota, store, feed],
        )

    def _living(
        self,
        door: Door,
        api: OpenAIResource,
        loads: Sequence[Callable[[], None]],
        parts: Sequence[IService],
    ) -> IService:
        """What else it takes to run for long: signals, a supervisor, and an end in order."""
        reactor, file = self.reactor, self.start.file
        told = SupervisedService(self.supervisor, reactor, reactor, lambda: door.where)
        whole = DrainedService(
            door, api, lambda: file.settings.listener.drain, reactor, told.stopping
        )
        hangup = Hangup(reactor, [told.reloading, *loads, told.ready])
        ending = self.company.ending(whole.hurry, loads, api.metrics.snapshot)
        network = ClientService(self.client)
        for part in (*self.before, network, ending, hangup, *parts, door, told):
            part.setServiceParent(whole)
        return whole

    def key(self) -> str | None:
        """The key in force, if there is one."""
        found = self.latest()
        return None if found is None else found.value

    def _account(self) -> object:
        """What tells the account in force from others."""
        return self.start.enter_url, self.key()

    def _connect(self, accounts: Accounts) -> Connect | None:
        """Keeps keys; a demonstration keeps nothing."""
        file = self.start.file
        return None if self.start.demo else lambda key: accounts.connect(key, file)

    def _store(self, uri: str) -> ISignatureStore:
        return open_store(uri, self.reactor, self.start.home.path)

    def _exchange(self, outlook: Outlook, store: SignatureService) -> Exchange:
        start, reactor = self.start, self.reactor
        upstreams = {
            FREE: Upstream(self.client, lambda: start.free_url + FREE_CHAT, reactor),
            ENTER: Upstream(self.client, lambda: start.enter_url + ENTER_CHAT, reactor, self.key),
        }
        return Exchange(
            reactor,
            upstreams,
            signatures=self.company.signatures(store, lambda: start.signatures),
            outlook=outlook,
            lanes={FREE: self.company.lane(FREE)},
            imported=lambda: store.imported,
            trace=self.tracing.begin,
        )

    def _door(self, api: OpenAIResource, token: Token) -> Door:
        start = self.start

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
