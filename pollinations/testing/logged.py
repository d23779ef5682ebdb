"""What is logged during a test, as sentences."""

from collections.abc import Callable
from typing import Any

from twisted.logger import LogLevel, globalLogPublisher


def logged(
    when_over: Callable[[Callable[[], None]], object], least: Any = LogLevel.warn
) -> list[str]:
    """
    A list that grows by each sentence that the package logs from now on.

    :param when_over: takes what is to be called when the test is over, as ``addCleanup`` does.
    :param least: the :class:`twisted.logger.LogLevel` from which on a sentence counts.
    """
    said: list[str] = []
    publisher: Any = globalLogPublisher

    def hear(event: Any) -> None:
        if event["log_namespace"].startswith("pollinations") and event["log_level"] >= least:
            said.append(event["log_format"].format(**event))

    publisher.addObserver(hear)
    when_over(lambda: publisher.removeObserver(hear))
    return said
