"""Asks the account pages what may still be spent, and whether a key is good."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import attrs
from twisted.internet.defer import Deferred, FirstError, gatherResults
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from zope.interface import implementer

from ..interfaces import IQuotaProvider
from ..routing.quota import FORBIDDEN, Quota, quota_from
from ..settings.schema import looks_like_a_key
from .agent import Client
from .whole import Unavailable, get_json

PATIENCE: Final = 5.0
"""Seconds that a page may take; all are asked for at once."""

LIMIT: Final = 4 * 1024 * 1024
"""The most bytes that a page may have."""

PAGES: Final = ("/account/profile", "/account/balance", "/account/usage?days=2&limit=1000")
"""
The pages that a quota is made of. A period lasts a day; asked without limits, the service lists the
last hundred requests only, which can be less than an agent's hour.
"""

_KEY_PAGE: Final = "/account/key"


@attrs.frozen
class KeyCheck:
    """
    What became of checking a key.

    :param state: ``valid``; ``invalid``: the service does not know it, or no longer; ``unchecked``:
        the service could not be asked.
    :param limited: whether the key may not look at its account; ``None`` when nobody said.
    """

    state: Literal["valid", "invalid", "unchecked"]
    limited: bool | None = None


@implementer(IQuotaProvider)
@attrs.frozen
class NoQuota:
    """Knows nothing: for those who have no account."""

    async def quota(self) -> Quota:
        """See :class:`pollinations.interfaces.IQuotaProvider`."""
        return Quota()


@implementer(IQuotaProvider)
@attrs.define(eq=False, slots=False)
class AccountQuota:
    """
    The account that a key belongs to.

    :param client: a treq client.
    :param url: the base of the ``enter`` universe, the only place where a key is sent.
    :param key: the key, as somebody gave it: it may be anything.
    :param clock: measures the limit of time.
    :param now: gives the time of day, in seconds since the epoch.
    :param user_agent: what the service is told that we are.
    :param timeout: seconds that a page may take.
    """

    _client: Client
    _url: str
    _key: str = attrs.field(repr=False)
    _clock: IReactorTime
    _now: Callable[[], float]
    _user_agent: str
    _timeout: float = PATIENCE

    _log = Logger()

    async def quota(self) -> Quota:
        """See :class:`pollinations.interfaces.IQuotaProvider`."""
        asked = [Deferred.fromCoroutine(self._page(path)) for path in PAGES]
        try:
            profile, balance, usage = await gatherResults(asked, consumeErrors=True)
        except FirstError as e:
            # Only being cancelled leads here.
            e.subFailure.raiseException()
        return quota_from(profile, balance, usage, self._now())

    async def check(self) -> KeyCheck:
        """Whether the service knows the key, by a page that costs nothing and that all may see."""
        if not looks_like_a_key(self._key):
            return KeyCheck("invalid")
        try:
            status, page = await self._get(_KEY_PAGE)
        except Unavailable as e:
            self._log.info("a key cannot be checked: {error}", error=e)
            return KeyCheck("unchecked")
        return _checked(status, page)

    async def _page(self, path: str) -> Any:
        """What :func:`pollinations.routing.quota.quota_from` is told of a page."""
        try:
            status, page = await self._get(path)
        except Unavailable as e:
            self._log.debug("no {path}: {error}", path=path, error=e)
            return None
        if status == 403:
            return FORBIDDEN
        return page if status == 200 else None

    async def _get(self, path: str) -> tuple[int, Any]:
        """
        The status and the parsed body of a page.

        :raises Unavailable: it was not to be had in time.
        """
        return await get_json(
            self._client,
            self._url.rstrip("/") + path,
            self._key,
            self._clock,
            timeout=self._timeout,
            limit=LIMIT,
            user_agent=self._user_agent,
        )


def _checked(status: int, page: Any) -> KeyCheck:
    if status == 401:
        return KeyCheck("invalid")
    valid = page.get("valid") if status == 200 and isinstance(page, dict) else None
    if not isinstance(valid, bool):
        return KeyCheck("unchecked")
    return KeyCheck("valid", _limited(page)) if valid else KeyCheck("invalid")


def _limited(page: Mapping[str, Any]) -> bool | None:
    """Whether a key's permissions do not let it see how much is left."""
    permissions = page.get("permissions")
    account = permissions.get("account") if isinstance(permissions, dict) else None
    if not isinstance(account, list):
        return None
    return not {"balance", "usage"} & {name for name in account if isinstance(name, str)}
