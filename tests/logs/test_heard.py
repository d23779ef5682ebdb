"""An event that nobody wants is not made; any that somebody might want is."""

import io
import sys
import warnings
from pathlib import Path
from typing import Any

import attrs
from twisted.logger import (
    FilteringLogObserver,
    ILogObserver,
    LegacyLogObserverWrapper,
    LogBeginner,
    LogEvent,
    Logger,
    LogLevel,
    LogLevelFilterPredicate,
    LogPublisher,
)
from twisted.trial.unittest import SynchronousTestCase

from pollinations.logs.heard import is_heard
from pollinations.logs.service import LogService
from pollinations.settings.schema import Logs, Settings

NAMESPACE = "pollinations.upstream.asking.Asking"


def filtering(
    predicate: LogLevelFilterPredicate, other: Any = None
) -> tuple[ILogObserver, list[LogEvent]]:
    """An observer such as ``twist`` has, and what it keeps."""
    kept: list[LogEvent] = []
    more = () if other is None else (other,)
    return FilteringLogObserver(kept.append, [predicate], *more), kept  # type: ignore[arg-type]


class IsHeardTests(SynchronousTestCase):
    """Tests for :func:`is_heard`: it says what making the event would show."""

    def setUp(self) -> None:
        self.publisher = LogPublisher()
        self.log = Logger(NAMESPACE, observer=self.publisher)

    def test_nobody(self) -> None:
        self.assertFalse(is_heard(self.log))

    def test_who_does_not_say_what_it_wants_hears_all(self) -> None:
        """As those of tests do, older ones, and others' publishers."""
        for one in (print, LegacyLogObserverWrapper(print), LogPublisher()):
            self.publisher.addObserver(one)  # type: ignore[arg-type]
            self.assertTrue(is_heard(self.log), one)
            self.publisher.removeObserver(one)  # type: ignore[arg-type]

    def test_what_is_logged_before_logging_begins_is_heard(self) -> None:
        """It is kept, and told later."""
        LogBeginner(self.publisher, io.StringIO(), sys, warnings)
        self.assertTrue(is_heard(self.log))

    def test_a_logger_with_an_observer_of_its_own_is_heard(self) -> None:
        """It is asked no questions."""
        self.assertTrue(is_heard(Logger(NAMESPACE, observer=print)))  # type: ignore[arg-type]

    def test_the_level_of_an_observer(self) -> None:
        """Whatever it is set to, at this moment and for this part of the program."""
        predicate = LogLevelFilterPredicate()
        observer, kept = filtering(predicate)
        self.publisher.addObserver(observer)
        for namespace, level in (("", None), ("pollinations", LogLevel.debug), ("x", None)):
            predicate.clearLogLevels()
            if level is not None:
                predicate.setLogLevelForNamespace(namespace, level)
            heard = is_heard(self.log)
            self.log.debug("one")
            self.assertEqual(heard, bool(kept))
            kept.clear()

    def test_graver_events_are_asked_about_as_such(self) -> None:
        self.publisher.addObserver(filtering(LogLevelFilterPredicate(LogLevel.warn))[0])
        self.assertFalse(is_heard(self.log, LogLevel.info))
        self.assertTrue(is_heard(self.log, LogLevel.warn))

    def test_what_one_observer_leaves_to_another_is_heard(self) -> None:
        """Whatever that does with it."""
        self.publisher.addObserver(filtering(LogLevelFilterPredicate(), print)[0])
        self.assertTrue(is_heard(self.log))

    def test_the_settings(self) -> None:
        """They count at once, for the file of a proxy."""
        settings = Settings()
        path = Path(self.mktemp()) / "logs" / "a.log"
        self.publisher.addObserver(LogService(path, lambda: settings, publisher=self.publisher))
        self.assertFalse(is_heard(self.log))
        settings = attrs.evolve(settings, debug=True)
        self.assertTrue(is_heard(self.log))
        settings = attrs.evolve(settings, debug=False, logs=Logs(levels=(f"{NAMESPACE}=debug",)))
        self.assertTrue(is_heard(self.log))
        settings = Settings()
        self.assertFalse(is_heard(self.log))

    def test_a_log_without_a_file_hears_nothing(self) -> None:
        """It only says of events which request they are about."""
        debug = Settings(debug=True)
        self.publisher.addObserver(LogService(None, lambda: debug, publisher=self.publisher))
        self.assertFalse(is_heard(self.log))
