"""The account of whichever key is in force, and taking another key into use."""

from collections.abc import Callable
from typing import Any, Literal

import attrs
from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from ..errors import InvalidRequest, UpstreamFailed
from ..interfaces import IQuotaProvider
from ..routing.quota import Quota
from ..settings.document import SettingsUnreadable
from ..settings.file import SettingsFile, WrongSettings
from ..settings.keys import Key
from ..settings.schema import Settings
from .account import AccountQuota, KeyCheck, NoQuota
from .agent import Client


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


def accounts_at(
    url: Callable[[], str],
    client: Client,
    settings: Callable[[], Settings],
    clock: IReactorTime,
    now: Callable[[], float],
) -> Callable[[str], AccountQuota]:
    """
    Gives the account of each key.

    :param url: gives the base of the ``enter`` universe at this moment.
    :param client: a treq client.
    :param settings: gives the settings in force.
    :param clock: measures the limits of time.
    :param now: gives the time of day, in seconds since the epoch.
    """

    def account(key: str) -> AccountQuota:
        agent, patience = settings().user_agent, settings().timeouts.account
        return AccountQuota(client, url(), key, clock, now, agent, patience)

    return account


@implementer(IQuotaProvider)
@attrs.define(eq=False)
class Accounts:
    """
    Looks at the account of the key in force.

    :param account: gives the account of a key.
    :param key: gives the key in force, or ``None``.
    """

    _account: Callable[[str], AccountQuota] = attrs.field(repr=False)
    _key: Callable[[], Key | None] = attrs.field(repr=False)

    async def quota(self) -> Quota:
        """See :class:`pollinations.interfaces.IQuotaProvider`."""
        key = self._key()
        provider = NoQuota() if key is None else self._account(key.value)
        return await provider.quota()

    async def usage(self, whose: Literal["account", "key"] = "account") -> Any:
        """See :meth:`pollinations.upstream.account.AccountQuota.usage`; ``None`` without a key."""
        key = self._key()
        return None if key is None else await self._account(key.value).usage(whose)

    async def connect(self, key: str, file: SettingsFile) -> Connected:
        """
        Check *key* and keep it in *file*. A key that is not good, or that cannot be checked,
        changes nothing.

        :raises InvalidRequest: it is not a key that can be used, or there is no room for it.
        :raises UpstreamFailed: whoever knows the keys cannot be asked.
        """
        check = await self._account(key).check()
        _refuse(check)
        try:
            await file.save({"apiKey": key})
        except (SettingsUnreadable, WrongSettings, OSError) as e:
            message = f"The key cannot be kept in {file.path.name}: {e}."
            raise InvalidRequest(message, "apiKey", 500) from e
        used = self._key()
        in_force, source = (used.value == key, used.source) if used else (False, None)
        return Connected(in_force, check.limited, check.models, check.paid, source)


def _refuse(check: KeyCheck) -> None:
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
