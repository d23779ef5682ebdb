"""What commands look at, and what they change."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import attrs

from ..errors import InvalidRequest
from ..routing.notification import Notifications
from ..routing.record import Records
from ..routing.situation import Situation
from .phrase import Language

# A shell lists all commands without any of what these bring along: its help must come at once.
if TYPE_CHECKING:
    from ..settings.file import SettingsFile
    from ..settings.keys import Key
    from ..upstream.accounts import Accounts, Connected
    from ..upstream.outlook import Outlook


@attrs.define(eq=False, slots=False)
class Control:
    """
    What commands look at, and what they change: of a running proxy, or of its files alone.

    :param file: the settings, and the place where they are kept.
    :param outlook: what decisions are made by: catalogue, quota, cooldowns.
    :param accounts: the accounts that keys belong to.
    :param key: gives the key in force with its source, or ``None``.
    :param now: tells the time of day, in seconds since the epoch.
    :param records: the last requests; ``None`` where no proxy runs.
    :param notifications: the last notifications, to which commands add theirs.
    :param keeps_keys: whether a key can be connected; a demonstration keeps none.
    :param upstreams: gives universe to the base of its upstream.
    """

    file: "SettingsFile"
    outlook: "Outlook"
    accounts: "Accounts"
    key: "Callable[[], Key | None]" = attrs.field(repr=False)
    now: Callable[[], float]
    records: Records | None = None
    notifications: Notifications = attrs.field(factory=Notifications)
    keeps_keys: bool = True
    upstreams: Callable[[], Mapping[str, str]] = dict

    async def connect(self, key: str) -> "Connected":
        """
        Check *key* and keep it; see :meth:`pollinations.upstream.accounts.Accounts.connect`.

        :raises InvalidRequest: likewise; or keys are not kept here.
        """
        if not self.keeps_keys:
            raise InvalidRequest("Keys are not kept here.", status=404, code="keys_not_kept")
        return await self.accounts.connect(key, self.file)

    @property
    def situation(self) -> Situation:
        """What is known now."""
        return self.outlook.situation()

    @property
    def language(self) -> Language:
        """What to answer in."""
        return self.file.settings.language

    def changed(self, message: str) -> None:
        """Notify of what a command has changed: *message*, a sentence without a key."""
        self.notifications.add("status", "success", "Pollinations", message)
