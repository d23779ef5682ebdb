"""Asks the account pages what may still be spent, and whether a key is good."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import attrs
from twisted.internet.defer import Deferred, FirstError, gatherResults
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from zope.interface import implementer

from ..interfaces import IQuotaProvider
from ..routing.catalogue import Model, parse_list
from ..routing.period import LISTED
from ..routing.quota import FORBIDDEN, Quota, quota_from
from ..settings.schema import looks_like_a_key
from .agent import Client
from .whole import Unavailable, get_json

PATIENCE: Final = 5.0
"""Seconds that a page may take; all are asked for at once."""

LIMIT: Final = 4 * 1024 * 1024
"""The most bytes that a page may have."""

_USAGE: Final = f"/account/usage?days=2&limit={LISTED}"
_KEY_USAGE: Final = f"/account/key/usage?days=2&limit={LISTED}"

PAGES: Final = ("/account/profile", "/account/balance", _USAGE)
"""
The pages that a quota is made of. A period lasts a day; asked without limits, the service lists the
last hundred requests only, which can be less than an agent's hour.
"""

_KEY_PAGE: Final = "/account/key"
_LIST: Final = "/text/models"


@attrs.frozen
class KeyCheck:
    """
    What became of checking a key.

    :param state: ``valid``; ``invalid``: the service does not know it, or no longer; ``barred``: it
        knows it, and lets it use no model; ``unchecked``: the service could not be asked.
    :param limited: whether the key may not look at its account; ``None`` when nobody said.
    :param models: how many models it may use.
    :param paid: how many of them only purchased pollen buys.
    """

    state: Literal["valid", "invalid", "barred", "unchecked"]
    limited: bool | None = None
    models: int = 0
    paid: int = 0


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

    async def usage(self, whose: Literal["account", "key"] = "account") -> Any:
        """
        The last requests that were paid for, the newest first.

        :param whose: of the whole account, or of this key alone, which every key may see.
        :return: the parsed page; ``FORBIDDEN``; ``None`` when it was not to be had.
        """
        return await self._page(_USAGE if whose == "account" else _KEY_USAGE)

    async def check(self) -> KeyCheck:
        """
        Whether the service knows the key, and which models are open to it.

        Both pages cost nothing, and every key may see them.
        """
        if not looks_like_a_key(self._key):
            return KeyCheck("invalid")
        try:
            known = _known(*await self._get(_KEY_PAGE))
            return known if known.state != "valid" else _usable(known, *await self._get(_LIST))
        except Unavailable as e:
            self._log.info("a key cannot be checked: {error}", error=e)
            return KeyCheck("unchecked")

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


def _known(status: int, page: Any) -> KeyCheck:
    """What the key's own page says of it."""
    if status == 401:
        return KeyCheck("invalid")
    valid = page.get("valid") if status == 200 and isinstance(page, dict) else None
    if not isinstance(valid, bool):
        return KeyCheck("unchecked")
    return KeyCheck("valid", _limited(page)) if valid else KeyCheck("invalid")


def _usable(known: KeyCheck, status: int, page: Any) -> KeyCheck:
    """*known*, and what the list of models says that it may use."""
    if status == 401:
        return KeyCheck("invalid")
    models = _listed(page) if status == 200 else () if status == 403 else None
    if models is None:
        return KeyCheck("unchecked")
    if not models:
        return attrs.evolve(known, state="barred")
    return attrs.evolve(known, models=len(models), paid=sum(model.paid_only for model in models))


def _listed(page: Any) -> tuple[Model, ...] | None:
    """The models of a list, which may be none; ``None`` when it is no list."""
    try:
        return parse_list(page)
    except ValueError:
        entries = page.get("data") if isinstance(page, dict) else page
        return () if isinstance(entries, list) else None


def _limited(page: Mapping[str, Any]) -> bool | None:
    """Whether a key's permissions do not let it see how much is left."""
    permissions = page.get("permissions")
    account = permissions.get("account") if isinstance(permissions, dict) else None
    if not isinstance(account, list):
        return None
    return not {"balance", "usage"} & {name for name in account if isinstance(name, str)}
