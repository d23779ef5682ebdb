"""The chats that are being answered: how many there are, and how they come to their end."""

from contextlib import suppress
from typing import Self

import attrs
from twisted.internet.defer import TimeoutError
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from ..errors import UpstreamFailed
from ..upstream.exchange import Exchange
from ..waiters import Waiters
from .notifications import NotificationFeed


@attrs.define(eq=False, slots=False)
class InFlight:
    """
    The chats that are being answered.

    :param clock: times the wait for their end.
    :param exchange: answers them.
    :param feed: who listens to notifications meanwhile, if that is served.
    """

    _clock: IReactorTime
    _exchange: Exchange
    _feed: NotificationFeed | None = None
    count: int = attrs.field(default=0, init=False)
    draining: bool = attrs.field(default=False, init=False)
    """Whether this is about to stop: live answers go on, new requests belong elsewhere."""

    _emptied: Waiters = attrs.field(factory=Waiters, init=False)

    _log = Logger()

    def one(self, most: int) -> Self:
        """
        One more is, as long as the context lasts that this gives.

        :param most: how many there may be.
        :raises UpstreamFailed: there are as many already.
        """
        if self.count >= most:
            message = (
                f"The proxy already serves {most} requests, as many as 'listener.requests' allows;"
                " ask again in a moment."
            )
            raise UpstreamFailed("connect", 503, message, retry_after=1)
        return self

    def __enter__(self) -> None:
        self.count += 1

    def __exit__(self, *_: object) -> None:
        self.count -= 1
        if not self.count:
            self._emptied.tell()

    async def drain(self, seconds: float) -> None:
        """
        Let the live answers come to their end; then end those that are left.

        Such a stream ends in an error event, and what has not begun is answered 503. Whoever
        listens to notifications is sent home at once. It can be called again, to hurry.

        :param seconds: how long to wait at most.
        """
        self.draining = True
        if self._feed is not None:
            self._feed.close()
        if self.count:
            told = {"count": self.count, "seconds": seconds}
            self._log.info("{count} live answers have {seconds:g} s to come to their end", **told)
        if not await self._are_over(seconds):
            self._exchange.stop()

    async def _are_over(self, seconds: float) -> bool:
        """Wait until there are none, or so many *seconds* are over; whether there are none."""
        if self.count and seconds > 0:
            with suppress(TimeoutError):
                await self._emptied.one().addTimeout(seconds, self._clock)
        return not self.count
