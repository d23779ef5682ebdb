"""What former versions wrote is read, and left where it is."""

from pathlib import Path
from typing import Any

import attrs
import orjson
import pytest
from twisted.internet.defer import Deferred, execute
from twisted.logger import LogLevel
from twisted.trial.unittest import SynchronousTestCase

from pollinations.settings.file import SettingsFile
from pollinations.settings.former import former_path
from pollinations.settings.reading import read_settings
from pollinations.settings.schema import (
    EnterFallbacks,
    Fallbacks,
    FreeFallbacks,
    Gui,
    Settings,
    Thresholds,
)
from pollinations.testing.logged import logged

SECRET = "sk_canary_0123456789"
FALLBACKS = Fallbacks(FreeFallbacks("free/glm", "free/nova"), EnterFallbacks("free/nova"))

VERSION_4 = {
    "mode": "alwaysfree",
    "apiKey": SECRET,
    "customModels": [],
    "fallbackModels": {"main": "glm", "agent": "nova"},
    "alertThreshold": 25,
    "toastVerbosity": "always",
}
VERSION_5 = {
    "version": "5.2.0",
    "mode": "manual",
    "gui": {"status": "alert", "logs": "none"},
    "thresholds": {"tier": 10, "wallet": 5},
    "fallbacks": {
        "free": {"main": "free/mistral", "agent": "free/openai-fast"},
        "enter": {"agent": "free/openai-fast"},
    },
    "enablePaidTools": False,
    "keyHasAccessToProfile": True,
    "statusBar": True,
}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"apiKey": SECRET, "mode": "pro"}, Settings("pro", SECRET)),
        ({"alertThreshold": 25}, Settings(thresholds=Thresholds(tier=25.0))),
        ({"toastVerbosity": "alert"}, Settings()),
        ({"toastVerbosity": "always"}, Settings(gui=Gui("all"))),
        ({"toast_verbosity": "none"}, Settings(gui=Gui("none"))),
        ({"toast_verbosity": "all", "gui": {"logs": "error"}}, Settings(gui=Gui("all", "error"))),
        ({"toast_verbosity": "all", "gui": {"status": "none"}}, Settings(gui=Gui("none"))),
        ({"fallbackModels": {"main": "glm", "agent": "nova"}}, Settings(fallbacks=FALLBACKS)),
        ({"fallbackModels": {"main": "enter/glm"}}, Settings(
            fallbacks=Fallbacks(FreeFallbacks("enter/glm")))),
        ({"fallbackModels": ["glm"]}, Settings()),
        ({"mode": "quest_only"}, Settings("alwaysfree")),
        (VERSION_5, Settings("manual")),
    ],
)  # fmt: skip
def test_former_names_are_read(written: Any, expected: Settings) -> None:
    assert read_settings(written) == (expected, ())


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"alertThreshold": "ten"}, "thresholds.tier must be a number from 0 to 100"),
        ({"toastVerbosity": "loud"}, "gui.status must be one of none, alert, all"),
        ({"fallbackModels": {"agent": 5}}, "fallbacks.free.agent must be a name, without spaces"),
    ],
)
def test_wrong_ones_are_named_as_they_are_called_today(written: Any, problem: str) -> None:
    settings, problems = read_settings(written)
    assert (settings, problems[0]) == (Settings(), problem)


class FormerFileTests(SynchronousTestCase):
    """The settings of version 4 count as long as there are no others."""

    def setUp(self) -> None:
        home = Path(self.mktemp()).absolute()
        self.path, self.former = home / "config.json", former_path(home)
        self.former.parent.mkdir(parents=True)
        self.write(VERSION_4)
        self.file = SettingsFile(self.path, execute, self.former)
        self.logged = logged(self.addCleanup, LogLevel.info)

    def write(self, settings: Any) -> None:
        self.former.write_bytes(orjson.dumps(settings))

    def save(self, changes: Any) -> None:
        self.successResultOf(Deferred.fromCoroutine(self.file.save(changes)))

    def test_it_counts_but_for_the_key(self) -> None:
        """That is said once; nothing is written."""
        self.file.load()
        self.file.load()
        expected = Settings(
            "alwaysfree", None, Gui("all"), Thresholds(tier=25.0), fallbacks=FALLBACKS
        )
        self.assertEqual((self.file.settings, self.file.problems), (expected, ()))
        said = f"the settings in {self.former} count, all but a key, until there is {self.path}"
        self.assertEqual(self.logged, [said])
        self.assertFalse(self.path.exists())

    def test_a_first_change_takes_it_over(self) -> None:
        """All but the key and what is not ours; the old file stays as it was."""
        before = self.former.read_bytes()
        self.file.load()
        self.save({"gui": {"logs": "error"}})
        self.assertEqual(
            orjson.loads(self.path.read_bytes()),
            {
                "mode": "alwaysfree",
                "gui": {"status": "all", "logs": "error"},
                "thresholds": {"tier": 25},
                "fallbacks": {
                    "free": {"main": "free/glm", "agent": "free/nova"},
                    "enter": {"agent": "free/nova"},
                },
            },
        )
        self.assertEqual(self.file.settings.thresholds.tier, 25)
        self.assertEqual(self.former.read_bytes(), before)
        self.assertNotIn("canary", self.path.read_text() + repr(self.file) + "".join(self.logged))

    def test_it_does_not_count_beside_todays(self) -> None:
        """Not even when that one goes while we run."""
        self.path.write_bytes(b"{}")
        self.file.load()
        self.assertEqual(self.file.settings, Settings())
        self.path.unlink()
        self.file.load()
        self.assertEqual(self.file.settings, Settings())

    def test_a_broken_one_is_named_and_stands_in_nobodys_way(self) -> None:
        """The defaults count, and a change begins a file of its own."""
        self.former.write_bytes(b'{"apiKey": "sk_canary')
        self.file.load()
        [problem] = self.file.problems
        self.assertIn(str(self.former), problem)
        self.assertNotIn("canary", problem)
        self.save({"debug": True})
        self.assertEqual((self.file.settings, self.file.problems), (Settings(debug=True), ()))

    def test_changes_of_it_count_too(self) -> None:
        """Both files are watched."""
        self.file.load()
        self.assertEqual(self.file.paths, (self.path, self.former))
        self.write({"mode": "pro"})
        self.file.load()
        self.assertEqual(self.file.settings, attrs.evolve(Settings(), mode="pro"))
