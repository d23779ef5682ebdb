"""The log begins before what it is about, and ends after it."""

from pathlib import Path
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import LimitedHistoryLogObserver, Logger, LogPublisher
from twisted.trial.unittest import SynchronousTestCase

from pollinations.logs.context import Served, serving
from pollinations.logs.service import LogService
from pollinations.settings.schema import Settings

ASKED = "what was asked"


class LogServiceTests(SynchronousTestCase):
    """Around a part that logs while it starts and stops."""

    def setUp(self) -> None:
        self.publisher, self.clock = LogPublisher(), Clock()
        self.log = Logger("pollinations.test", observer=self.publisher)
        self.stopped: Deferred[None] = Deferred()
        self.path = Path(self.mktemp()) / "logs" / "a.log"
        self.service = self.make(self.path)

    def tearDown(self) -> None:
        if not self.stopped.called:
            self.stopped.callback(None)
        if self.service.running:
            self.successResultOf(self.service.stopService())

    def make(self, path: Path | None) -> LogService:
        """A log around a part."""
        part = Part(self.log, self.stopped)
        return LogService(
            path, Settings, part, publisher=self.publisher, seconds=self.clock.seconds
        )

    def lines(self) -> list[str]:
        """The messages in the file."""
        return [line.split(" ", 3)[3] for line in self.path.read_text().splitlines()]

    def test_its_parts_log_from_first_to_last(self) -> None:
        self.log.info("too early")
        self.service.startService()
        stopping = self.service.stopService()
        self.log.info("still stopping")
        self.stopped.callback(None)
        self.successResultOf(stopping)
        self.log.info("too late")
        said = [
            "- starting",
            "- stopping",
            "- still stopping",
            "- stopped, after it ran for 0:00:00",
        ]
        self.assertEqual(self.lines(), said)

    def test_the_last_line_says_how_long_it_ran(self) -> None:
        """To the second, from days down."""
        self.service.startService()
        self.clock.advance(86_400 + 3723.6)
        self.stopped.callback(None)
        self.successResultOf(self.service.stopService())
        self.assertEqual(self.lines()[-1], "- stopped, after it ran for 1 day, 1:02:04")

    def test_what_twist_repeats_is_not_written_twice(self) -> None:
        """It keeps what is logged before it begins to log, and then gives it to all."""
        early = LimitedHistoryLogObserver()
        self.publisher.addObserver(early)
        self.log.info("before")
        self.service.startService()
        self.publisher.removeObserver(early)
        early.replayTo(self.publisher)  # type: ignore[arg-type]
        self.assertEqual(sorted(self.lines()), ["- before", "- starting"])

    def test_the_request_is_on_its_lines(self) -> None:
        self.service.startService()
        with serving(Served("r1", "free")):
            self.log.info("one")
        self.assertIn("r1 one", self.lines())

    def test_whoever_observes_after_it_knows_the_request_too(self) -> None:
        """As ``twist`` does, whose log is JSON where it is not read by a person."""
        seen: list[dict[str, Any]] = []
        self.service.startService()
        self.publisher.addObserver(seen.append)
        with serving(Served("r1", "free")):
            self.log.info("one")
            self.log.info("two", universe="enter")
        self.assertEqual([e["request_id"] for e in seen], ["r1", "r1"])
        self.assertEqual([e["universe"] for e in seen], ["free", "enter"])

    def test_failures_of_others_are_told_without_their_words(self) -> None:
        seen: list[dict[str, Any]] = []
        self.service.startService()
        self.publisher.addObserver(seen.append)
        try:
            raise ValueError(ASKED)
        except ValueError:
            self.log.failure("it failed")
        self.assertNotIn(ASKED, self.path.read_text())
        self.assertNotIn(ASKED, seen[0]["log_failure"].getTraceback())

    def test_writes_no_file_where_there_is_to_be_none(self) -> None:
        service = self.make(None)
        service.startService()
        self.log.info("one")
        self.assertFalse(self.path.exists())


class Part(Service):
    """Logs while it starts and stops, and takes its time to stop."""

    def __init__(self, log: Logger, stopped: Deferred[None]) -> None:
        self.log, self.stopped = log, stopped

    def startService(self) -> None:
        self.log.info("starting")

    def stopService(self) -> Deferred[None]:
        self.log.info("stopping")
        return self.stopped
