"""The account of whichever key is in force, and taking another key into use."""

from collections.abc import Callable

import attrs
from zope.interface import implementer

from ..errors import InvalidRequest, UpstreamFailed
from ..interfaces import IQuotaProvider
from ..routing.quota import Quota
from ..settings.file import SettingsFile, SettingsUnreadable, WrongSettings
from .account import AccountQuota, NoQuota


@implementer(IQuotaProvider)
@attrs.define(eq=False)
class Accounts:
    """
    Looks at the account of the key in force.

    :param account: gives the account of a key.
    :param key: gives the key in force, or ``None``.
    """

    _account: Callable[[str], AccountQuota]
    _key: Callable[[], str | None] = attrs.field(repr=False)

    async def quota(self) -> Quota:
        """See :class:`pollinations.interfaces.IQuotaProvider`."""
        key = self._key()
        provider = NoQuota() if key is None else self._account(key)
        return await provider.quota()

    async def connect(self, key: str, file: SettingsFile) -> bool:
        """
        Check *key* and keep it in *file*. A key that is not good, or that cannot be checked,
        changes nothing.

        :return: whether it is in force now: a key in the environment, or in OpenCode's key store,
            goes before the one in *file*.
        :raises InvalidRequest: it is not a key, or there is no room for it.
        :raises UpstreamFailed: whoever knows the keys cannot be asked.
        """
        state = (await self._account(key).check()).state
        if state == "invalid":
            raise InvalidRequest("This key is not valid; nothing was changed.", "apiKey", 401)
        if state == "unchecked":
            message = "The key cannot be checked now; nothing was changed."
            raise UpstreamFailed("reply", 502, message, code="key_unchecked")
        try:
            await file.save({"apiKey": key})
        except (SettingsUnreadable, WrongSettings, OSError) as e:
            message = f"The key cannot be kept: {e}."
            raise InvalidRequest(message, "apiKey", 500) from e
        return self._key() == key
