"""Changes that are written nowhere count all the same."""

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from pollinations.settings.file import SettingsFile, WrongSettings
from pollinations.settings.held import HeldSettings


class HeldSettingsTests(SynchronousTestCase):
    """Tests for :class:`pollinations.settings.held.HeldSettings`."""

    def setUp(self) -> None:
        self.path = Path("config.json")
        self.path.write_text('{"mode": "pro", "thresholds": {"tier": 20, "wallet": 7}}')
        self.file = HeldSettings(self.path)
        self.file.load()

    def save(self, changes: object) -> None:
        """Change something."""
        self.successResultOf(self.file.save(changes))

    def test_changes_count_and_the_file_stays(self) -> None:
        """What they do not name is as the file has it."""
        before = self.path.read_bytes()
        self.save({"thresholds": {"tier": 30}})
        self.save({"mode": "manual", "gui": {"logs": "error"}})
        settings = self.file.settings
        self.assertEqual((settings.mode, settings.gui.logs), ("manual", "error"))
        self.assertEqual((settings.thresholds.tier, settings.thresholds.wallet), (30, 7))
        self.assertEqual(self.path.read_bytes(), before)

    def test_changes_outlive_another_look_at_the_file(self) -> None:
        """They are made to whatever the file says then."""
        self.save({"thresholds": {"tier": 30}})
        self.path.write_text('{"thresholds": {"tier": 50, "wallet": 9}}')
        self.file.load()
        self.assertEqual(self.file.settings.thresholds.tier, 30)
        self.assertEqual(self.file.settings.thresholds.wallet, 9)

    def test_nothing_stands_for_the_default(self) -> None:
        """As in the file itself."""
        self.save({"thresholds": {"tier": None}, "mode": None})
        self.assertEqual(self.file.settings.thresholds.tier, 10)
        self.assertEqual(self.file.settings.thresholds.wallet, 7)
        self.assertIsNone(self.file.settings.mode)

    def test_a_file_that_breaks_leaves_both(self) -> None:
        """The last good settings, and the changes to them."""
        self.save({"thresholds": {"tier": 30}})
        self.path.write_text("{")
        self.file.load()
        self.assertEqual(len(self.file.problems), 1)
        self.assertEqual(self.file.settings.thresholds.tier, 30)
        self.assertEqual(self.file.settings.thresholds.wallet, 7)

    def test_what_a_former_version_wrote_counts(self) -> None:
        """As it does without a demonstration, and after a look at the file too."""
        former = Path("former.json")
        former.write_text('{"mode": "pro", "alertThreshold": 20}')
        file = SettingsFile(Path("nowhere.json"), former=former)
        file.load()
        held = HeldSettings.over(file)
        self.successResultOf(held.save({"debug": True}))
        settings = held.settings
        self.assertEqual((settings.mode, settings.thresholds.tier), ("pro", 20))
        self.assertTrue(settings.debug)

    def test_a_wrong_value_is_refused(self) -> None:
        """And nothing changes."""
        self.failureResultOf(self.file.save({"mode": "rich"}), WrongSettings)
        self.assertEqual(self.file.settings.mode, "pro")

    def test_observers_are_told(self) -> None:
        """As of any other change."""
        seen: list[object] = []
        self.file.observers.append(seen.append)
        self.save({"debug": True})
        self.assertEqual(seen, [self.file.settings])
