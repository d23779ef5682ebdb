"""
Leaves no client in the lurch when a site is closed: who has asked gets an answer, and is told that
the connection is not kept.
"""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers
from twisted.web.server import Site

from ..waiters import Waiters
from .prompt import PromptChannel

LAST_CALL = 1.0
"""Seconds for which connections on which nothing is asked are still kept. A request may be on its
way already, and would be lost if the connection were closed."""


class DepartingChannel(PromptChannel):
    """The connection of one client to a :class:`DepartingSite`."""

    site: Any

    _leaving = False

    def leave(self) -> None:
        """Close soon: a client that does not know yet may have asked already, and is answered."""
        self._leaving = True
        self.site.reactor.callLater(LAST_CALL, self.last_call)

    def connectionMade(self) -> None:
        """Somebody has come."""
        super().connectionMade()
        self.site.channels.add(self)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The client has gone."""
        super().connectionLost(reason)
        self.site.gone(self)

    def writeHeaders(self, version: bytes, code: bytes, reason: bytes, headers: Headers) -> None:
        """An answer begins, after which the connection may not be kept."""
        if self.site.departing or self._leaving:
            headers.setRawHeaders(b"Connection", [b"close"])
            self.persistent = 0
        super().writeHeaders(version, code, reason, headers)

    def answered(self) -> None:
        """A client that could not be told, as its answer had begun before, may ask once more."""
        if self.site.departing and self.persistent:
            self.site.reactor.callLater(LAST_CALL, self.last_call)

    @property
    def asked(self) -> bool:
        """Whether there is a request to be answered."""
        return bool(self.requests)

    def turn_away(self) -> None:
        """Do not wait for the rest of a request, if there is one of which only a part has come."""

    def last_call(self) -> None:
        """Close, if nothing was asked."""
        if self in self.site.channels and not self.asked:
            self.loseConnection()


class DepartingSite(Site):
    """A site that can be closed with care."""

    departing = False
    """Whether connections are closed after the answers that are under way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.channels: set[DepartingChannel] = set()
        self._departed = Waiters()

    def depart(self) -> "Deferred[None]":
        """
        Keep no connection any more. What has been asked, or is within :data:`LAST_CALL`, is
        answered; the answer says that the connection is closed after it.

        :return: fires when there is no connection left. It may be cancelled.
        """
        self.departing = True
        departed = self._departed.one()
        self.reactor.callLater(LAST_CALL, self._last_call)
        self._look()
        return departed

    def turn_away(self) -> None:
        """Wait no longer for requests of which only a part has come."""
        for channel in tuple(self.channels):
            channel.turn_away()

    def gone(self, channel: DepartingChannel) -> None:
        """A connection is closed."""
        self.channels.discard(channel)
        self._look()

    def _last_call(self) -> None:
        for channel in tuple(self.channels):
            channel.last_call()

    def _look(self) -> None:
        if self.departing and not self.channels:
            self._departed.tell()
