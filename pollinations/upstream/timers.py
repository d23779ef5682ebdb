"""What is to be called later in a request, unless it is over before."""

from collections.abc import Callable

import attrs
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from ..logs.context import Served, in_request


@attrs.define(eq=False)
class Timers:
    """
    Calls that are to come, each by a name of its own.

    :param clock: times them.
    :param served: the request that they are made in.
    """

    _clock: IReactorTime
    served: Served | None
    _calls: dict[str, IDelayedCall] = attrs.field(factory=dict, init=False)

    def start(self, name: str, seconds: float, call: Callable[[], object]) -> None:
        """Call *call* in so many *seconds*, unless one of this *name* is to come already."""
        if name not in self._calls:
            self._calls[name] = self._clock.callLater(seconds, self._called, name, call)

    def cancel(self, name: str) -> None:
        """The one of this *name*, if there is one, will not come."""
        if name in self._calls:
            self._calls.pop(name).cancel()

    def clear(self) -> None:
        """None of them will come."""
        while self._calls:
            self._calls.popitem()[1].cancel()

    @in_request
    def _called(self, name: str, call: Callable[[], object]) -> None:
        del self._calls[name]
        call()
