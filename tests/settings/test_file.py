"""The settings' file: the last good settings stay, and nothing that is in it gets lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from pollinations.settings.file import (
    SettingsFile,
    SettingsUnreadable,
    WrongSettings,
    save,
)
from pollinations.settings.schema import Settings
from pollinations.settings.watch import FileWatch
from pollinations.testing.logged import logged

SECRET = "sk_canary_0123456789"


def holding(data: bytes) -> Callable[[Path], Any]:
    return lambda path: path.write_bytes(data)


WHOLE = orjson.dumps({"mode": "pro", "apiKey": SECRET, "gui": {"status": "all", "logs": "error"}})


class SettingsFileTests(SynchronousTestCase):
    """The settings in force."""

    def setUp(self) -> None:
        self.path = Path(self.mktemp()).absolute() / "config.json"
        self.path.parent.mkdir(parents=True)
        self.file = SettingsFile(self.path, execute)
        self.logged = logged(self.addCleanup)

    def write(self, settings: Any) -> None:
        self.path.write_bytes(orjson.dumps(settings))

    def on_disk(self) -> Any:
        return orjson.loads(self.path.read_bytes())

    def test_without_a_file_there_are_defaults(self) -> None:
        """A first start needs no file, and says nothing about it."""
        self.file.load()
        self.assertEqual(self.file.settings, Settings())
        self.assertEqual((self.file.problems, self.logged), ((), []))
        self.assertFalse(self.path.exists())

    def test_what_is_in_the_file_counts(self) -> None:
        """A mark of byte order, as some editors write it, does no harm."""
        self.path.write_bytes(b"\xef\xbb\xbf" + WHOLE)
        self.file.load()
        self.assertEqual(self.file.settings.mode, "pro")
        self.assertEqual(self.file.settings.gui.logs, "error")

    def test_wrong_values_are_named_once(self) -> None:
        """The rest of the file counts."""
        self.write({"mode": SECRET, "retries": 4})
        self.file.load()
        self.file.load()
        problem = "mode must be one of manual, alwaysfree, pro, or null"
        self.assertEqual(self.file.problems, (problem,))
        self.assertEqual(self.logged, [f"{self.path}: {problem}"])
        self.assertEqual(self.file.settings, Settings(retries=4))

    def test_a_file_that_is_mended_has_no_problems(self) -> None:
        """And what goes wrong again is said again."""
        for mode in ("por", "pro", "por"):
            self.write({"mode": mode})
            self.file.load()
        self.assertEqual(len(self.logged), 2)

    def test_a_file_that_goes_leaves_the_last_settings(self) -> None:
        """Some editors take a file away before they write it anew."""
        self.write({"retries": 4})
        self.file.load()
        self.path.unlink()
        self.file.load()
        self.file.load()
        self.assertEqual(self.file.settings.retries, 4)
        self.assertEqual(self.logged, [f"{self.path}: the file is gone; the last settings stay"])

    def test_what_is_in_force_instead_is_said(self) -> None:
        """The defaults as long as no file was good, then the last good settings."""
        trouble = "no JSON from line 1, column 2"
        broken = holding(b"{")
        broken(self.path)
        self.file.load()
        self.assertEqual(self.file.problems, (f"{trouble}; the defaults count",))
        self.assertEqual(self.file.settings, Settings())
        self.write({"retries": 4})
        self.file.load()
        broken(self.path)
        self.file.load()
        self.assertEqual(self.file.problems, (f"{trouble}; the last good settings stay",))

    def test_saving_changes_what_is_named_and_nothing_else(self) -> None:
        """Names that are not ours stay, and so does what somebody else has just written."""
        self.write({"version": "5.2.4", "gui": {"status": "all", "mine": [1]}, "retries": 1})
        self.file.load()
        self.write({**self.on_disk(), "retries": 3})
        self.successResultOf(
            Deferred.fromCoroutine(self.file.save({"gui": {"logs": "error"}, "language": "fr"}))
        )
        self.assertEqual(
            self.on_disk(),
            {
                "version": "5.2.4",
                "gui": {"status": "all", "mine": [1], "logs": "error"},
                "retries": 3,
                "language": "fr",
            },
        )
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)

    def test_what_was_saved_is_in_force_at_once(self) -> None:
        """Without waiting for the next look at the disk; a first save makes the file."""
        self.successResultOf(Deferred.fromCoroutine(self.file.save({"mode": "alwaysfree"})))
        self.assertEqual(self.file.settings.mode, "alwaysfree")
        self.assertEqual(self.on_disk(), {"mode": "alwaysfree"})

    def test_none_takes_a_setting_out(self) -> None:
        """Its default counts again."""
        self.write({"apiKey": SECRET, "retries": 3})
        self.file.load()
        self.successResultOf(Deferred.fromCoroutine(self.file.save({"apiKey": None})))
        self.assertEqual(self.on_disk(), {"retries": 3})
        self.assertIsNone(self.file.settings.api_key)

    def test_a_wrong_value_is_not_saved(self) -> None:
        """The error says what belongs there."""
        self.write({"retries": 3})
        saved = Deferred.fromCoroutine(self.file.save({"thresholds": {"tier": 500}}))
        error = self.failureResultOf(saved, WrongSettings).value
        self.assertEqual(str(error), "thresholds.tier must be a number from 0 to 100")
        self.assertEqual(self.on_disk(), {"retries": 3})

    def test_saving_copies_no_default_and_no_key(self) -> None:
        """What is not in the file and not in the changes does not get there."""
        self.file.settings = Settings(api_key=SECRET, mode="pro")
        self.successResultOf(Deferred.fromCoroutine(self.file.save({"debug": True})))
        self.assertEqual(self.on_disk(), {"debug": True})

    def test_a_key_that_lies_open_is_said_once(self) -> None:
        """A change that is saved shuts the file."""
        self.path.parent.chmod(0o755)
        self.write({"retries": 4})
        self.file.load()
        self.assertEqual(self.logged, [])
        self.write({"apiKey": SECRET})
        self.path.chmod(0o644)
        self.file.load()
        self.file.load()
        [said] = self.logged
        self.assertIn(f"{self.path} holds a key, and others", said)
        self.assertNotIn(SECRET, said)
        self.successResultOf(Deferred.fromCoroutine(self.file.save({"debug": True})))
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)
        self.assertEqual((len(self.logged), self.file.problems), (1, ()))

    def test_observers_are_told_of_what_has_changed(self) -> None:
        """Of settings in force, and of problems; of neither when a look finds nothing new."""
        told: list[Any] = []
        self.file.observers.append(told.append)
        self.file.trouble_observers.append(told.append)
        self.file.load()
        self.assertEqual(told, [])
        self.write({"retries": 4})
        self.file.load()
        self.file.load()
        self.assertEqual(told, [Settings(retries=4)])
        holding(b"{")(self.path)
        self.file.load()
        self.file.load()
        self.assertEqual(told[1:], [self.file.problems])
        self.write({"retries": 4})
        self.file.load()
        self.assertEqual(told[2:], [()])

    def test_an_observer_that_fails_stops_nobody(self) -> None:
        """The others are told, and the settings count."""
        told: list[Settings] = []
        self.file.observers += [lambda _: [][0], told.append]
        self.write({"retries": 4})
        self.file.load()
        self.assertEqual(told, [self.file.settings])
        self.assertEqual(len(self.flushLoggedErrors(IndexError)), 1)

    def test_changes_on_disk_count_within_a_second(self) -> None:
        """However they are made: in place, by a rename, by a link that leads elsewhere."""
        clock = Clock()
        self.write({"retries": 1})
        watch = FileWatch((self.path,), self.file.load, clock)
        watch.startService()
        self.addCleanup(watch.stopService)
        self.assertEqual(self.file.settings.retries, 1)

        def renamed(path: Path) -> None:
            path.with_name("new").write_bytes(b'{"retries": 5}')
            path.with_name("new").rename(path)

        def linked(path: Path) -> None:
            path.with_name("elsewhere").write_bytes(b'{"retries": 6}')
            path.unlink()
            path.symlink_to(path.with_name("elsewhere"))

        for change, retries in ((holding(b'{"retries":  4}'), 4), (renamed, 5), (linked, 6)):
            change(self.path)
            clock.advance(1)
            self.assertEqual(self.file.settings.retries, retries)


@pytest.mark.parametrize("data", [b'{"x": ' + SECRET.encode(), SECRET.encode(), b'{"a" "b"}'])
def test_why_a_file_is_unreadable_quotes_nothing_of_it(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(data)
    with pytest.raises(SettingsUnreadable) as caught:
        save(path, {"debug": True})
    assert str(caught.value).startswith("no JSON from line 1")
    assert path.read_bytes() == data
