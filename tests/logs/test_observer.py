"""A disk that does not take the log is named once, and costs nobody an answer."""

from pathlib import Path
from typing import Any

from twisted.internet.task import Clock
from twisted.logger import Logger, LogLevel, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from pollinations.logs.observer import AGAIN, MOST, SOON, FileObserver
from pollinations.settings.schema import Logs, Settings


class FileObserverTests(SynchronousTestCase):
    """Writes, gives up, tries again."""

    def setUp(self) -> None:
        self.path = Path(self.mktemp()) / "logs" / "a.log"
        self.settings = Settings()
        self.observer = FileObserver(self.path, lambda: self.settings)
        self.addCleanup(self.observer.close)
        self.said: list[str] = []
        globalLogPublisher.addObserver(self.hear)
        self.addCleanup(globalLogPublisher.removeObserver, self.hear)

    def hear(self, event: dict[str, Any]) -> None:
        """Remember what others are told, as the observer's neighbour would be."""
        if event["log_namespace"].endswith("FileObserver"):
            self.said.append(event["log_format"].format(**event))
            self.observer(event)

    def log(self, words: str = "hello", at: float = 0.0) -> None:
        """Log something."""
        level = LogLevel.info
        self.observer(
            {"log_format": words, "log_time": at, "log_level": level, "log_namespace": "x"}
        )

    def block(self) -> None:
        """Let nothing be written."""
        self.path.parent.parent.mkdir(parents=True)
        self.path.parent.write_text("not a folder")

    def test_writes_lines(self) -> None:
        self.log("one")
        self.log("two")
        self.assertEqual(
            [line.split()[-1] for line in self.path.read_text().splitlines()], ["one", "two"]
        )

    def test_writes_nothing_where_nothing_is_wanted(self) -> None:
        self.settings = Settings(logs=Logs(file=False))
        self.log()
        self.assertFalse(self.path.exists())

    def test_the_form_changes_while_it_runs(self) -> None:
        self.log()
        self.settings = Settings(logs=Logs(format="json"))
        self.log()
        first, second = self.path.read_text().splitlines()
        self.assertEqual((first[0], second[0]), ("1", "{"))

    def test_a_disk_that_does_not_take_it_is_named_once(self) -> None:
        """However many lines are lost, and with the reason."""
        self.block()
        for at in (0.0, 1.0, AGAIN + 1, AGAIN + 2, 3 * AGAIN):
            self.log(at=at)
        self.assertEqual(self.said, [f"{self.path} cannot be written: File exists"])

    def test_goes_on_when_it_can_again(self) -> None:
        """And says how much is missing."""
        self.block()
        self.log("gone", at=0.0)
        self.log("gone", at=1.0)
        self.path.parent.unlink()
        self.log("there", at=AGAIN + 1)
        [_, back] = self.said
        self.assertTrue(back.startswith(f"{self.path} is written again; "), back)
        self.assertIn("there", self.path.read_text())
        self.assertNotIn("gone", self.path.read_text())

    def test_a_clock_that_jumps_back_does_not_silence_it(self) -> None:
        self.block()
        self.log(at=1e9)
        self.path.parent.unlink()
        self.log("there", at=1e6)
        self.assertIn("there", self.path.read_text())

    def test_what_it_says_itself_reaches_it(self) -> None:
        """It is an observer like others, and must not go round in circles."""
        self.assertIsInstance(FileObserver._log, Logger)
        self.block()
        self.log()
        self.assertEqual(len(self.said), 1)


class WrittenTogetherTests(SynchronousTestCase):
    """Where there is a reactor, lines wait for each other, and not for long."""

    def setUp(self) -> None:
        self.path, self.clock = Path(self.mktemp()) / "logs" / "a.log", Clock()
        self.observer = FileObserver(self.path, Settings, self.clock.callLater)
        self.addCleanup(self.observer.close)

    def log(self, words: str, level: Any = LogLevel.info) -> None:
        """Log something."""
        self.observer(
            {"log_format": words, "log_time": 0.0, "log_level": level, "log_namespace": "x"}
        )

    @property
    def written(self) -> list[str]:
        """The last word of each line."""
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return [line.split()[-1] for line in lines]

    def test_they_are_written_together_and_soon(self) -> None:
        """In the order in which they came."""
        self.log("one")
        self.log("two")
        self.assertEqual(self.written, [])
        self.clock.advance(SOON)
        self.assertEqual(self.written, ["one", "two"])
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.log("three")
        self.clock.advance(SOON)
        self.assertEqual(self.written, ["one", "two", "three"])

    def test_what_is_wrong_is_written_at_once(self) -> None:
        """And what led to it: the process may be about to end."""
        self.log("one")
        self.log("wrong", LogLevel.warn)
        self.assertEqual(self.written, ["one", "wrong"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_no_more_than_so_many_wait(self) -> None:
        """However much is said in a tenth of a second."""
        for _ in range(MOST):
            self.log("again")
        self.assertEqual(len(self.written), MOST)

    def test_none_is_lost_at_the_end(self) -> None:
        """Nor is anything left to be done."""
        self.log("one")
        self.observer.close()
        self.assertEqual(self.written, ["one"])
        self.assertEqual(self.clock.getDelayedCalls(), [])
