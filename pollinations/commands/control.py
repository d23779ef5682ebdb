"""What commands look at, and what they change."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import attrs

from ..errors import InvalidRequest, UpstreamFailed
from ..phrase import Language
from ..routing.notification import Notifications
from ..routing.record import Records
from ..routing.situation import Situation

# A shell lists all commands without any of what these bring along: its help must come at once.
if TYPE_CHECKING:
    from ..settings.file import SettingsFile
    from ..settings.keys import Key
    from ..upstream.account import KeyCheck
    from ..upstream.accounts import Accounts
    from ..upstream.outlook import Outlook


@attrs.frozen
class Connected:
    """
    A key that was found good and kept.

    :param in_force: whether it counts now: a key in the environment, or in OpenCode's key store,
        goes before the one that was kept.
    :param limited: whether it may not look at its account; ``None`` when nobody said.
    :param models: how many models it may use.
    :param paid: how many of them only purchased pollen buys.
    :param source: where the key in force was found, for a person; ``None`` when that is not known.
    """

    in_force: bool
    limited: bool | None
    models: int
    paid: int
    source: str | None = None


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

    async def connect(self, key: str) -> Connected:
        """
        Check *key* and keep it. A key that is not good, or that cannot be checked, changes nothing.

        :raises InvalidRequest: it is not a key that can be used, or keys are not kept here.
        :raises UpstreamFailed: whoever knows the keys cannot be asked.
        :raises SettingsUnreadable, WrongSettings, OSError: there is no room for it, as
            :func:`pollinations.settings.file.save` says.
        """
        if not self.keeps_keys:
            raise no_keys()
        check = await self.accounts.check(key)
        _refuse(check)
        await self.file.save({"apiKey": key})
        used = self.key()
        in_force, source = (used.value == key, used.source) if used else (False, None)
        return Connected(in_force, check.limited, check.models, check.paid, source)

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


def no_keys() -> InvalidRequest:
    """What is said where no key can be connected."""
    return InvalidRequest("Keys are not kept here.", status=404, code="keys_not_kept")


def _refuse(check: "KeyCheck") -> None:
    """:raises PollinationsError: the key is not good, or nobody knows whether it is."""
    if check.state == "invalid":
        message = "This key is not valid; nothing was changed."
        raise InvalidRequest(message, "apiKey", 401, "key_invalid")
    if check.state == "barred":
        message = "This key may use no chat model; nothing was changed."
        raise InvalidRequest(message, "apiKey", 403, "key_without_models")
    if check.state == "unchecked":
        message = "The key cannot be checked, Pollinations is out of reach; nothing was changed."
        raise UpstreamFailed("reply", 502, message, code="key_unchecked")
