"""What a person is notified of, and in which words."""

from collections.abc import Callable, Sequence
from typing import Final

import attrs

from .dashboard import dashboard
from .notification import Notifications
from .quota import Quota
from .record import LEFT, Record
from .route import ENTER
from .situation import Situation

SAFETY: Final = "Pollinations Safety"
STATUS: Final = "Pollinations Status"
SETTINGS: Final = "Pollinations Settings"
NETWORK: Final = "Pollinations Upstream"
QUOTA: Final = "Pollinations Quota"


@attrs.define(eq=False)
class Announcements:
    """
    Makes notifications of what happens in a proxy. Its methods are for those who observe.

    :param notifications: where they go.
    :param situation: gives what is known at this moment.
    :param now: tells the time of day, in seconds since the epoch.
    """

    _notifications: Notifications
    _situation: Callable[[], Situation]
    _now: Callable[[], float]
    _blind: bool = attrs.field(default=False, init=False)
    """Whether the last look at the account saw nothing."""

    def over(self, record: Record) -> None:
        """A request is over."""
        if record.status == 200:
            self._answered(record)
        elif record.status != LEFT:
            self._failed(record)

    def looked(self, quota: Quota) -> None:
        """There was a look at the account; only a change is worth a word."""
        situation = self._situation()
        blind = situation.has_key and not (quota.known or quota.limited)
        before, self._blind = self._blind, blind
        add = self._notifications.add
        if blind and not before:
            add("log", "warning", QUOTA, "The account cannot be seen; the last look counts.")
        elif before and not blind:
            add("log", "info", QUOTA, "The account can be seen again.")

    def troubled(self, problems: Sequence[str]) -> None:
        """The settings have these problems now; none when all is good."""
        add = self._notifications.add
        for problem in problems:
            add("status", "warning", SETTINGS, f"config.json: {problem}")
        if not problems:
            add("status", "success", SETTINGS, "config.json is good again.")

    def _answered(self, record: Record) -> None:
        add, route = self._notifications.add, record.route
        failed = [attempt for attempt in record.attempts if attempt.status != 200]
        if route.reason:
            add("status", "warning", SAFETY, f"⚠️ Safety Net: {route.name} ({route.reason})")
        if failed and route.rescue:
            said = f"Recovering from {failed[0].status} -> Switching to {route.name}"
            add("log", "warning", "Safety Net", said)
        elif failed:
            tries = len(record.attempts)
            said = f"{route.name} answered after {tries} attempts ({failed[-1].status})"
            add("log", "info", NETWORK, said)
        if route.universe == ENTER:
            self._account()

    def _account(self) -> None:
        """Say what is left, if that is wanted."""
        situation = self._situation()
        settings = situation.settings
        if settings.status_bar:
            line = dashboard(situation.quota, situation.mode, self._now(), settings.language)
            self._notifications.add("status", "info", STATUS, line)

    def _failed(self, record: Record) -> None:
        last = record.attempts[-1] if record.attempts else None
        if last is not None and last.status == 200:
            said = f"the answer of {record.route.name} broke off ({record.status})"
        else:
            kind = last.kind if last is not None else "not asked"
            said = f"{record.route.name} gave no answer: {kind} ({record.status})"
        self._notifications.add("log", "error", NETWORK, said)
