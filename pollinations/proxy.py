"""A whole proxy: alone, among workers, or for a demonstration."""

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import attrs
from twisted.application.service import IService

from .life.supervisor import Supervisor
from .parent import parent
from .parts import Parts
from .settings.held import HeldSettings
from .settings.home import user_folder
from .settings.keys import Key, Keys, Places
from .settings.watch import FileWatch
from .signatures.imported import v3_path
from .start import Start
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
        return parent(start, environ, reactor, now, supervisor)
    if start.demo:
        return _demo(start, environ, reactor, now, supervisor)
    keys = Keys(lambda: start.file.settings, environ, Places.of(environ))
    return Parts(
        start,
        environ,
        reactor,
        now,
        supervisor,
        lambda: keys.latest,
        before=[FileWatch(keys.paths, keys.load, reactor)],
        loads=[keys.load],
        log=start.home.log,
        lists=start.home.catalogue,
        v3=v3_path(user_folder(environ)),
        company=company_of(post, reactor),
    ).service()


def _demo(
    start: Start,
    environ: Mapping[str, str],
    reactor: Any,
    now: Callable[[], float],
    supervisor: Supervisor,
) -> IService:
    """A proxy whose both universes are the bundled imitation, and that keeps nothing of it."""
    # Only here is the imitation needed, and what it brings along.
    from .testing.service import DEMO_KEY, ImitationService

    imitation, key = ImitationService(reactor), Key(DEMO_KEY, "--demo")
    said = {
        **start.said,
        "free_url": f"{imitation.url}/free",
        "enter_url": f"{imitation.url}/enter",
        "signatures": "memory:",
    }
    start = attrs.evolve(start, file=HeldSettings.over(start.file), said=said)
    parts = Parts(start, environ, reactor, now, supervisor, lambda: key, before=[imitation])
    return parts.service()
