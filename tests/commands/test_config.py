"""``config``: settings, shown and changed by what their schema says."""

from typing import Any

import pytest
from twisted.trial.unittest import SynchronousTestCase

from pollinations.commands.setting import Setting
from pollinations.settings.paths import PATHS
from pollinations.settings.schema import Settings
from pollinations.testing.together import Together

KEY = "sk_abcdefghijklmnopqrstuvwxyz"


def at(settings: Settings, path: str) -> Any:
    """What a setting is set to."""
    setting = Setting.named(path)
    assert setting is not None
    return setting.value(settings)


@pytest.mark.parametrize(
    ("line", "path", "value", "said"),
    [
        ("status_gui none", "gui.status", "none", "✅ `status_gui` = `none`"),
        ("status_gui ALL", "gui.status", "all", "✅ `status_gui` = `all`"),
        ("STATUS_GUI all", "gui.status", "all", "✅ `status_gui` = `all`"),
        ("toast_verbosity all", "gui.status", "all", "✅ `toast_verbosity` = `all`"),
        ("logs_gui verbose", "gui.logs", "verbose", "✅ `logs_gui` = `verbose`"),
        ("threshold_tier 20", "thresholds.tier", 20, "✅ `threshold_tier` = 20%"),
        ("threshold_tier 0", "thresholds.tier", 0, "✅ `threshold_tier` = 0%"),
        ("threshold_tier 100", "thresholds.tier", 100, "✅ `threshold_tier` = 100%"),
        ("threshold_tier 15%", "thresholds.tier", 15, "✅ `threshold_tier` = 15%"),
        (
            "threshold_tier 12.345678",
            "thresholds.tier",
            12.345678,
            "✅ `threshold_tier` = 12.345678%",
        ),
        ("threshold_wallet 7.9", "thresholds.wallet", 7.9, "✅ `threshold_wallet` = $7.9"),
        ("threshold_wallet $3", "thresholds.wallet", 3, "✅ `threshold_wallet` = $3"),
        ("threshold_wallet 1000000", "thresholds.wallet", 1e6, "✅ `threshold_wallet` = $1000000"),
        ("threshold_quest 0.1", "thresholds.quest", 0.1, "✅ `threshold_quest` = 0.1 pollen"),
        ("status_bar false", "statusBar", False, "✅ `status_bar` = false"),
        ("status_bar TRUE", "statusBar", True, "✅ `status_bar` = true"),
        ("debug true", "debug", True, "✅ `debug` = true"),
        ("language fr", "language", "fr", "✅ `language` = `fr`"),
        ("gui.status all", "gui.status", "all", "✅ `gui.status` = `all`"),
        ("thresholds.tier 15", "thresholds.tier", 15, "✅ `thresholds.tier` = 15%"),
        ("retries 3", "retries", 3, "✅ `retries` = 3"),
        ("timeouts.idle 60", "timeouts.idle", 60, "✅ `timeouts.idle` = 60"),
        ("timeouts.firstToken 5", "timeouts.firstToken", 5, "✅ `timeouts.firstToken` = 5"),
        ("timeouts.firsttoken null", "timeouts.firstToken", None, "✅ `timeouts.firstToken` ="),
        ("guillotine false", "guillotine", False, "✅ `guillotine` = false"),
    ],
)
def test_settings_are_changed(line: str, path: str, value: Any, said: str) -> None:
    """By their old names and by those of the file, in whatever letter case."""
    proxy = Together()
    assert proxy.chat(f"/poll config {line}").text.startswith(said)
    assert at(proxy.settings, path) == value


