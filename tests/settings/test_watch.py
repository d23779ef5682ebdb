"""Changes on disk are noticed, whatever comes of them."""

from pathlib import Path

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from pollinations.settings.watch import INTERVAL, FileWatch


class FileWatchTests(SynchronousTestCase):
    """The watch."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.path = Path(self.mktemp()).absolute()
        self.other = Path(self.mktemp()).absolute()
        self.calls = 0

    def changed(self) -> None:
        self.calls += 1
        if self.path.exists() and self.path.read_bytes() == b"bad":
            raise ValueError("this is no settings file")

    def started(self) -> FileWatch:
        watch = FileWatch((self.path, self.other), self.changed, self.clock)
        watch.startService()
        return watch

    def test_calls_when_it_starts_and_not_while_nothing_changes(self) -> None:
        """A file that is not there does not change either."""
        self.started()
        self.clock.pump([INTERVAL] * 10)
        self.assertEqual(self.calls, 1)

    def test_calls_for_each_change_of_each_file(self) -> None:
        """One that appears, one that is written, one that goes."""
        self.started()
        for change in (
            lambda: self.path.write_bytes(b"1"),
            lambda: self.other.write_bytes(b"1"),
            lambda: self.path.write_bytes(b"22"),
            self.path.unlink,
        ):
            change()
            self.clock.advance(INTERVAL)
        self.assertEqual(self.calls, 5)

    def test_changes_between_two_looks_are_one(self) -> None:
        """Nothing is called twice for what is seen once."""
        self.started()
        self.path.write_bytes(b"1")
        self.other.write_bytes(b"1")
        self.clock.advance(INTERVAL)
        self.assertEqual(self.calls, 2)

    def test_a_failure_does_not_end_the_watch(self) -> None:
        """It is logged, and the next change counts."""
        self.started()
        self.path.write_bytes(b"bad")
        self.clock.advance(INTERVAL)
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
        self.path.write_bytes(b"good")
        self.clock.advance(INTERVAL)
        self.assertEqual(self.calls, 3)

    def test_stopped_it_looks_no_more(self) -> None:
        """And may be started again."""
        watch = self.started()
        watch.stopService()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        watch.startService()
        watch.stopService()
