"""What workers want a person to see: numbered, and said once, whoever of them says it."""

import attrs

from ..routing.notification import Notification, Notifications
from .hub import Hub, Member


@attrs.define(eq=False)
class SharedNotices:
    """
    The notifications of all workers.

    :param hub: where they come from, and go to.
    :param notifications: decides what is new, and what somebody wants to see.
    """

    _hub: Hub
    _notifications: Notifications
    _speaker: Member | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._hub.topics["notify"] = self._told
        self._notifications.observers.append(self._new)
        self._notifications.subscribers.append(self._shown)

    def _told(self, member: Member, said: list[str]) -> None:
        channel, kind, title, message = said
        self._speaker = member
        self._notifications.add(channel, kind, title, message)  # type: ignore[arg-type]

    def _new(self, notification: Notification) -> None:
        """Whose it is logs it."""
        if self._speaker is not None:
            self._speaker.send("noted", attrs.asdict(notification))

    def _shown(self, notification: Notification) -> None:
        self._hub.tell("notification", attrs.asdict(notification))
