"""Whoever asks a lot at once waits for those who ask little."""

from collections import deque
from collections.abc import Callable
from typing import Any

import attrs


@attrs.define(eq=False, slots=False)
class Turns:
    """
    Gives those who wait their turn: one of them each time that the reactor turns.

    In between everybody else is served, so what a new client waits for is one request of another,
    however many there are and however much each of them asks.

    :param call_later: the reactor's.
    """

    _call_later: Callable[[float, Callable[[], None]], Any]
    _waiting: deque[Callable[[], None]] = attrs.field(factory=deque, init=False)

    def wait(self, turn: Callable[[], None]) -> None:
        """Call *turn*, which raises nothing, when its time has come."""
        self._waiting.append(turn)
        if len(self._waiting) == 1:
            self._call_later(0, self._next)

    def _next(self) -> None:
        turn = self._waiting.popleft()
        if self._waiting:
            self._call_later(0, self._next)
        turn()
