"""What all chat requests share, and what is kept of each."""

import random
from collections.abc import Callable, Mapping
from typing import Protocol

import attrs
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from ..interfaces import IRouter, ISanitizer, ISignatureStore
from ..logs.context import current
from ..quiet import quiet
from ..quirks import QuirkSanitizer
from ..routing.record import Record, Records
from ..routing.route import Route
from ..routing.router import TierRouter
from ..routing.situation import Situation
from ..routing.traceparent import TraceContext, continued
from ..signatures.memory import MemorySignatureStore
from .chat import Upstream
from .lane import Queue
from .outlook import Outlook


class Live(Protocol):
    """A request on its way."""

    def stop(self) -> None:
        """End it, wherever it is."""


@attrs.define(eq=False, slots=False)
class Exchange:
    """
    What answers chat requests. Its defaults do no harm: no key, memory for signatures. What is done
    with it is in :func:`pollinations.upstream.asking.ask`.

    :param clock: measures waits.
    :param upstreams: universe to the upstream that serves it.
    :param outlook: what is known at the moment.
    :param lanes: universe to its queue, for those that serve one request at a time.
    :param jitter: gives a random number from 0 to 1.
    :param imported: says whether the signatures may hold entries of an older version.
    :param trace: gives a request's place in a trace, given its client's.
    :param now: tells the time of day, in seconds since the epoch; by default *clock* does.
    """

    clock: IReactorTime
    upstreams: Mapping[str, Upstream]
    router: IRouter = attrs.field(factory=TierRouter, converter=IRouter)
    sanitizer: ISanitizer = attrs.field(factory=QuirkSanitizer, converter=ISanitizer)
    signatures: ISignatureStore = attrs.field(
        factory=MemorySignatureStore, converter=ISignatureStore
    )
    outlook: Outlook = attrs.field(
        default=attrs.Factory(lambda self: Outlook(self.clock), takes_self=True)
    )
    lanes: Mapping[str, Queue] = attrs.field(factory=dict)
    jitter: Callable[[], float] = random.random
    imported: Callable[[], bool] = lambda: False
    trace: Callable[[TraceContext | None], TraceContext | None] = continued
    now: Callable[[], float] = attrs.field(
        default=attrs.Factory(lambda self: self.clock.seconds, takes_self=True)
    )

    records: Records = attrs.field(factory=Records, init=False)
    """The last requests."""

    observers: list[Callable[[Record], None]] = attrs.field(factory=list, init=False)
    """Who is told of each request that is over."""

    live: set[Live] = attrs.field(factory=set, init=False)
    """The requests on their way."""

    stopped: bool = attrs.field(default=False, init=False)
    """Whether no request is answered any more."""

    _log = Logger()

    def situation(self) -> Situation:
        """What is known now."""
        return self.outlook.situation()

    def recalls(self, route: Route) -> bool:
        """Whether what is remembered of a conversation is of any use to the model of *route*."""
        recalls = getattr(self.sanitizer, "recalls", None)
        return recalls is None or bool(recalls(route))

    def over(self, record: Record) -> None:
        """A request is over."""
        self.records.add(record)
        for observer in self.observers:
            try:
                observer(record)
            except Exception:
                # The answer that this is about is none of the observer's business.
                self._log.failure("a request could not be observed", quiet())
        served = current()
        if served is not None:
            served.settle(record)

    def stop(self) -> None:
        """End all requests on their way, and answer no other. Each client is told."""
        self.stopped = True
        for one in tuple(self.live):
            one.stop()

    def remember(self, key: str, value: str) -> None:
        """Keep what an answer has taught."""
        kept = Deferred.fromCoroutine(self.signatures.put({key: value}))
        kept.addErrback(lambda failure: self._log.failure("nothing was remembered", quiet(failure)))
