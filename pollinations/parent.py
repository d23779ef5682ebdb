"""A proxy of several processes, put together: the one that listens, and starts the others."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from twisted.application.service import IService
from twisted.web.resource import NoResource

from .life.drained import DrainedService
from .life.hangup import Hangup
from .life.supervisor import SupervisedService, Supervisor
from .life.termination import Termination
from .logs.service import LogService
from .routing.notification import Notifications
from .routing.route import FREE
from .settings.watch import FileWatch
from .start import Start
from .upstream.lane import Lane
from .web.departing import DepartingSite
from .web.door import Door, said
from .web.token import Token
from .workers.endpoints import endpoint_of
from .workers.hub import Hub
from .workers.lanes import SharedLanes
from .workers.notices import SharedNotices
from .workers.service import WorkersService, command
from .workers.totals import Totals

FAILED = 70
"""The exit status when workers cannot be started: an internal error, as ``sysexits.h`` has it."""


def parent(
    start: Start,
    environ: Mapping[str, str],
    reactor: Any,
    now: Callable[[], float],
    supervisor: Supervisor,
) -> IService:
    """
    A proxy whose workers answer. For the parameters see :func:`pollinations.proxy.proxy`.

    :raises ValueError: it cannot have workers.
    """
    file, hub, door = start.file, _hub(start, reactor, now), _door(start, reactor, now)
    workers = _workers(start, environ, reactor, hub, door)
    told = SupervisedService(supervisor, reactor, reactor, lambda: door.where)
    whole = DrainedService(
        door, workers, lambda: file.settings.listener.drain, reactor, told.stopping
    )
    loads = (file.load, lambda: hub.tell("reload"))
    parts: Sequence[IService] = (
        Termination(reactor, whole.hurry),
        Hangup(reactor, [told.reloading, *loads, told.ready]),
        FileWatch(file.paths, file.load, reactor),
        door,
        workers,
        told,
    )
    for part in parts:
        part.setServiceParent(whole)
    return LogService(start.home.log, lambda: file.settings, whole, call_later=reactor.callLater)


def _workers(
    start: Start, environ: Mapping[str, str], reactor: Any, hub: Hub, door: Door
) -> WorkersService:
    """Starts them, and lets others find the door as soon as one is there to answer."""
    return WorkersService(
        reactor,
        hub,
        lambda: door.ports,
        start.workers,
        command(),
        dict(environ),
        door.announce,
        lambda: _give_up(reactor),
    )


def _hub(start: Start, reactor: Any, now: Callable[[], float]) -> Hub:
    """Where workers come together, with all that is decided there for all of them."""
    hub = Hub(reactor)
    SharedLanes(hub, {FREE: Lane(reactor)})
    SharedNotices(hub, Notifications(lambda: start.file.settings.gui, now))
    Totals(hub)
    return hub


def _door(start: Start, reactor: Any, now: Callable[[], float]) -> Door:
    """Listens for the workers, and serves nobody itself."""
    site = DepartingSite(NoResource(), reactor=reactor)
    endpoints = [endpoint_of(reactor, each) for each in start.listen]
    guarded = Token(start.home.token).latest is not None
    return Door(reactor, endpoints, site, start.home, guarded, now, said, at_once=False)


def _give_up(reactor: Any) -> None:
    """End this process, as one that has failed."""
    reactor.addSystemEventTrigger("after", "shutdown", _leave)
    reactor.stop()


def _leave() -> None:
    # Nothing else lets a reactor that was stopped end with a status.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(FAILED)
