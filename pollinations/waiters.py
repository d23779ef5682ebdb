"""Those who wait for the same thing."""

import attrs
from twisted.internet.defer import Deferred


@attrs.define(eq=False)
class Waiters:
    """Those who wait for the same thing, each as long as it likes."""

    _waiting: "list[Deferred[None]]" = attrs.field(factory=list, init=False)

    def one(self) -> "Deferred[None]":
        """Fires at the next :meth:`tell`. It may be cancelled; the others go on waiting."""
        one: Deferred[None] = Deferred(self._waiting.remove)
        self._waiting.append(one)
        return one

    def tell(self) -> None:
        """It has happened. Who begins to wait because of that waits for the next time."""
        waiting, self._waiting = self._waiting, []
        for one in tuple(waiting):
            # Whoever goes on may make another one give up.
            if not one.called:
                one.callback(None)
