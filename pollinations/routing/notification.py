"""
What a person should see although no answer carries it, and the last of that.

There are two channels. ``status`` speaks of the quota and of who answers; ``gui.status`` says how
much of it is shown. ``log`` speaks of what the proxy does about failures; ``gui.logs`` says so.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from itertools import count
from typing import Final, Literal

import attrs

from ..settings.schema import Gui

Channel = Literal["status", "log"]
Kind = Literal["info", "success", "warning", "error"]

KEPT: Final = 20
"""How many notifications are kept."""

SAME: Final = 10.0
"""Seconds within which nothing is said twice."""

LONGEST: Final = 500
"""The most characters that a message has."""

_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


@attrs.frozen
class Notification:
    """
    One notification. It holds no key, prompt or answer.

    :param id: counts up, in one proxy and from one to the next, so that a reader knows what is new.
    :param at: when, in seconds since the epoch.
    """

    id: int
    at: float
    channel: Channel
    kind: Kind
    title: str
    message: str


@attrs.define(eq=False)
class Notifications:
    """
    The last notifications, the newest last.

    :param gui: gives what is to be shown.
    :param now: tells the time of day, in seconds since the epoch.
    """

    _gui: Callable[[], Gui] = Gui
    _now: Callable[[], float] = lambda: 0.0

    observers: list[Callable[[Notification], None]] = attrs.field(factory=list, init=False)
    """Who is told of each, whether it is shown or not."""

    subscribers: list[Callable[[Notification], None]] = attrs.field(factory=list, init=False)
    """Who is told of each that is shown."""

    _said: dict[tuple[str, ...], float] = attrs.field(factory=dict, init=False)
    """What was said last, each with its time, the latest last."""

    _kept: deque[Notification] = attrs.field(factory=lambda: deque(maxlen=KEPT), init=False)
    _ids: Iterator[int] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._ids = count(int(self._now() * 1000) + 1)

    def add(self, channel: Channel, kind: Kind, title: str, message: str) -> None:
        """Show this, unless the settings say that nobody wants to see such, or it was just said."""
        line = _UNPRINTABLE.sub(" ", message).strip()[:LONGEST]
        now = self._now()
        if not self._is_news((channel, kind, title, line), now):
            return
        new = Notification(next(self._ids), now, channel, kind, title, line)
        wanted = shown(channel, kind, self._gui())
        for observer in self.observers:
            observer(new)
        if wanted:
            self.show(new)

    def show(self, notification: Notification) -> None:
        """Keep this, which somebody wants to see, and show it."""
        self._kept.append(notification)
        for subscriber in self.subscribers:
            subscriber(notification)

    def since(self, id: int = 0) -> tuple[Notification, ...]:
        """Those that came after the one called *id*."""
        return tuple(one for one in self._kept if one.id > id)

    def lately(self, seconds: float) -> tuple[Notification, ...]:
        """Those of the last *seconds*."""
        return tuple(one for one in self._kept if one.at >= self._now() - seconds)

    def _is_news(self, said: tuple[str, ...], now: float) -> bool:
        """Whether this was not just said; from now on it was."""
        before = self._said.get(said)
        if before is not None and now - before < SAME:
            return False
        self._said.pop(said, None)
        self._said[said] = now
        if len(self._said) > KEPT:
            del self._said[next(iter(self._said))]
        return True


def shown(channel: Channel, kind: Kind, gui: Gui) -> bool:
    """Whether somebody wants to see such a notification."""
    level = gui.status if channel == "status" else gui.logs
    return level in ("all", "verbose") or (level != "none" and kind in ("warning", "error"))
