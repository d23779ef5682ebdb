"""The account of whichever key is in force."""

from collections.abc import Callable
from typing import Any, Literal

import attrs
from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from ..interfaces import IQuotaProvider
from ..routing.quota import Quota
from ..settings.schema import Settings
from .account import AccountQuota, KeyCheck, NoQuota
from .agent import Client


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
    _key: Callable[[], str | None] = attrs.field(repr=False)

    async def quota(self) -> Quota:
        """See :class:`pollinations.interfaces.IQuotaProvider`."""
        key = self._key()
        provider = NoQuota() if key is None else self._account(key)
        return await provider.quota()

    async def usage(self, whose: Literal["account", "key"] = "account") -> Any:
        """See :meth:`pollinations.upstream.account.AccountQuota.usage`; ``None`` without a key."""
        key = self._key()
        return None if key is None else await self._account(key).usage(whose)

    async def check(self, key: str) -> KeyCheck:
        """See :meth:`pollinations.upstream.account.AccountQuota.check`, of any *key*."""
        return await self._account(key).check()
