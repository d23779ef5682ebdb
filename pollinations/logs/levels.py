"""Which events are logged, by the settings in force."""

from collections.abc import Callable
from typing import Any

import attrs
from twisted.logger import ILogFilterPredicate, LogEvent, LogLevel, LogLevelFilterPredicate
from zope.interface import implementer

from ..settings.schema import Settings

OURS = "pollinations"
"""The namespace that the setting ``debug`` is about."""


@implementer(ILogFilterPredicate)
@attrs.define(eq=False)
class Levels:
    """
    Lets through what is grave enough. Settings that change count from the next event on.

    :param settings: gives those in force.
    """

    _settings: Callable[[], Settings]
    _followed: Settings | None = attrs.field(default=None, init=False)
    _predicate: LogLevelFilterPredicate = attrs.field(init=False)

    def __call__(self, event: LogEvent) -> Any:
        """Whether *event* is logged, as a ``PredicateResult``."""
        settings = self._settings()
        if settings is not self._followed:
            self._predicate, self._followed = _predicate(settings), settings
        return self._predicate(event)


def _predicate(settings: Settings) -> LogLevelFilterPredicate:
    level = LogLevel.levelWithName
    predicate = LogLevelFilterPredicate(level(settings.logs.level))
    if settings.debug:
        predicate.setLogLevelForNamespace(OURS, LogLevel.debug)
    for each in settings.logs.levels:
        part, _, name = each.partition("=")
        predicate.setLogLevelForNamespace(part, level(name))
    return predicate
