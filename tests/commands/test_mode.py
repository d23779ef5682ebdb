"""``mode``: what it says, and what it changes."""

from typing import Any

import pytest
from twisted.trial.unittest import SynchronousTestCase

from pollinations.commands import VERBS
from pollinations.routing.quota import Quota
from pollinations.settings.schema import Settings
from pollinations.testing.account import DEMO_KEY
from pollinations.testing.together import PLENTY, Together

OWN = "The next request for an `enter` model is answered by that model."
REFUSED = "There is no key, so requests for `enter` models are refused (401)"


def instead(reason: str) -> str:
    """What is said when another model answers."""
    return f"The next request for an `enter` model is answered by `free/mistral`: {reason}."


@pytest.mark.parametrize(
    ("mode", "key", "quota", "said"),
    [
        ("manual", DEMO_KEY, PLENTY, OWN),
        ("manual", DEMO_KEY, Quota(), OWN),
        ("manual", None, Quota(), REFUSED),
        ("pro", DEMO_KEY, PLENTY, OWN),
        ("pro", None, Quota(), REFUSED),
        ("pro", DEMO_KEY, Quota(), instead("Quota Unreachable (Safety)")),
        ("pro", DEMO_KEY, Quota(True, 0, 10, 1), instead("Wallet & Tier Critical")),
        ("alwaysfree", DEMO_KEY, PLENTY, OWN),
        ("alwaysfree", None, Quota(), instead("No API Key (Wallet Protected)")),
        (
            "alwaysfree",
            DEMO_KEY,
            Quota(True, 0, 10, 50),
            instead("Daily Tier < 10% (Wallet Protected)"),
        ),
    ],
)
def test_says_what_becomes_of_the_next_request(
    mode: Any, key: str | None, quota: Quota, said: str
) -> None:
    """As the router itself decides it."""
    proxy = Together(settings=Settings(mode=mode), key=key)
    proxy.quota.latest = quota
    text = proxy.chat("/poll mode").text
    assert text.startswith(f"Mode: **{mode}**. ")
    assert said in text


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("mode rich", "There is no such mode. Modes: manual, alwaysfree, pro."),
        ("mode sk_abcdef", "There is no such mode. Modes: manual, alwaysfree, pro."),
        ("mode quest", "There is no such mode. Modes: manual, alwaysfree, pro."),
        ("mode pro manual", "That is not what `mode` takes. Use it as `/pollinations mode [manual"),
    ],
)
def test_what_is_wrong_changes_nothing(line: str, text: str) -> None:
    """And is said."""
    proxy = Together(settings=Settings(mode="alwaysfree"))
    assert proxy.chat(f"/poll {line}").text.startswith(text)
    assert proxy.settings.mode == "alwaysfree"
    assert proxy.notifications.since() == ()


class ModeTests(SynchronousTestCase):
    """Tests for changing it."""

    def test_the_mode_is_changed(self) -> None:
        """In whatever letter case it was typed, with the key that there is (or none)."""
        for key in (DEMO_KEY, None):
            for typed, mode in (("manual", "manual"), ("PRO", "pro"), ("alwaysfree",) * 2):
                proxy = Together(key=key)
                said = proxy.chat(f"/poll mode {typed}").text
                self.assertTrue(said.startswith(f"✅ Mode: **{mode}**. "), said)
                self.assertEqual(proxy.settings.mode, mode)
                self.assertEqual(proxy.exchange.situation().mode, mode)

    def test_says_when_nobody_has_chosen(self) -> None:
        """Then a key decides."""
        proxy = Together()
        self.assertIn("**pro** (by default)", proxy.chat("/poll mode").text)
        proxy.key = None
        self.assertIn("**manual** (by default)", proxy.chat("/poll mode").text)
        proxy.settings = Settings(language="fr")
        self.assertIn("**manual** (par défaut)", proxy.chat("/poll mode").text)

    def test_the_next_request_goes_by_it(self) -> None:
        """It counts at once."""
        proxy = Together()
        proxy.quota.latest = Quota()
        proxy.chat("/poll mode manual")
        proxy.chat("hi", model="enter/openai")
        proxy.chat("/poll mode pro")
        proxy.chat("hi", model="enter/openai")
        self.assertEqual([one.universe for one in proxy.imitation.asked()], ["enter", "free"])

    def test_a_change_is_notified(self) -> None:
        """In the channel that speaks of how things stand."""
        proxy = Together()
        proxy.chat("/poll config status_gui all")
        proxy.chat("/poll mode manual")
        [_, told] = proxy.notifications.since()
        self.assertEqual((told.channel, told.kind), ("status", "success"))
        self.assertEqual(told.message, "The mode is manual now")

    def test_speaks_french(self) -> None:
        """All of it."""
        proxy = Together(settings=Settings(language="fr"))
        self.assertIn(
            "✅ Mode\xa0: **manual**. Chaque requête", proxy.chat("/poll mode manual").text
        )
        self.assertIn("n'existe pas", proxy.chat("/poll mode rich").text)

    def test_a_program_gets_data(self) -> None:
        """What the sentences say."""
        proxy = Together(key=None)
        [mode] = [verb for verb in VERBS if verb.name == "mode"]
        told = self.successResultOf(mode.run(proxy.control, ["pro"]))
        self.assertEqual(told.data, {"mode": "pro", "chosen": True, "enter": "refused"})
