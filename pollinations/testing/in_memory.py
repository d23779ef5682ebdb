"""The parts of a proxy without a network, with what is known outside as a test sets it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
from twisted.internet.task import Clock

from ..life.supervisor import Supervisor
from ..parts import Parts
from ..routing.catalogue import Catalogue
from ..routing.quota import Quota
from ..settings.file import SettingsFile
from ..settings.home import Home
from ..settings.keys import Key
from ..start import Start

PLENTY = Quota(known=True, grant=10.0, limit=10.0, wallet=50.0, tier="flower")
"""An account with which nothing falls back."""


@attrs.define(eq=False)
class Seen:
    """Keeps an account's quota as a test sets it."""

    latest: Quota = PLENTY
    looks: int = 0
    observers: list[Callable[[Quota], None]] = attrs.field(factory=list, init=False)
    """Nobody of them is told anything: what a test sets was there all the time."""

    async def settled(self) -> Quota:
        """There is nothing to wait for."""
        return self.latest

    async def refresh(self) -> Quota:
        """Count the look."""
        self.looks += 1
        return self.latest


@attrs.define(eq=False)
class Listed:
    """Keeps the models as a test sets them, which *catalogue* gives."""

    _catalogue: Callable[[], Catalogue]

    @property
    def latest(self) -> Catalogue:
        """The models."""
        return self._catalogue()

    async def settled(self) -> None:
        """There is nothing to wait for."""


def parts_in_memory(
    clock: Clock,
    client: object,
    file: SettingsFile,
    key: Callable[[], Key | None],
    quota: Seen,
    catalogue: Callable[[], Catalogue],
) -> Parts:
    """
    Those of the proxy that ships, connected, before an :class:`~.imitation.Imitation`.

    :param client: leads to the imitation.
    """
    said = {"free_url": "http://up/free", "enter_url": "http://up/enter", "signatures": "memory:"}
    start = Start(Home(Path("nowhere")), file, (), said)
    known: Any = Parts(start, {}, clock, clock.seconds, Supervisor(), key)
    known.client, known.quota, known.catalogue = client, quota, Listed(catalogue)
    parts: Parts = known
    parts.connect()
    return parts
