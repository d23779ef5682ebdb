"""
What ``twist`` logs to the terminal, or to its ``--log-file``: Twisted's own form, with the time put
into words once a second instead of for each event, which is most of what a line costs.
"""

import math
from collections.abc import MutableMapping
from functools import lru_cache, partial
from typing import IO, Any

from twisted.logger import (
    FileLogObserver,
    formatEventAsClassicLogText,
    formatTime,
    textFileLogObserver,
)


def text_observer(file: IO[Any]) -> FileLogObserver:
    """
    Writes events into *file*, byte by byte as ``twisted.logger.textFileLogObserver`` does.

    :param file: takes text, or bytes.
    """
    return FileLogObserver(file, partial(formatEventAsClassicLogText, formatTime=_time))


def quicken(options: MutableMapping[Any, Any]) -> None:
    """
    Let ``twist`` write text with this observer, where it was to write text.

    :param options: those of ``twist``, which begins to log after it has made its services. Other
        programs have no such option.
    """
    if options.get("fileLogObserverFactory") is textFileLogObserver:
        options["fileLogObserverFactory"] = text_observer


def _time(when: float | None) -> str:
    return formatTime(None) if when is None else _second(math.floor(when))


@lru_cache(1)
def _second(when: int) -> str:
    return formatTime(when)
