"""What is known at the moment, gathered from the services that keep looking."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import attrs
from twisted.internet.interfaces import IReactorTime

from ..chat.request import ChatRequest
from ..errors import InvalidRequest
from ..routing.catalogue import Catalogue
from ..routing.cooldown import Cooldowns
from ..routing.names import resolve
from ..routing.quota import Quota
from ..routing.route import ENTER
from ..routing.situation import Situation
from ..settings.schema import Settings


class Looks(Protocol):
    """What is asked of :class:`pollinations.upstream.quota.QuotaService`."""

    @property
    def latest(self) -> Quota: ...

    async def settled(self) -> Quota: ...

    async def refresh(self) -> Quota: ...


class NoLooks:
    """An account that nobody looks at."""

    latest = Quota()

    async def settled(self) -> Quota:
        """There is nothing to wait for."""
        return self.latest

    async def refresh(self) -> Quota:
        """There is nothing to look at."""
        return self.latest


async def _at_once() -> None:
    """There is nothing to wait for."""


@attrs.define(eq=False, slots=False)
class Outlook:
    """
    Everything that decisions are made by. Its defaults know nothing and do no harm.

    :param clock: times the cooldowns.
    :param settings: gives the settings in force.
    :param catalogue: gives the models that are known.
    :param key: gives the key, or ``None``.
    :param quota: what was seen of the account.
    :param cooldowns: the models that are left alone.
    :param listed: waits, not for long, until the catalogue has been read once.
    """

    _clock: IReactorTime
    _settings: Callable[[], Settings] = Settings
    _catalogue: Callable[[], Catalogue] = Catalogue
    _key: Callable[[], str | None] = attrs.field(default=lambda: None, repr=False)
    quota: Looks = attrs.field(factory=NoLooks)
    cooldowns: Cooldowns = attrs.field(factory=Cooldowns)
    listed: Callable[[], Awaitable[None]] = _at_once

    def situation(self) -> Situation:
        """What is known now. Costs no look at anything outside."""
        return Situation(
            settings=self._settings(),
            catalogue=self._catalogue(),
            quota=self.quota.latest,
            cooling=self._cooling(),
            has_key=self._key() is not None,
        )

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings()

    async def settled(self, asked: ChatRequest) -> Situation:
        """
        What is known, after the very first look at the account if *asked* depends on it.

        That is over at the latest when the service's patience is; a request for the free universe
        does not wait at all, and neither does any request once there was a look.
        """
        situation = self.situation()
        if not _depends_on_quota(asked, situation):
            return situation
        await self.quota.settled()
        return self.situation()

    def _cooling(self) -> Mapping[tuple[str, str], float]:
        return self.cooldowns.view(self._clock.seconds())


def _depends_on_quota(asked: ChatRequest, situation: Situation) -> bool:
    """Whether where *asked* goes depends on what the account holds."""
    if situation.mode == "manual" or not situation.has_key:
        return False
    try:
        universe, _ = resolve(asked.model, situation.catalogue, situation.has_key)
    except InvalidRequest:
        return False
    return universe == ENTER
