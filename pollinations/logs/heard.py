"""
Whether anybody hears what a logger would say, asked before it is put together.

Twisted makes each event whole and takes it to all observers, of whom none may want it. For what is
said of every request at level ``debug``, that is most of what it costs.
"""

from typing import Any

from twisted.logger import FilteringLogObserver, LogEvent, Logger, LogLevel, LogPublisher


def is_heard(log: Logger, level: Any = LogLevel.debug) -> bool:
    """
    Whether an observer wants an event of *log* at *level*, at this moment.

    Who does not say what it wants, wants everything.
    """
    event = {"log_level": level, "log_namespace": log.namespace}
    # Names of Twisted's, here and below, that are not public. Without them, all is heard.
    observers = getattr(log.observer, "_observers", (None,))
    return any(_wants(observer, event) for observer in observers)


def _wants(observer: Any, event: LogEvent) -> bool:
    wants = getattr(observer, "hears", None)
    if isinstance(observer, FilteringLogObserver) and _drops(observer):
        wants = getattr(observer, "_shouldLogEvent", None)
    return wants is None or bool(wants(event))


def _drops(observer: Any) -> bool:
    """Whether nobody gets what *observer* does not want."""
    return getattr(observer, "_negativeObserver", None) is _NOBODY


_NOBODY = getattr(FilteringLogObserver(LogPublisher(), ()), "_negativeObserver", LogPublisher)
"""Who gets what an observer does not want, unless it was given somebody else for that."""
