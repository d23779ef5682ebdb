"""The imitation as a service, for ``--demo``."""

from time import time
from typing import Any

import attrs
from twisted.application.service import Service
from twisted.internet.defer import Deferred, maybeDeferred

from ..settings.schema import Listener
from ..web.request import BoundedSite
from .account import DEMO_KEY
from .demo import Demo
from .imitation import Imitation
from .strict import Strict

PACE = 0.02
"""Seconds between two deltas, so that a person sees them come."""

__all__ = ["DEMO_KEY", "ImitationService"]


@attrs.define(eq=False, slots=False)
class ImitationService(Service):
    """
    Serves an imitation of Pollinations on a port of the loopback, from its construction on: one
    that refuses what the real models refuse.

    :param reactor: what it runs on.
    """

    _reactor: Any
    _port: Any = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        imitation = Imitation(self._reactor, Strict(Demo(PACE)), now=time)
        site = BoundedSite(imitation.resource(), Listener)
        self._port = self._reactor.listenTCP(0, site, interface="127.0.0.1")

    @property
    def url(self) -> str:
        """The address, to which ``/free`` and ``/enter`` are added."""
        return f"http://127.0.0.1:{self._port.getHost().port}"

    def stopService(self) -> "Deferred[Any]":
        """Serve no more."""
        super().stopService()
        return maybeDeferred(self._port.stopListening)
