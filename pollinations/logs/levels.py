"""Which events are logged, by the settings in force."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import attrs
from twisted.logger import ILogFilterPredicate, LogEvent, LogLevel, LogLevelFilterPredicate
from zope.interface import implementer

from ..settings.schema import Settings

OURS = "pollinations"
"""The namespace that the setting ``debug`` is about."""

NAMESPACES = 500
"""For how many namespaces and levels the answer is kept, until the settings change."""


@implementer(ILogFilterPredicate)
@attrs.define(eq=False)
class Levels:
    """
    Lets through what is grave enough. Settings that change count from the next event on.

    :param settings: gives those in force.
    """

    _settings: Callable[[], Settings]
    _followed: Settings | None = attrs.field(default=None, init=False)
    _answer: Callable[[Any, Any], Any] = attrs.field(init=False)

    def __call__(self, event: LogEvent) -> Any:
        """Whether *event* is logged, as a ``PredicateResult``."""
        settings = self._settings()
        if settings is not self._followed:
            self._answer, self._followed = _answers(settings), settings
        return self._answer(event.get("log_level"), event.get("log_namespace"))


def _answers(settings: Settings) -> Callable[[Any, Any], Any]:
    predicate = _predicate(settings)

    # Twisted's takes the namespace apart for each event.
    @lru_cache(NAMESPACES)
    def answer(level: Any, namespace: Any) -> Any:
        return predicate({"log_level": level, "log_namespace": namespace})

    return answer


def _predicate(settings: Settings) -> LogLevelFilterPredicate:
    level = LogLevel.levelWithName
    predicate = LogLevelFilterPredicate(level(settings.logs.level))
    if settings.debug:
        predicate.setLogLevelForNamespace(OURS, LogLevel.debug)
    for each in settings.logs.levels:
        part, _, name = each.partition("=")
        predicate.setLogLevelForNamespace(part, level(name))
    return predicate
