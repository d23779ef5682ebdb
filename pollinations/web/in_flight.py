"""The requests that are being answered: how many there are, and when there are none."""

from contextlib import suppress
from typing import Self

import attrs
from twisted.internet.defer import TimeoutError
from twisted.internet.interfaces import IReactorTime

from ..errors import UpstreamFailed
from ..waiters import Waiters


@attrs.define(eq=False, slots=False)
class InFlight:
    """
    The requests that are being answered.

    :param clock: times the wait for their end.
    """

    _clock: IReactorTime
    count: int = attrs.field(default=0, init=False)
    _emptied: Waiters = attrs.field(factory=Waiters, init=False)

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

    async def emptied(self, seconds: float) -> bool:
        """Wait until there are none, or so many *seconds* are over; whether there are none."""
        if self.count and seconds > 0:
            with suppress(TimeoutError):
                await self._emptied.one().addTimeout(seconds, self._clock)
        return not self.count
