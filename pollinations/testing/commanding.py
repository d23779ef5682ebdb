"""Commands, and what they look at, in memory: no reactor, no port, no time."""

from pathlib import Path
from typing import Any

import attrs
from treq.testing import StubTreq
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from ..commands.control import Control
from ..commands.runner import Commands
from ..commands.verb import Told
from ..routing.catalogue import Catalogue
from ..routing.record import Records
from ..settings.file import SettingsFile
from ..settings.keys import Key
from ..settings.schema import Settings
from .account import DEMO_KEY
from .imitation import Imitation
from .in_memory import Seen, parts_in_memory

NOW = 1_769_342_400.0
"""When commands are given: 2026-01-25, noon."""


@attrs.define(eq=False)
class Commanded:
    """
    All commands over an imitation of Pollinations.

    :param key: in force, or ``None``; may be replaced.
    :param quota: what was seen of the account; may be replaced.
    :param catalogue: the models; may be replaced.
    :param records: the last requests; ``None`` where no proxy runs.
    :param path: the settings.
    """

    key: str | None = DEMO_KEY
    quota: Seen = attrs.field(factory=Seen)
    catalogue: Catalogue = attrs.field(factory=Catalogue)
    records: Records | None = attrs.field(factory=Records)
    path: Path = Path("config.json")
    clock: Clock = attrs.field(factory=Clock, init=False)
    imitation: Imitation = attrs.field(init=False)
    control: Control = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.clock.advance(NOW)
        self.imitation = Imitation(self.clock)
        client, file = StubTreq(self.imitation.resource()), SettingsFile(self.path, _at_once)
        parts = parts_in_memory(
            self.clock, client, file, self._latest, self.quota, lambda: self.catalogue
        )
        self.control = attrs.evolve(parts.control, records=self.records)

    def _latest(self) -> Key | None:
        return None if self.key is None else Key(self.key, "config.json")

    def set(self, **settings: Any) -> None:
        """Put other settings in force, as if they stood in the file."""
        self.control.file.settings = attrs.evolve(self.control.file.settings, **settings)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.control.file.settings

    def run(self, line: str) -> Told:
        """
        What a command answers, which must be at once.

        :param line: its name and what follows, as it is typed.
        """
        told: list[Any] = []
        Deferred.fromCoroutine(Commands(self.control).run(line.split())).addBoth(told.append)
        if not told or not isinstance(told[0], Told):
            raise AssertionError(f"the command has not answered: {told}")
        return told[0]


def _at_once(function: Any, *arguments: Any) -> "Deferred[Any]":
    return succeed(function(*arguments))