PERCENT = "`threshold_tier` must be a number from 0 to 100. Nothing was changed."
POLLEN = "`threshold_wallet` must be a number from 0 to 1000000. Nothing was changed."
TAKES = "That is not what `config` takes. Use it as `/pollinations config [key [value]]`."


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("threshold_tier 15abc", PERCENT),
        ("threshold_tier 101", PERCENT),
        ("threshold_tier -1", PERCENT),
        ("threshold_tier NaN", PERCENT),
        ("threshold_tier Infinity", PERCENT),
        ("threshold_tier 1e999", PERCENT),
        ("threshold_tier true", PERCENT),
        ("threshold_tier null", PERCENT),
        ("threshold_tier [1]", PERCENT),
        ("threshold_tier $15", PERCENT),
        ("threshold_tier %", PERCENT),
        (f"threshold_tier {KEY}", PERCENT),
        ("threshold_wallet 1000001", POLLEN),
        ("status_gui some", "`status_gui` must be one of none, alert, all."),
        ("toast_verbosity x", "`toast_verbosity` must be one of none, alert, all."),
        ("logs_gui all", "`logs_gui` must be one of none, error, verbose."),
        ("status_bar yes", "`status_bar` must be true or false."),
        ("status_bar 1", "`status_bar` must be true or false."),
        ("language de", "`language` must be one of en, fr."),
        ("retries 1.5", "`retries` must be a whole number from 0 to 10."),
        ("gui x", "There is no setting `gui`."),
        ("tresholdtier", "There is no setting `tresholdtier`. Did you mean `threshold_tier`?"),
        ("thresholds.teir 1", "There is no setting `thresholds.teir`. Did you mean `thresholds."),
        (f"{KEY}", "There is no setting `…`."),
        ("__class__ x", "There is no setting `…`."),
        ("apiKey", "`apiKey` is not shown."),
        (f"apiKey {KEY}", "`apiKey` is changed with `/pollinations connect`."),
        (f"apikey {KEY} x", "`apiKey` is changed with `/pollinations connect`."),
        ("signatures", "`signatures` is not shown."),
        ("mode pro", "`mode` is changed with `/pollinations mode`."),
        ("fallbacks.free.main enter/x", "`fallbacks.free.main` is changed with `/pollinations fa"),
        ("enterUrl http://evil", "`enterUrl` is changed in `config.json` itself"),
        ("freeUrl http://evil", "`freeUrl` is changed in `config.json` itself"),
        ("listener.origins http://evil", "`listener.origins` is changed in `config.json` itself"),
        ("listener.hosts evil", "`listener.hosts` is changed in `config.json` itself"),
        ("port 1", "`port` is changed in `config.json` itself"),
        ("signatures memory:", "`signatures` is changed in `config.json` itself"),
        (f"userAgent {KEY}", "`userAgent` is changed in `config.json` itself"),
        ("threshold_tier 1 2", TAKES),
    ],
)
def test_what_is_wrong_changes_nothing(line: str, text: str) -> None:
    """What belongs there is said, and what was typed is not."""
    proxy = Together()
    said = proxy.chat(f"/poll config {line}").text
    assert said.startswith(text)
    assert KEY not in said
    assert proxy.settings == Settings()


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("threshold_tier", "`threshold_tier` = 10% (a number from 0 to 100)"),
        ("threshold_wallet", "`threshold_wallet` = $5 (a number from 0 to 1000000)"),
        ("toast_verbosity", "`toast_verbosity` = `alert` (one of none, alert, all)"),
        ("debug", "`debug` = false (true or false)"),
        ("timeouts.firstToken", "`timeouts.firstToken` = null (a number from 0.01 to 86400, or n"),
        ("listener.hosts", "`listener.hosts` = [] (a list, each entry a name, without spaces)"),
        ("enterUrl", "`enterUrl` = `https://gen.pollinations.ai` (the base of an HTTP server)"),
    ],
)
def test_one_is_shown_with_what_belongs_there(line: str, text: str) -> None:
    """As the schema has it."""
    assert Together().chat(f"/poll config {line}").text.startswith(text)


@pytest.mark.parametrize("path", PATHS)
def test_every_setting_is_described_in_french(path: str) -> None:
    """What the schema says in English is translated as a whole."""
    setting = Setting(path, path)
    english, french = setting.belongs("en"), setting.belongs("fr")
    assert english != french
    for word in ("one of", "a number", "number from", "each entry", "without", "a part", "a line"):
        assert word not in french


class ConfigTests(SynchronousTestCase):
    """Tests for :mod:`pollinations.commands.config`."""

    def test_shows_all_and_no_key(self) -> None:
        """Only its first letters, and where it comes from."""
        proxy = Together(settings=Settings(api_key=KEY), key=KEY)
        said = proxy.chat("/poll config").text
        self.assertIn("- `threshold_tier`: 10%", said)
        self.assertIn("- `threshold_wallet`: $5", said)
        self.assertIn("- key: `sk_abc…` from the test", said)
        self.assertNotIn(KEY, said)
        proxy.key = None
        self.assertIn("- key: none", proxy.chat("/poll config").text)

    def test_gives_a_program_all_but_secrets(self) -> None:
        """By the names of the file."""
        proxy = Together(settings=Settings(api_key=KEY, signatures="redis://:secret@h"), key=KEY)
        got = proxy.post("/v1/commands", b'{"words": ["config"]}')
        self.assertEqual(got.json["data"]["thresholds.tier"], 10)
        self.assertNotIn(KEY.encode(), got.data)
        self.assertNotIn(b"secret", got.data)

    def test_a_change_is_notified(self) -> None:
        """In the channel that speaks of how things stand, without marks."""
        proxy = Together()
        proxy.chat("/poll config status_gui all")
        proxy.chat("/poll config threshold_tier 20")
        messages = [one.message for one in proxy.notifications.since()]
        self.assertEqual(messages, ["status_gui = all", "threshold_tier = 20%"])

    def test_the_language_counts_at_once(self) -> None:
        """For all that is said from then on."""
        proxy = Together()
        proxy.chat("/poll config language fr")
        self.assertIn("réglages", proxy.chat("/poll config").text)
        said = proxy.chat("/poll config threshold_tier x").text
        self.assertEqual(
            said, "`threshold_tier` doit être un nombre de 0 à 100. Rien n'a été changé."
        )
        self.assertIn("n'existe pas", proxy.chat("/poll config nothing").text)
