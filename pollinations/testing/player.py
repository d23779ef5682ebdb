"""Plays a script on a request, by a clock, and no faster than the client reads."""

from collections.abc import Iterator
from itertools import chain
from typing import cast

import attrs
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IPushProducer, IReactorTime, ITCPTransport
from twisted.web.iweb import IRequest
from twisted.web.server import Request
from zope.interface import implementer

from .recording import Exchange
from .script import Abort, Cut, Pause, Produce, Script, Send, Stall, Step

TURN = 0.0001
"""
Seconds between two pieces that are produced: the reactor gets its turn, whether or not the
transport ever asks for a pause, and a :class:`~twisted.internet.task.Clock` comes to an end.
"""


async def play(script: Script, request: IRequest, clock: IReactorTime, exchange: Exchange) -> None:
    """
    Do what *script* says, and come back when the body is complete.

    A script that cuts the connection or stalls never comes back: the client's leaving cancels it.
    """
    exchange.status = script.status
    request.setResponseCode(script.status)
    for name, value in script.headers.items():
        request.setHeader(name, value)
    player = Player(iter(script.steps), cast(Request, request), clock, exchange)
    player.begin()
    await player.finished


@implementer(IPushProducer)
@attrs.define(eq=False, slots=False)
class Player:
    """
    Walks through the steps of one script.

    :param steps: those that are left.
    """

    _steps: Iterator[Step]
    _request: Request
    _clock: IReactorTime
    _exchange: Exchange
    finished: Deferred[None] = attrs.field(init=False)
    _paused: bool = attrs.field(default=False, init=False)
    _stalled: bool = attrs.field(default=False, init=False)
    _waiting: IDelayedCall | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self.finished = Deferred(lambda _: self._left())

    def begin(self) -> None:
        """Start."""
        self._request.registerProducer(self, True)
        self._go()

    def pauseProducing(self) -> None:
        """The client reads slowly."""
        self._paused = True

    def resumeProducing(self) -> None:
        """The client reads again."""
        self._paused = False
        self._go()

    def stopProducing(self) -> None:
        """The connection is gone."""
        self._stop()

    def _go(self) -> None:
        while not (self._paused or self._stalled or self._waiting):
            step = next(self._steps, None)
            if step is None:
                self._end()
                return
            self._do(step)

    def _do(self, step: Step) -> None:
        match step:
            case Send(data):
                self._exchange.written += len(data)
                self._request.write(data)
            case Pause(seconds):
                self._waiting = self._clock.callLater(seconds, self._waited)
            case Produce(pieces):
                paced = ((Send(piece), Pause(TURN)) for piece in pieces())
                self._steps = chain(chain.from_iterable(paced), self._steps)
            case Stall():
                self._stalled = True
            case Cut() | Abort():
                self._close(step)

    def _waited(self) -> None:
        self._waiting = None
        self._go()

    def _stop(self) -> None:
        self._stalled = True
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _close(self, step: Cut | Abort) -> None:
        self._stop()
        self._exchange.ended = True
        self._request.unregisterProducer()
        if isinstance(step, Abort):
            cast(ITCPTransport, self._request.channel.transport).abortConnection()
        else:
            self._request.loseConnection()

    def _end(self) -> None:
        self._stop()
        self._exchange.ended = True
        self._request.unregisterProducer()
        self.finished.callback(None)

    def _left(self) -> None:
        self._stop()
        self._exchange.hung_up = not self._exchange.ended
