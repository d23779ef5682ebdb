"""
One request's dealings with one model: as many attempts as may help, and exactly one outcome.

The rule of this file: there is one way to ask an upstream, for a first attempt, a retry and a
fallback alike, and it always starts from what the client sent.
"""

import uuid
from collections.abc import Mapping
from typing import Any

import attrs
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.logger import Logger

from ..chat.memory import keys_of
from ..chat.request import ChatRequest, Sanitized
from ..errors import UpstreamFailed
from ..logs.heard import is_heard
from ..quirks.retry import mended
from ..redaction import brief
from ..routing.failure import Verdict, retry_delay, verdict
from ..routing.record import Attempt
from ..routing.route import Route
from ..routing.traceparent import TraceContext, continued
from ..settings.schema import Settings
from ..stages.stage import Context
from .body import Body
from .exchange import Exchange
from .lane import Queue


@attrs.define(eq=False)
class Visit:
    """
    One request at one model.

    :param exchange: what all requests share.
    :param asked: the request, as the client sent it.
    :param route: the model.
    :param settings: those in force when the request came.
    :param trace: the request's place in a trace, or ``None``.
    """

    exchange: Exchange
    asked: ChatRequest
    route: Route
    settings: Settings
    trace: TraceContext | None = None
    changes: tuple[str, ...] = attrs.field(default=(), init=False)
    """The names of the rules that altered what was sent last."""

    attempts: list[Attempt] = attrs.field(factory=list, init=False)
    """What was sent, and how that went."""

    phase: str = attrs.field(default="waiting", init=False)
    """What is waited for: ``queued``, ``waiting`` for a first byte, ``pausing``."""

    waited: float = attrs.field(default=0.0, init=False)
    """Seconds in which an upstream, the queue or the time for another attempt was waited for."""

    queued: float | None = attrs.field(default=None, init=False)
    """Those of them in the queue, or ``None`` where there is none."""

    remembered: bool | None = attrs.field(default=None, init=False)
    """Whether anything was remembered of the conversation, if any of it could be of use."""

    rescue: Route | None = attrs.field(default=None, init=False)
    """Who takes over, if anybody can, since the last attempt failed."""

    cut: str = attrs.field(default="", init=False)
    """The finish reason of the answer, if it was cut off."""

    _log = Logger()

    async def answered(self) -> Body:
        """
        The answer, when it has begun.

        :raises UpstreamFailed: there is none, and asking this model again would not help.
        """
        cooldowns, key = self.exchange.outlook.cooldowns, self.route.key
        cooldowns.asked(key, self.exchange.clock.seconds())
        try:
            body = await self._tried()
        except UpstreamFailed as failure:
            self._failed(failure)
            raise
        except BaseException:
            cooldowns.abandoned(key)
            raise
        body.ended.addBoth(self._ended)
        return body

    async def _tried(self) -> Body:
        sent = await self._made_ready()
        tries = 0
        while True:
            self.changes = sent.changes
            tries += 1
            try:
                return await self._in_turn(sent)
            except UpstreamFailed as failure:
                better = mended(sent, failure)
                if better is not None:
                    sent, tries = better, tries - 1
                elif not await self._waited(failure, tries):
                    raise

    async def _made_ready(self) -> Sanitized:
        exchange = self.exchange
        remembered: Mapping[str, str] = {}
        if exchange.recalls(self.route) and (keys := keys_of(self.asked, exchange.imported())):
            remembered = await exchange.signatures.get(keys)
            self.remembered = bool(remembered)
        return exchange.sanitizer.sanitize(self.asked, self.route, remembered)

    async def _in_turn(self, sent: Sanitized) -> Body:
        """One attempt, when it is its turn; the next one's comes when this answer is over."""
        lane = self._lane
        if lane is None:
            return await self._attempt(sent)
        await self._queue(lane)
        try:
            body = await self._attempt(sent)
        except UpstreamFailed as failure:
            busy = _is_busy(failure)
            lane.leave(failure.retry_after if busy else None, busy)
            raise
        except BaseException:
            lane.leave()
            raise
        body.ended.addBoth(_left, lane)
        return body

    async def _queue(self, lane: Queue) -> None:
        """Wait for one's turn."""
        began = self._begin("queued")
        try:
            await lane.enter(again=bool(self.attempts))
        finally:
            self.queued = (self.queued or 0.0) + self._waited_since(began)

    def _begin(self, phase: str) -> float:
        """Others are waited for from this moment on, which is given."""
        self.phase = phase
        return self.exchange.clock.seconds()

    def _waited_since(self, began: float) -> float:
        """They have been waited for; gives how long."""
        spent = self.exchange.clock.seconds() - began
        self.waited += spent
        return spent

    async def _attempt(self, sent: Sanitized) -> Body:
        exchange, route = self.exchange, self.route
        remember, cut = exchange.remember, self._cut
        context = Context(self.asked, route, self.settings, new_call_id, remember, cut)
        data = sent.request.to_json()
        status, kind, in_band = 0, "", ""
        here, at, began = continued(self.trace), exchange.now(), self._begin("waiting")
        try:
            body = await exchange.upstreams[route.universe].open(data, context, here)
            status = 200
        except UpstreamFailed as failure:
            status, kind = failure.status, self._meaning(failure).kind
            in_band = (failure.code or "unnamed") if failure.in_band else ""
            raise
        finally:
            spent = self._waited_since(began)
            span_id = here.span_id if here else ""
            attempt = Attempt(route, status, spent, kind, in_band, at, span_id)
            self._attempted(attempt, sent, len(data))
        return body

    def _attempted(self, attempt: Attempt, sent: Sanitized, size: int) -> None:
        self.attempts.append(attempt)
        log = self._log
        if not is_heard(log):
            return
        log.debug(
            "{name} was sent {size} bytes: {status} {kind} in {seconds:.3f} s; rules: {rules}",
            **self._named,
            size=size,
            status=attempt.status,
            kind=attempt.kind or "ok",
            seconds=attempt.seconds,
            rules=",".join(sent.changes) or "none",
            span_id=attempt.span_id,
        )

    @property
    def _named(self) -> Mapping[str, str]:
        """The model, as lines of the log name it: the name may be the client's own invention."""
        return {"name": brief(self.route.name)}

    def _cut(self, reason: str) -> None:
        self.cut = reason
        self._log.debug("the answer is cut off: {reason}", reason=reason)

    async def _waited(self, failure: UpstreamFailed, tries: int) -> bool:
        """Whether the model is to be asked again; if so, it is time now."""
        exchange = self.exchange
        situation = exchange.situation()
        self.rescue = exchange.router.fallback(self.asked, self.route, failure, situation)
        delay = retry_delay(
            self._meaning(failure),
            tries,
            exchange.jitter(),
            self.rescue is not None,
            situation.settings.retries,
        )
        if delay is None:
            return False
        self._log.debug("the same model is asked again in {delay:.3f} s", delay=delay)
        # A lane keeps the distance that a busy upstream asks for by itself.
        if self._lane is None or not _is_busy(failure):
            began = self._begin("pausing")
            try:
                await deferLater(exchange.clock, delay)
            finally:
                self._waited_since(began)
        return True

    @property
    def _lane(self) -> Queue | None:
        return self.exchange.lanes.get(self.route.universe)

    def _meaning(self, failure: UpstreamFailed) -> Verdict:
        return verdict(failure, self.route, self.asked)

    def _failed(self, failure: UpstreamFailed) -> None:
        """The model is given up for this request."""
        outlook, meaning = self.exchange.outlook, self._meaning(failure)
        if meaning.cooling != "none":
            now, held = self.exchange.clock.seconds(), meaning.cooling == "held"
            outlook.cooldowns.failed(self.route.key, now, meaning.wait, held)
            self._log.debug("{name} is left alone: {kind}", **self._named, kind=meaning.kind)
        elif meaning.kind in ("request", "overflow"):
            outlook.cooldowns.succeeded(self.route.key)
        else:
            outlook.cooldowns.abandoned(self.route.key)
        if meaning.look:
            Deferred.fromCoroutine(outlook.quota.refresh())

    def _ended(self, result: Any) -> Any:
        """The answer is over, or broke off, or its client has left, or we stop."""
        failure = getattr(result, "value", None)
        if isinstance(failure, UpstreamFailed) and failure.phase == "stream":
            self._failed(failure)
        else:
            self.exchange.outlook.cooldowns.succeeded(self.route.key)
        return result


def _left(result: Any, lane: Queue) -> Any:
    lane.leave()
    return result


def _is_busy(failure: UpstreamFailed) -> bool:
    return failure.status == 429


def new_call_id() -> str:
    """An identifier for a tool call that came without one; short enough for every family."""
    return f"call_{uuid.uuid4().hex[:24]}"
