"""
One request on its way: to whom the router names, again if that may help, to somebody else if not.

The rule of this file: there is one way to ask an upstream, for a first attempt, a retry and a
fallback alike, and it always starts from what the client sent.
"""

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from ..chat.memory import keys_of
from ..chat.request import ChatRequest, Sanitized
from ..errors import InvalidRequest, UpstreamFailed
from ..quirks.retry import mended
from ..routing.failure import Verdict, retry_delay, verdict
from ..routing.record import Attempt, Record, cost, tokens
from ..routing.route import Route
from ..routing.router import gemini_tools
from ..stages.stage import Context
from .body import Body
from .lane import Lane

if TYPE_CHECKING:
    from .exchange import Exchange

LEFT = 499
"""The status of a request whose client left before its end, as nginx counts it."""


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


@attrs.define(eq=False)
class Asking:
    """
    One request on its way.

    :param exchange: what it shares with all others.
    :param asked: as the client sent it.
    :param id: its identifier.
    :param began: when it came, by the exchange's clock.
    """

    exchange: "Exchange"
    asked: ChatRequest
    id: str
    began: float
    attempts: list[Attempt] = attrs.field(factory=list, init=False)
    rules: tuple[str, ...] = attrs.field(default=(), init=False)

    async def run(self) -> Reply:
        """
        Answer it.

        :raises InvalidRequest: it can go nowhere.
        """
        route = self.exchange.router.route(self.asked, self.exchange.situation())
        try:
            return await self._replied(route)
        except InvalidRequest as e:
            self._over(route, e.status)
            raise
        except BaseException:
            # The client has left; or this is a bug, and the request is over all the same.
            self._over(route, LEFT)
            raise

    async def _replied(self, route: Route) -> Reply:
        try:
            return await self._answered(route)
        except UpstreamFailed as first:
            return await self._rescued(route, first)

    async def _rescued(self, route: Route, first: UpstreamFailed) -> Reply:
        """The answer of whoever takes over from *route*, or the *first* failure, untouched."""
        rules = self.rules
        other = self._fallback(route, first)
        if other is not None:
            try:
                return await self._answered(other)
            except (UpstreamFailed, InvalidRequest):
                self.rules = rules
        self._over(route, first.status)
        return Reply(route, self.rules, len(self.attempts), failure=first)

    def _fallback(self, route: Route, failure: UpstreamFailed) -> Route | None:
        situation = self.exchange.situation()
        return self.exchange.router.fallback(self.asked, route, failure, situation)

    async def _answered(self, route: Route) -> Reply:
        """The answer of *route*, which is asked again as long as that may help."""
        sent = await self._made_ready(route)
        tries = 0
        while True:
            self.rules = sent.changes
            tries += 1
            try:
                body = await self._opened(route, sent, tries)
            except UpstreamFailed as failure:
                better = mended(sent, failure)
                if better is not None:
                    sent, tries = better, tries - 1
                    continue
                if not await self._waited(route, failure, tries):
                    raise
            else:
                return Reply(route, sent.changes, len(self.attempts), body)

    async def _made_ready(self, route: Route) -> Sanitized:
        exchange = self.exchange
        remembered = await exchange.signatures.get(keys_of(self.asked, exchange.imported()))
        return exchange.sanitizer.sanitize(self.asked, route, remembered)

    async def _waited(self, route: Route, failure: UpstreamFailed, tries: int) -> bool:
        """Whether *route* is to be asked again; if so, it is time now."""
        exchange = self.exchange
        meaning = _meaning(failure, route, self.asked)
        fallback = self._fallback(route, failure) is not None
        retries = exchange.situation().settings.retries
        delay = retry_delay(meaning, tries, exchange.jitter(), fallback, retries)
        if delay is None:
            self._failed(route, meaning)
            return False
        if not (route.universe in exchange.lanes and _is_busy(failure)):
            await deferLater(exchange.clock, delay)
        return True

    async def _opened(self, route: Route, sent: Sanitized, tries: int) -> Body:
        """The body of one attempt, when it has begun."""
        exchange = self.exchange
        lane = exchange.lanes.get(route.universe)
        if lane is not None:
            await lane.enter(again=tries > 1)
        began = exchange.clock.seconds()
        exchange.outlook.cooldowns.asked(route.key, began)
        context = Context(
            self.asked, route, exchange.situation().settings, new_call_id, exchange.remember
        )
        status, kind, failed = 0, "", None
        try:
            body = await exchange.upstreams[route.universe].open(sent.request, context)
            status = 200
        except UpstreamFailed as failure:
            failed = failure
            status, kind = failure.status, _meaning(failure, route, self.asked).kind
            raise
        finally:
            spent = exchange.clock.seconds() - began
            self.attempts.append(Attempt(*route.key, status, spent, kind))
            if status != 200:
                self._left(route, lane, failed)
        body.ended.addBoth(self._ended, route, lane, body, exchange.clock.seconds())
        return body

    def _left(self, route: Route, lane: Lane | None, failure: UpstreamFailed | None) -> None:
        """An attempt is over without an answer."""
        if lane is not None:
            busy = failure is not None and _is_busy(failure)
            lane.leave(failure.retry_after if failure is not None and busy else None, busy)
        if failure is None:
            self.exchange.outlook.cooldowns.abandoned(route.key)

    def _failed(self, route: Route, meaning: Verdict) -> None:
        """*route* is given up for this request."""
        outlook, now = self.exchange.outlook, self.exchange.clock.seconds()
        if meaning.cooling != "none":
            held = meaning.cooling == "held"
            outlook.cooldowns.failed(route.key, now, meaning.wait, held)
        elif meaning.kind in ("request", "overflow"):
            outlook.cooldowns.succeeded(route.key)
        else:
            outlook.cooldowns.abandoned(route.key)
        if meaning.look:
            Deferred.fromCoroutine(outlook.quota.refresh())

    def _ended(self, result: Any, route: Route, lane: Lane | None, body: Body, first: float) -> Any:
        """The answer is over, or broke off, or its client has left."""
        if lane is not None:
            lane.leave()
        failure = getattr(result, "value", None)
        if isinstance(failure, UpstreamFailed):
            self._failed(route, _meaning(failure, route, self.asked))
            status = failure.status
        else:
            self.exchange.outlook.cooldowns.succeeded(route.key)
            status = 200 if failure is None else LEFT
        self._over(route, status, first - self.began, body)
        return result

    def _over(
        self, route: Route, status: int, first: float | None = None, body: Body | None = None
    ) -> None:
        usage = body.answer.usage if body is not None else None
        now = self.exchange.clock.seconds()
        self.exchange.over(
            Record(
                id=self.id,
                asked=self.asked.model,
                route=route,
                at=self.began,
                rules=self.rules,
                attempts=tuple(self.attempts),
                status=status,
                first_byte=first,
                seconds=now - self.began,
                prompt_tokens=tokens(usage, "prompt_tokens"),
                completion_tokens=tokens(usage, "completion_tokens"),
                cost=cost(usage, route.entry),
            )
        )


def _meaning(failure: UpstreamFailed, route: Route, asked: ChatRequest) -> Verdict:
    return verdict(failure, route.universe, gemini_tools(asked, route))


def _is_busy(failure: UpstreamFailed) -> bool:
    return failure.status == 429


def new_call_id() -> str:
    """An identifier for a tool call that came without one; short enough for every family."""
    return f"call_{uuid.uuid4().hex[:24]}"
