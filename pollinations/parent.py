"""A proxy of several processes, put together: the one that listens, and starts the others."""

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from twisted.application.service import IService
from twisted.logger import Logger
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

_LOG = Logger()


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
    file, hub = start.file, Hub(reactor)
    SharedLanes(hub, {FREE: Lane(reactor)})
    SharedNotices(hub, Notifications(lambda: file.settings.gui, now))
    Totals(hub)
    guarded = Token(start.home.token).latest is not None
    site = DepartingSite(NoResource(), reactor=reactor)
    endpoints = [endpoint_of(reactor, each) for each in start.listen]
    door = Door(reactor, endpoints, site, start.home, guarded, now, said, at_once=False)
    told = SupervisedService(supervisor, reactor, reactor, lambda: door.where)
    workers = WorkersService(
        reactor,
        hub,
        lambda: door.ports,
        start.workers,
        command(),
        dict(environ),
        door.announce,
        lambda: _give_up(reactor),
    )
    whole = DrainedService(
        door, workers, lambda: file.settings.listener.drain, reactor, told.stopping
    )
    hangup = Hangup(reactor, [told.reloading, file.load, lambda: hub.tell("reload"), told.ready])
    watch = FileWatch(file.paths, file.load, reactor)
    for part in (Termination(reactor, whole.hurry), hangup, watch, door, workers, told):
        part.setServiceParent(whole)
    return LogService(start.home.log, lambda: file.settings, whole)


def _give_up(reactor: Any) -> None:
    """End this process, as one that has failed."""
    reactor.addSystemEventTrigger("after", "shutdown", _leave)
    reactor.stop()


def _leave() -> None:
    # Nothing else lets a reactor that was stopped end with a status.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(FAILED)
