"""How a request ended, gathered from all that took part in it."""

from collections.abc import Sequence

import attrs
from twisted.internet.defer import CancelledError

from ..chat.request import ChatRequest
from ..errors import ClientStalled, InvalidRequest, UpstreamFailed
from ..routing.failure import Origin, verdict
from ..routing.record import LEFT, Record, cost, tokens
from ..routing.traceparent import TraceContext
from .body import Body
from .visit import Visit


@attrs.frozen
class Outcome:
    """
    How a request ended.

    :param asked: as the client sent it.
    :param visits: the models that were asked, in order.
    :param visit: the one that the client knows of.
    :param error: what ended it, or ``None``: its answer is whole.
    :param body: the answer, if one has begun.
    :param first_byte: seconds until it did.
    :param settling: seconds that the first look at the account was waited for.
    """

    asked: ChatRequest
    visits: Sequence[Visit]
    visit: Visit
    error: BaseException | None = None
    body: Body | None = None
    first_byte: float | None = None
    settling: float = 0.0

    def record(
        self, id: str, at: float, seconds: float, trace: TraceContext | None = None
    ) -> Record:
        """
        What is kept of it.

        :param at: when the request came, in seconds since the epoch.
        :param seconds: how long it took.
        :param trace: its place in a trace, or ``None``.
        """
        usage = (self.body.answer.usage if self.body else None) or {}
        queued = [visit.queued for visit in self.visits if visit.queued is not None]
        return Record(
            id=id,
            asked=self.asked.model,
            route=self.visit.route,
            at=at,
            rules=self.visit.changes,
            attempts=tuple(one for each in self.visits for one in each.attempts),
            status=200 if self.error is None else status_of(self.error),
            first_byte=self.first_byte,
            seconds=seconds,
            prompt_tokens=tokens(usage, "prompt_tokens"),
            completion_tokens=tokens(usage, "completion_tokens"),
            cost=cost(usage, self.visit.route.entry),
            cached_tokens=tokens(usage.get("prompt_tokens_details"), "cached_tokens"),
            reasoning_tokens=tokens(usage.get("completion_tokens_details"), "reasoning_tokens"),
            estimated=bool(usage.get("estimated")),
            stream=self.asked.stream,
            origin=self._origin,
            left=self._left,
            overhead=self._overhead,
            queued=sum(queued) if queued else None,
            gaps=self.body.gaps if self.body else None,
            cut=self.visit.cut,
            remembered=self.visit.remembered,
            trace=trace,
        )

    @property
    def _origin(self) -> Origin:
        """Whose fault it is that there is no whole answer."""
        if self.error is None:
            return ""
        if isinstance(self.error, UpstreamFailed):
            return verdict(self.error, self.visit.route, self.asked).origin
        ours = (InvalidRequest, CancelledError, ClientStalled)
        return "client" if isinstance(self.error, ours) else "proxy"

    @property
    def _left(self) -> str:
        """How far it was when its client left, if that is what ended it."""
        if isinstance(self.error, ClientStalled):
            return "stalled"
        if not isinstance(self.error, CancelledError):
            return ""
        return "streaming" if self.body else self.visits[-1].phase

    @property
    def _overhead(self) -> float | None:
        """
        Seconds in which nobody but us was waited for.

        Until the first byte that is all the time but that in which others were waited for, and from
        then on the time in which bytes were taken. What was taken before the first byte is in both.
        """
        if self.body is None or self.first_byte is None:
            return None
        waited = self.settling + sum(visit.waited for visit in self.visits)
        return max(0.0, self.first_byte - waited + self.body.busy)


def status_of(error: BaseException) -> int:
    """The status of a request that ended with *error*."""
    if isinstance(error, InvalidRequest | UpstreamFailed):
        return error.status
    return LEFT if isinstance(error, CancelledError | ClientStalled) else 500
