"""
Carries an answer from the upstream to the client, at the client's pace.

The rule of this file: nothing is collected. What the client cannot take stays with the upstream,
whose transport is paused; a client who leaves takes the upstream's connection along.
"""

from collections.abc import Callable
from typing import Any

import attrs
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IConsumer, IPushProducer, IReactorTime
from twisted.internet.protocol import Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from ..errors import ClientStalled, Phase, UpstreamFailed
from ..logs.context import Served, current, enter, in_request, leave
from ..quiet import quiet
from ..routing.gaps import Gaps
from ..stages.answer import Answer
from .timers import Timers

HOLD = 1.0
"""Seconds for which an answer may be held back to see whether it is a refusal."""

LINGER = 0.5
"""Seconds for which a connection whose answer is over is kept, to be used again."""

KEEPALIVE = b": keep-alive\n\n"


@implementer(IPushProducer)
@attrs.define(eq=False, slots=False)
class Body(Protocol):
    """
    The body of one answer.

    :param answer: turns the upstream's bytes into the client's.
    :param clock: measures silence.
    :param idle: seconds of silence after which the upstream is given up, and seconds without
        reading after which the client is.
    :param keepalive: seconds of silence after which the client of a stream gets a comment;
        ``None`` for an answer that is not a stream.
    :param first_token: seconds within which something must be ready to leave, or ``None``.
    """

    answer: Answer = attrs.field(repr=False)
    _clock: IReactorTime
    _idle: float
    _keepalive: float | None = None
    _first_token: float | None = None

    started: Deferred[None] = attrs.field(init=False, repr=False)
    """Fires when bytes may leave; until it does, a failure is its failure and nobody's answer."""

    ended: Deferred[None] = attrs.field(init=False, repr=False)
    """Fires when the last byte was written; fails with the failure that cut the answer short."""

    gaps: Gaps | None = attrs.field(default=None, init=False, repr=False)
    """How the pieces of a stream came; ``None`` for an answer that is not one."""

    served: Served | None = attrs.field(factory=current, init=False, repr=False)
    """The request that this is made for."""

    _log = Logger()
    _consumer: IConsumer | None = attrs.field(default=None, init=False, repr=False)
    _pending: list[bytes] = attrs.field(factory=list, init=False, repr=False)
    _heard: float = attrs.field(default=0.0, init=False)
    _first: bool = attrs.field(default=True, init=False)
    _since: float | None = attrs.field(default=None, init=False)
    _busy: float = attrs.field(default=0.0, init=False)
    _beaten: float = attrs.field(default=0.0, init=False)
    _full: float = attrs.field(default=0.0, init=False)
    _paused: bool = attrs.field(default=False, init=False)
    _over: bool = attrs.field(default=False, init=False)
    _timers: Timers = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.started = Deferred(self._left)
        self.ended = Deferred(self._left)
        self._timers = Timers(self._clock, self.served)
        if self._keepalive is not None:
            self.gaps = Gaps()

    @property
    def busy(self) -> float:
        """Seconds in which the answer was worked on."""
        if self._since is None:
            return self._busy
        return self._busy + self._clock.seconds() - self._since

    @property
    def length(self) -> int | None:
        """How many bytes there are, where all of them are known before the first has left."""
        whole = self.answer.ended and self.answer.failure is None and self._consumer is None
        return sum(map(len, self._pending)) if whole else None

    # What the upstream's connection calls.

    @in_request
    def connectionMade(self) -> None:
        """The headers have come, the body begins."""
        self._heard = self._beaten = self._clock.seconds()
        if self._first_token is not None:
            self._timers.start("first token", self._first_token, self._stalled)
        self._watch()

    def dataReceived(self, data: bytes) -> None:
        """Some of the body has come."""
        if self._over:
            # An answer that is over, and an upstream that goes on.
            return self._hang_up()
        now = self._clock.seconds()
        if self._first:
            self._first = False
        elif self.gaps is not None:
            self.gaps.add(now - self._heard)
        self._heard = now
        self._step(now, self.answer.received, data)
        if not self.started.called and not self._over and self._keepalive is not None:
            self._timers.start("hold", HOLD, self._release)
        return None

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The body is over, one way or another; the answer itself knows whether it is whole."""
        self.transport = None
        self._timers.cancel("linger")
        if not self._over:
            self._step(self._clock.seconds(), self.answer.closed)

    # What the one who answers the client calls.

    def attach(self, consumer: IConsumer) -> None:
        """Write to *consumer* from now on, what has been waiting first."""
        self._consumer = consumer
        self._paused = False
        consumer.registerProducer(self, True)
        pending, self._pending = self._pending, []
        for data in pending:
            consumer.write(data)
        if self._over:
            consumer.unregisterProducer()
        elif not self._paused:
            self.resumeProducing()

    def pauseProducing(self) -> None:
        """The client cannot take more."""
        if not self._paused:
            self._full = self._clock.seconds()
        self._paused = True
        self._transport("pauseProducing")

    def resumeProducing(self) -> None:
        """The client can take more; the silence while it could not was not the upstream's."""
        self._paused = False
        self._heard = self._beaten = self._clock.seconds()
        self._transport("resumeProducing")

    def stopProducing(self) -> None:
        """The client has left. Whoever waits for the end is told, unless it gave up waiting."""
        self._stop()
        self._timers.start("left", 0, self._abandoned)

    @in_request
    def end(self, failure: UpstreamFailed) -> None:
        """End it here, for a reason that is not the upstream's; who waits for the end is told."""
        if not self._over:
            if self._consumer is not None:
                self._consumer.unregisterProducer()
            self._stop()
            self.ended.errback(failure)

    # What happens within.

    def _step(self, now: float, step: Callable[..., bytes], *taken: bytes) -> None:
        """Take the answer one step on, and see how long that takes."""
        if self._since is not None:
            # Within another step.
            return self._take(now, step, *taken)
        self._since, token = now, enter(self.served)
        try:
            self._take(now, step, *taken)
        finally:
            leave(token)
            self._busy += self._clock.seconds() - now
            self._since = None

    def _take(self, now: float, step: Callable[..., bytes], *taken: bytes) -> None:
        """Take the answer one step on, and the body with it."""
        try:
            self._give(step(*taken), now)
        except UpstreamFailed as failure:
            return self._fail(failure)
        except Exception:
            self._log.failure("an answer could not be read", quiet())
            return self._fail(UpstreamFailed("stream", 502, "The answer could not be read."))
        if self.answer.failure is not None:
            return self._fail(self.answer.failure)
        if self.answer.ended:
            self._finish()
        return None

    def _give(self, data: bytes, now: float) -> None:
        if not data:
            return
        self._beaten = now
        if self._consumer is not None:
            self._consumer.write(data)
            return
        self._pending.append(data)
        if not self.started.called:
            self._start()
        if self._consumer is None and not self._paused:
            self.pauseProducing()

    def _start(self) -> None:
        self._timers.cancel("hold")
        self._timers.cancel("first token")
        self.started.callback(None)

    def _release(self) -> None:
        self._step(self._clock.seconds(), self.answer.release)

    def _finish(self) -> None:
        self._over = True
        if not self.started.called:
            self._start()
        if self._consumer is not None:
            self._consumer.unregisterProducer()
        self._timers.clear()
        if self.transport is not None:
            self._timers.start("linger", LINGER, self._hang_up)
            self._transport("resumeProducing")
        self.ended.callback(None)

    def _unread(self) -> None:
        """The client takes nothing, and the upstream has waited for it long enough."""
        self._log.debug("the client takes nothing of its answer any more")
        self._stop()
        deferred = self.ended if self.started.called else self.started
        deferred.errback(ClientStalled())

    def _abandoned(self) -> None:
        if not self.ended.called:
            self.ended.errback(CancelledError())

    def _stop(self) -> None:
        self._over = True
        self._hang_up()

    def _fail(self, failure: UpstreamFailed) -> None:
        self._over = True
        self._log.debug(
            "the answer failed: {status} {code}", status=failure.status, code=failure.code or "-"
        )
        if self._consumer is not None:
            self._consumer.unregisterProducer()
        self._hang_up()
        if not self.started.called:
            # Nothing has left: this can still be answered by asking somebody else.
            phase = "reply" if failure.phase == "stream" else failure.phase
            self.started.errback(attrs.evolve(failure, phase=phase, in_band=phase == "reply"))
        else:
            self.ended.errback(attrs.evolve(failure, phase="stream"))

    def _watch(self) -> None:
        """Look again when the silence may have lasted too long."""
        now = self._clock.seconds()
        if self._paused:
            self._heard = self._beaten = now
            if now - self._full >= self._idle:
                return self._unread()
        if now - self._heard >= self._idle:
            return self._stalled()
        if self._may_beat and now - self._beaten >= (self._keepalive or 0):
            self._give(KEEPALIVE, now)
            if self._over:
                return None
        due = self._heard + self._idle
        if self._may_beat:
            due = min(due, self._beaten + (self._keepalive or 0))
        return self._timers.start("silence", due - now, self._watch)

    @property
    def _may_beat(self) -> bool:
        """
        Whether silence is worth a comment. The first one is the beginning of the answer, after
        which nobody else can give it; who has set a limit to that wants somebody else.
        """
        begun = self.started.called or self._first_token is None
        return self._keepalive is not None and begun

    def _stalled(self) -> None:
        phase: Phase = "stream" if self.started.called else "first_byte"
        message = "The upstream fell silent in its answer."
        self._fail(UpstreamFailed(phase, 504, message, code="stream_stalled"))

    def _left(self, _: Deferred[Any]) -> None:
        """Whoever waited has gone."""
        self._stop()

    def _hang_up(self) -> None:
        self._timers.clear()
        self._transport("stopProducing")

    def _transport(self, action: str) -> None:
        if self.transport is not None:
            getattr(self.transport, action)()
