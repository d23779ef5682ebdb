"""
What a person should see although no answer carries it, and the last of that.

There are two channels. ``status`` speaks of the quota and of who answers; ``gui.status`` says how
much of it is shown. ``log`` speaks of what the proxy does about failures; ``gui.logs`` says so.
"""

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


@attrs.frozen
class Notification:
    """
    One notification. It holds no key, prompt or answer.

    :param id: counts up, so that a reader knows what is new.
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
    subscribers: list[Callable[[Notification], None]] = attrs.field(factory=list, init=False)
    """Who is told of each that is shown."""

    _kept: deque[Notification] = attrs.field(factory=lambda: deque(maxlen=KEPT), init=False)
    _ids: Iterator[int] = attrs.field(factory=lambda: count(1), init=False)

    def add(self, channel: Channel, kind: Kind, title: str, message: str) -> None:
        """Show this, unless the settings say that nobody wants to see such."""
        if not shown(channel, kind, self._gui()):
            return
        new = Notification(next(self._ids), self._now(), channel, kind, title, message)
        self._kept.append(new)
        for subscriber in tuple(self.subscribers):
            subscriber(new)

    def since(self, id: int = 0) -> tuple[Notification, ...]:
        """Those that came after the one called *id*."""
        return tuple(one for one in self._kept if one.id > id)


def shown(channel: Channel, kind: Kind, gui: Gui) -> bool:
    """Whether somebody wants to see such a notification."""
    level = gui.status if channel == "status" else gui.logs
    return level in ("all", "verbose") or (level != "none" and kind in ("warning", "error"))
