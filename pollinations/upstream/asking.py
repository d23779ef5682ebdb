"""One request on its way: to whom the router names, and to whoever takes over."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import attrs
from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from ..chat.request import ChatRequest
from ..errors import InvalidRequest, UpstreamFailed, stopping
from ..logs.context import served
from ..logs.heard import is_heard
from ..redaction import brief
from ..routing.route import Route
from ..routing.situation import Situation
from ..routing.traceparent import TraceContext
from .body import Body
from .exchange import Exchange
from .outcome import Outcome
from .visit import Visit


@attrs.frozen
class Reply:
    """
    What became of a request, up to the first byte of its answer.

    :param route: who answers, or whom the client asked for when nobody does.
    :param changes: the names of the rules that altered the request.
    :param attempts: how many requests were sent to upstreams.
    :param body: the answer, ready to be attached to the client, or ``None``.
    :param failure: why there is none.
    """

    route: Route
    changes: tuple[str, ...] = ()
    attempts: int = 0
    body: Body | None = None
    failure: UpstreamFailed | None = None

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers that explain this to the client."""
        said = {
            "x-pollinations-universe": self.route.universe,
            "x-pollinations-model": self.route.model,
            "x-pollinations-fallback": self.route.reason,
            "x-pollinations-changes": ",".join(self.changes),
            "x-pollinations-attempts": str(self.attempts),
        }
        return {name: " ".join(value.split()) for name, value in said.items() if value}


async def ask(
    exchange: Exchange,
    asked: ChatRequest,
    request_id: str = "",
    parent: TraceContext | None = None,
) -> Reply:
    """
    Answer *asked*: by whom was asked, or by whoever takes over.

    :param parent: its client's place in a trace, if it follows one.
    :raises InvalidRequest: it can go nowhere.
    :raises UpstreamFailed: the proxy stops.
    """
    began, trace = exchange.clock.seconds(), exchange.trace(parent)
    situation = await exchange.outlook.settled(asked)
    if exchange.stopped:
        raise stopping()
    settling = exchange.clock.seconds() - began
    return await Asking(exchange, asked, situation, request_id, began, settling, trace).run()


@attrs.define(eq=False)
class Asking:
    """
    One request on its way.

    :param exchange: what all requests share.
    :param asked: as the client sent it.
    :param situation: what was known when it came.
    :param id: its identifier.
    :param began: when it came, by the exchange's clock.
    :param settling: for how many seconds the account was waited for.
    :param trace: its place in a trace, or ``None``.
    """

    exchange: Exchange
    asked: ChatRequest
    situation: Situation
    id: str
    began: float
    settling: float = 0.0
    trace: TraceContext | None = None
    _visits: list[Visit] = attrs.field(factory=list, init=False)
    _replying: "Deferred[Reply]" = attrs.field(init=False, repr=False)
    _body: Body | None = attrs.field(default=None, init=False)
    _stopped: bool = attrs.field(default=False, init=False)

    _log = Logger()

    async def run(self) -> Reply:
        """
        Answer it.

        :raises InvalidRequest: it can go nowhere.
        :raises UpstreamFailed: it was stopped.
        """
        route = self.exchange.router.route(self.asked, self.situation)
        first = self._visit(route)
        self._say(route, self.situation)
        self.exchange.live.add(self)
        try:
            return await self._unless_stopped(first)
        except BaseException as e:
            self._over(first, e)
            raise

    def stop(self) -> None:
        """End it, wherever it is: the proxy stops."""
        self._stopped = True
        if self._body is None:
            self._replying.cancel()
        else:
            self._body.end(stopping())

    async def _unless_stopped(self, first: Visit) -> Reply:
        self._replying = Deferred.fromCoroutine(self._replied(first))
        try:
            return await self._replying
        except CancelledError:
            if self._stopped:
                raise stopping() from None
            raise

    async def _replied(self, first: Visit) -> Reply:
        """The answer of *first*, of whoever takes over from it, or its failure, untouched."""
        try:
            return self._begun(first, await first.answered())
        except UpstreamFailed as e:
            failure = e
        if first.rescue is not None:
            rescue = self._visit(first.rescue)
            # When that fails too, it is the first failure that the client asked about.
            with suppress(UpstreamFailed, InvalidRequest):
                return self._begun(rescue, await rescue.answered())
        self._over(first, failure)
        return Reply(first.route, first.changes, self._attempts, failure=failure)

    def _visit(self, route: Route) -> Visit:
        here = served(self.id)
        here.asking, here.universe = True, route.universe
        here.trace_id = self.trace.trace_id if self.trace else ""
        visit = Visit(self.exchange, self.asked, route, self.situation.settings, self.trace)
        self._visits.append(visit)
        return visit

    def _say(self, route: Route, situation: Situation) -> None:
        log, quota = self._log, situation.quota
        if not is_heard(log):
            return
        log.debug(
            "{asked} goes to {name} {reason}"
            "(mode {mode}, key {key}, quota {quota}, {cooling} cooling down)",
            asked=brief(self.asked.model),
            name=brief(route.name),
            reason=f"since {route.reason} " if route.reason else "",
            mode=situation.mode,
            key=situation.has_key,
            quota=f"{quota.grant}+{quota.wallet}" if quota.known else "unknown",
            cooling=len(situation.cooling),
        )

    def _begun(self, visit: Visit, body: Body) -> Reply:
        """*body* is ready to be attached to the client."""
        self._body = body
        body.ended.addBoth(self._ended, visit, body, self.exchange.clock.seconds())
        return Reply(visit.route, visit.changes, self._attempts, body)

    @property
    def _attempts(self) -> int:
        return sum(len(visit.attempts) for visit in self._visits)

    def _ended(self, result: Any, visit: Visit, body: Body, first_byte: float) -> Any:
        self._over(visit, getattr(result, "value", None), body, first_byte - self.began)
        return result

    def _over(
        self,
        visit: Visit,
        error: BaseException | None,
        body: Body | None = None,
        first_byte: float | None = None,
    ) -> None:
        """The request is over; *visit* is the one that the client knows of."""
        exchange = self.exchange
        exchange.live.discard(self)
        outcome = Outcome(self.asked, self._visits, visit, error, body, first_byte, self.settling)
        seconds = exchange.clock.seconds() - self.began
        exchange.over(outcome.record(self.id, exchange.now() - seconds, seconds, self.trace))
