"""Asks the account pages what may still be spent, and whether a key is good."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NoReturn

import attrs
import orjson
from twisted.internet.defer import CancelledError, Deferred, FirstError, gatherResults
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.web.iweb import IResponse
from zope.interface import implementer

from ..interfaces import IQuotaProvider
from ..routing.quota import FORBIDDEN, Quota, quota_from
from ..settings.schema import Settings
from .agent import Client
from .whole import read_whole

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


class PageUnavailable(Exception):
    """A page was not to be had; the message says why, without its words."""


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
    :param timeout: seconds that a page may take.
    :param user_agent: gives what the service is told that we are.
    """

    _client: Client
    _url: str
    _key: str = attrs.field(repr=False)
    _clock: IReactorTime
    _now: Callable[[], float]
    _timeout: float = PATIENCE
    _user_agent: Callable[[], str] = lambda: Settings().user_agent

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
        if not _looks_like_a_key(self._key):
            return KeyCheck("invalid")
        try:
            status, page = await self._get(_KEY_PAGE)
        except PageUnavailable as e:
            self._log.info("a key cannot be checked: {error}", error=e)
            return KeyCheck("unchecked")
        return _checked(status, page)

    async def _page(self, path: str) -> Any:
        """What :func:`pollinations.routing.quota.quota_from` is told of a page."""
        try:
            status, page = await self._get(path)
        except PageUnavailable as e:
            self._log.debug("no {path}: {error}", path=path, error=e)
            return None
        if status == 403:
            return FORBIDDEN
        return page if status == 200 else None

    async def _get(self, path: str) -> tuple[int, Any]:
        """
        The status and the parsed body of a page.

        :raises PageUnavailable: it was not to be had in time.
        """
        asked = Deferred.fromCoroutine(self._ask(path))
        try:
            return await asked.addTimeout(self._timeout, self._clock, _too_slow)
        except (CancelledError, PageUnavailable):
            raise
        except Exception as e:
            # A network fails in more ways than anyone has listed, and none of them is ours.
            raise PageUnavailable(type(e).__name__) from e

    async def _ask(self, path: str) -> tuple[int, Any]:
        headers = {
            "Accept": "application/json",
            "Authorization": f"Bearer {self._key}",
            "User-Agent": self._user_agent(),
        }
        response: IResponse = await self._client.get(
            self._url.rstrip("/") + path,
            headers=headers,
            allow_redirects=False,
            unbuffered=True,
            reactor=self._clock,
        )
        return response.code, _parsed(await read_whole(response, LIMIT))


def _looks_like_a_key(key: str) -> bool:
    """Whether *key* can be sent in a header at all."""
    return bool(key) and key.isascii() and key.isprintable() and " " not in key


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


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


def _too_slow(_: Any, patience: float) -> NoReturn:
    raise PageUnavailable(f"it took longer than {patience:g} s")
