"""``connect``: a key that is not good changes nothing, and no answer shows one."""

from pathlib import Path

import pytest
from twisted.trial.unittest import SynchronousTestCase

from pollinations.routing.quota import Quota
from pollinations.settings.schema import Settings
from pollinations.testing import scripts
from pollinations.testing.account import DEMO_KEY, LIMITED_KEY
from pollinations.testing.commanding import Commanded
from pollinations.testing.together import PLENTY, Seen, Together

UNCHANGED = Settings(api_key=LIMITED_KEY)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("connect", "Type `/pollinations connect <key>`."),
        ("connect sk_typo", "❌ Pollinations does not know this key. Nothing was changed."),
        ("connect <key>", "❌ Pollinations does not know this key."),
        ("connect `sk_demo`", "❌ Pollinations does not know this key."),
        ("connect " + "k" * 600, "❌ Pollinations does not know this key."),
        ("connect clé", "❌ Pollinations does not know this key."),
        ("connect sk_demo sk_other", "A key is one word. Nothing was changed."),
    ],
)
def test_what_is_wrong_changes_nothing(line: str, text: str) -> None:
    """The key of before stays, and so does the mode; what was typed is not said."""
    proxy = Together(settings=UNCHANGED, key=LIMITED_KEY)
    said = proxy.chat(f"/poll {line}").text
    assert said.startswith(text)
    assert "sk_" not in said
    assert proxy.settings == UNCHANGED
    assert proxy.notifications.since() == ()


class Unlooked(Seen):
    """An account that nobody has looked at yet."""

    async def settled(self) -> Quota:
        self.latest = PLENTY
        return self.latest


def test_says_why_a_good_key_cannot_be_kept(tmp_path: Path) -> None:
    """In the words that every command has for that, and in the language that is spoken."""
    commanded = Commanded(path=tmp_path / "config.json")
    commanded.path.write_text("{")
    commanded.set(language="fr")
    told = commanded.run(f"connect {DEMO_KEY}")
    assert not told.ok
    assert told.text.startswith(
        "Les réglages ne peuvent pas être changés\xa0: config.json est illisible"
    )
    assert commanded.path.read_text() == "{"


class ConnectTests(SynchronousTestCase):
    """Tests for :mod:`pollinations.commands.connect`."""

    def setUp(self) -> None:
        self.proxy = Together(key=None)

    def connect(self, key: str) -> str:
        """Connect *key*, and take it into use as a proxy does."""
        said = self.proxy.chat(f"/poll connect {key}").text
        self.assertNotIn(key, said)
        return said

    def test_says_what_a_key_unlocks(self) -> None:
        """How many models, and how many of them cost purchased pollen."""
        self.proxy.key = DEMO_KEY
        said = self.connect(DEMO_KEY)
        self.assertTrue(said.startswith("✅ **Connected**: 20 models, 2 of them 💎 Paid"), said)
        self.assertIn("Mode: **pro**. The next request", said)
        self.assertNotIn("not in force", said)
        self.assertEqual(self.proxy.settings.api_key, DEMO_KEY)

    def test_looks_at_the_account_first(self) -> None:
        """As the next request would, of which something is said."""
        self.proxy.key, self.proxy.quota = DEMO_KEY, Unlooked(Quota())
        said = self.connect(DEMO_KEY)
        self.assertIn("The next request for an `enter` model is answered by that model.", said)

    def test_a_limited_key_is_welcome(self) -> None:
        """With what it cannot see."""
        self.proxy.key = LIMITED_KEY
        said = self.connect(LIMITED_KEY)
        self.assertTrue(said.startswith("✅ **Connected**"))
        self.assertIn("The key is limited: chat works", said)
        self.assertEqual(self.proxy.settings.api_key, LIMITED_KEY)

    def test_a_chosen_mode_stays(self) -> None:
        """Whatever key comes."""
        self.proxy.key = DEMO_KEY
        self.proxy.settings = Settings(mode="manual")
        self.assertIn("Mode: **manual**, as you chose.", self.connect(DEMO_KEY))
        self.assertEqual(self.proxy.settings.mode, "manual")

    def test_says_which_place_goes_before_it(self) -> None:
        """The key is kept all the same."""
        self.proxy.key = LIMITED_KEY
        said = self.connect(DEMO_KEY)
        self.assertIn("kept, but not in force: the key from the test goes before it", said)
        self.assertNotIn(LIMITED_KEY, said)
        self.assertEqual(self.proxy.settings.api_key, DEMO_KEY)

    def test_the_network_is_not_the_key(self) -> None:
        """What cannot be checked is not called wrong, and changes nothing."""
        self.proxy.imitation.pages["/enter/account/key"] = scripts.error(503, "Down")
        said = self.connect(DEMO_KEY)
        self.assertTrue(said.startswith("⚠️ The network, not the key"), said)
        self.assertIsNone(self.proxy.settings.api_key)

    def test_is_notified_without_the_key(self) -> None:
        """A key was connected; which one is nobody's business."""
        self.proxy.chat("/poll config status_gui all")
        self.connect(DEMO_KEY)
        [_, told] = self.proxy.notifications.since()
        self.assertEqual((told.kind, told.message), ("success", "A key is connected"))

    def test_a_demonstration_keeps_no_keys(self) -> None:
        """Nor does it check them."""
        self.proxy.control.keeps_keys = False
        self.assertIn("A demonstration keeps no keys", self.connect(DEMO_KEY))
        self.assertIsNone(self.proxy.settings.api_key)

    def test_speaks_french(self) -> None:
        """In success and failure."""
        self.proxy.settings = Settings(language="fr")
        self.assertIn("Tapez", self.proxy.chat("/poll connect").text)
        self.assertIn("ne connaît pas cette clé", self.connect("sk_typo"))
        self.assertIn("✅ **Connecté**\xa0: 20 modèles", self.connect(LIMITED_KEY))

    def test_the_key_goes_to_no_model_later(self) -> None:
        """What was typed is in the conversation, which goes on."""
        self.proxy.chat(
            f"/poll connect {DEMO_KEY}", {"role": "assistant", "content": "✅"}, "And now?"
        )
        [asked] = self.proxy.imitation.asked()
        self.assertNotIn(DEMO_KEY.encode(), asked.raw)
        self.assertIn("/poll connect …", asked.body["messages"][0]["content"])
