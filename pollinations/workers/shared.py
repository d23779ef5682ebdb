"""What one worker knows and all of them must: each is used as what it stands for."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import attrs
from zope.interface import implementer

from ..interfaces import ISignatureStore
from ..routing.cooldown import Cooldowns, ModelKey
from ..routing.notification import Channel, Kind, Notification, Notifications
from .link import Link


class SharedCooldowns(Cooldowns):
    """Who is left alone for a while, by all workers."""

    def __init__(self, link: Link, now: Callable[[], float]) -> None:
        super().__init__()
        self._link, self._now = link, now
        link.topics["cooldown"] = self._told

    def failed(
        self, key: ModelKey, now: float, retry_after: float | None = None, held: bool = False
    ) -> None:
        """See :meth:`.Cooldowns.failed`."""
        super().failed(key, now, retry_after, held)
        self._link.tell("cooldown", ["failed", key, retry_after, held])

    def succeeded(self, key: ModelKey) -> None:
        """See :meth:`.Cooldowns.succeeded`."""
        self._tell_if_cooling("succeeded", key)
        super().succeeded(key)

    def asked(self, key: ModelKey, now: float) -> None:
        """See :meth:`.Cooldowns.asked`."""
        self._tell_if_cooling("asked", key)
        super().asked(key, now)

    def abandoned(self, key: ModelKey) -> None:
        """See :meth:`.Cooldowns.abandoned`."""
        self._tell_if_cooling("abandoned", key)
        super().abandoned(key)

    def clear(self) -> int:
        """See :meth:`.Cooldowns.clear`."""
        self._link.tell("cooldown", ["clear"])
        return super().clear()

    def _tell_if_cooling(self, what: str, key: ModelKey) -> None:
        # Nearly all requests go to models that nobody leaves alone.
        if key in self._cooling:
            self._link.tell("cooldown", [what, key])

    def _told(self, said: Any) -> None:
        match said:
            case ["clear"]:
                super().clear()
            case ["failed", [universe, model], retry_after, held]:
                super().failed((universe, model), self._now(), retry_after, held)
            case ["asked", [universe, model]]:
                super().asked((universe, model), self._now())
            case ["succeeded", [universe, model]]:
                super().succeeded((universe, model))
            case ["abandoned", [universe, model]]:
                super().abandoned((universe, model))


class SharedNotifications(Notifications):
    """
    What a person should see, whichever worker it is that has found it out.

    The parent gives it a number, and says what was said already and what nobody wants to see.
    """

    def __init__(self, link: Link, now: Callable[[], float]) -> None:
        super().__init__(now=now)
        self._link = link
        link.topics["noted"] = self._noted
        link.topics["notification"] = self._shown

    def add(self, channel: Channel, kind: Kind, title: str, message: str) -> None:
        """See :meth:`.Notifications.add`."""
        self._link.tell("notify", [channel, kind, title, message])

    def _noted(self, said: Any) -> None:
        """One of this worker's own was new."""
        for observer in self.observers:
            observer(Notification(**said))

    def _shown(self, said: Any) -> None:
        self.show(Notification(**said))


@implementer(ISignatureStore)
@attrs.define(eq=False)
class SharedSignatures:
    """
    A store that asks the other workers for what it does not find.

    Whoever has taken a signature has it in memory before the client gets it, and so before the
    client can bring it back, to whichever worker that is.

    :param store: this worker's own.
    :param worthwhile: says whether others may know what it does not.
    """

    _link: Link
    _store: ISignatureStore
    _worthwhile: Callable[[], bool] = lambda: True

    def __attrs_post_init__(self) -> None:
        self._link.questions["signatures"] = self._store.get

    @property
    def size(self) -> int | None:
        """How much this worker's own store holds, if that says so."""
        return getattr(self._store, "size", None)

    async def get(self, keys: Collection[str]) -> Mapping[str, str]:
        """See :class:`pollinations.interfaces.ISignatureStore`."""
        found = await self._store.get(keys)
        missing = [key for key in keys if key not in found]
        if not missing or not self._worthwhile():
            return found
        known: dict[str, str] = {}
        for answer in await self._link.ask("signatures", missing):
            known.update(answer or {})
        if known:
            # Who knows it may be gone tomorrow.
            await self._store.put(known)
        return {**found, **known}

    async def put(self, entries: Mapping[str, str]) -> None:
        """See :class:`pollinations.interfaces.ISignatureStore`."""
        await self._store.put(entries)
