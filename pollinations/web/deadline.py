"""The time by which something has to have happened."""

from collections.abc import Callable

import attrs
from twisted.internet.interfaces import IDelayedCall, IReactorTime


@attrs.define(eq=False, slots=False)
class Deadline:
    """
    A time that may be moved and lifted at the cost of setting an attribute.

    It is for what is guarded often and hardly ever late, such as requests, for each of which two
    timers of the reactor's would be made and cancelled. Here is one: when its time has come, it
    looks whether the deadline has, and waits for what is left.

    :param clock: times it.
    :param missed: is called when the time has come.
    """

    _clock: IReactorTime
    _missed: Callable[[], None]

    _by: float | None = attrs.field(default=None, init=False)
    _call: IDelayedCall | None = attrs.field(default=None, init=False)

    def within(self, seconds: float) -> None:
        """It is so many *seconds* from now, and nothing else."""
        self._by = self._clock.seconds() + seconds
        if self._call is None:
            self._call = self._clock.callLater(seconds, self._look)
        elif self._by < self._call.getTime():
            self._call.reset(seconds)

    def lift(self) -> None:
        """There is none for now."""
        self._by = None

    def cancel(self) -> None:
        """There will be none any more."""
        self.lift()
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def _look(self) -> None:
        self._call = None
        if self._by is None:
            return
        left = self._by - self._clock.seconds()
        if left > 0:
            self._call = self._clock.callLater(left, self._look)
        else:
            self._by = None
            self._missed()
