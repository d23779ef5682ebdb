"""A whole proxy: alone, among workers, or for a demonstration."""

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import attrs
from twisted.application.service import IService

from .life.supervisor import Supervisor
from .logs.service import LogService
from .parts import Parts
from .routing.route import ENTER, FREE
from .settings.held import HeldSettings
from .settings.home import user_folder
from .settings.keys import Key, Keys, Places
from .settings.watch import FileWatch
from .signatures.imported import v3_path
from .start import Start
from .tracing.service import TracingService
from .workers.company import company_of
from .workers.post import Post


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
    parts = Parts(
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
    parts = Parts(start, reactor, now, lambda: key, supervisor, tracing, (imitation,))
    return LogService(None, lambda: start.file.settings, parts.service())


def _tracing(start: Start, environ: Mapping[str, str], reactor: Any) -> TracingService:
    """What makes traces of requests, and knows where they went."""
    servers = {FREE: lambda: start.free_url, ENTER: lambda: start.enter_url}
    return TracingService(environ, reactor, lambda universe: servers[universe]())
