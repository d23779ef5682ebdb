"""``status`` is one line, and says what is not as it should be."""

import math
from typing import Any

import attrs
from twisted.trial.unittest import SynchronousTestCase

from pollinations.routing.quota import Quota
from pollinations.routing.record import Record
from pollinations.routing.route import ENTER, FREE, Route
from pollinations.testing.commanding import NOW, Commanded

KEY = "sk_0123456789abcdef"
TIERS = Quota(True, 7.5, 10.0, 50.0, tier="flower", resets=NOW + 6 * 3600 + 60, seen=NOW)
WALLETS = Quota(True, grant=0.75, wallet=50.0, seen=NOW)
UNDIVIDED = Quota(True, wallet=12.5, split=False, seen=NOW)
LIMITED = Quota(limited=True, seen=NOW)
UNKNOWN = Quota(seen=NOW)

LINES = (
    (TIERS, "en", "🌸 Tier: 7.50/10 (75%) | 💎 Wallet: $50.00 | ⏰ Reset: 6h1m | ⚙️ PRO"),
    (TIERS, "fr", "🌸 Tier: 7.50/10 (75%) | 💎 Wallet: $50.00 | ⏰ Reset: 6h1m | ⚙️ PRO"),
    (WALLETS, "en", "🎁 Quest: 0.75 | 💎 Wallet: $50.00 | ⚙️ PRO"),
    (UNDIVIDED, "en", "💎 Balance: $12.50 (grant and wallet together) | ⚙️ PRO"),
    (UNDIVIDED, "fr", "💎 Solde\xa0: $12.50 (allocation et portefeuille ensemble) | ⚙️ PRO"),
    (LIMITED, "en", "🔒 Limited key: its account cannot be seen | ⚙️ PRO"),
    (LIMITED, "fr", "🔒 Clé limitée\xa0: son compte n'est pas visible | ⚙️ PRO"),
    (UNKNOWN, "en", "⚠️ Quota unknown | ⚙️ PRO"),
    (UNKNOWN, "fr", "⚠️ Quota inconnu | ⚙️ PRO"),
)


def fallen(at: float = NOW - 60) -> Record:
    """A request that another model answered."""
    route = Route(FREE, "mistral", "Rate Limit (Upstream 429)", rescue=True)
    return Record("abc", "enter/gemini", route, at)


class StatusTests(SynchronousTestCase):
    """Tests for ``status``."""

    def setUp(self) -> None:
        self.commanded = Commanded(key=KEY)
        self.commanded.quota.latest = TIERS

    def status(self) -> Any:
        """What it tells."""
        told = self.commanded.run("status")
        self.assertTrue(told.ok)
        self.assertEqual(told.text.splitlines(), [told.text])
        self.assertNotIn(KEY, f"{told.text}{told.data}")
        return told

    def cool(self, model: str, seconds: float | None = None) -> None:
        """Leave *model* alone."""
        held = seconds is None
        cooldowns = self.commanded.control.outlook.cooldowns
        cooldowns.failed((ENTER, model), NOW, seconds, held)

    def test_says_what_is_left_the_mode_and_whose_key_it_is(self) -> None:
        """In every world of the service, in both languages."""
        for quota, language, line in LINES:
            self.commanded.quota.latest = quota
            self.commanded.set(language=language)
            self.assertEqual(self.status().text, f"{line} | 🔑 `sk_012…` (config.json)")

    def test_looks_at_nothing_again(self) -> None:
        """It is to be quick."""
        self.status()
        self.assertEqual(self.commanded.quota.looks, 0)

    def test_without_a_key_there_is_no_quota(self) -> None:
        """Which is not the same as one that is unknown."""
        self.commanded.key = None
        self.commanded.quota.latest = UNKNOWN
        self.assertEqual(self.status().text, "🔑 No key: free models only | ⚙️ MANUAL")
        self.commanded.set(language="fr")
        self.assertEqual(
            self.status().text, "🔑 Pas de clé\xa0: modèles gratuits seulement | ⚙️ MANUAL"
        )
        self.assertIsNone(self.status().data["key"])

    def test_names_who_cools_down(self) -> None:
        """The longest first, in whole seconds."""
        self.cool("gemini", 12.2)
        self.cool("openai")
        self.assertTrue(
            self.status().text.endswith(
                " | 🧊 Cooling down: `enter/openai` until there is pollen, `enter/gemini` 13 s"
            )
        )
        self.assertEqual(
            self.status().data["cooling"],
            [
                {"model": "enter/openai", "seconds": None},
                {"model": "enter/gemini", "seconds": 13},
            ],
        )

    def test_names_no_more_than_fit(self) -> None:
        """The others are counted; data has them all."""
        for number in range(9):
            self.cool(f"model-{number}", 10 + number)
        told = self.status()
        self.assertTrue(told.text.endswith("`enter/model-6` 16 s, 6 more"))
        self.assertEqual(len(told.data["cooling"]), 9)
        self.assertTrue(all(math.isfinite(each["seconds"]) for each in told.data["cooling"]))

    def test_tells_of_a_fallback_while_it_is_recent(self) -> None:
        """The last one, not the last request."""
        records = self.commanded.records
        assert records is not None
        records.add(fallen(NOW - 3700))
        self.assertNotIn("🛟", self.status().text)
        records.add(fallen())
        records.add(Record("def", "free/openai", Route(FREE, "openai"), NOW - 30))
        told = self.status()
        self.assertTrue(
            told.text.endswith(
                " | 🛟 Last fallback 11:59: `enter/gemini` → `free/mistral`"
                " (Rate Limit (Upstream 429))"
            )
        )
        self.assertEqual(
            told.data["last_fallback"],
            {
                "id": "abc",
                "at": "2026-01-25T11:59:00+00:00",
                "asked": "enter/gemini",
                "model": "free/mistral",
                "reason": "Rate Limit (Upstream 429)",
            },
        )

    def test_stays_one_line_whatever_a_client_asks_for(self) -> None:
        """Names of models come from anywhere."""
        assert self.commanded.records is not None
        self.commanded.records.add(attrs.evolve(fallen(), asked="a\n# b`|" * 100))
        self.assertLess(len(self.status().text), 500)

    def test_works_where_no_proxy_runs(self) -> None:
        """There are no requests then, and all else is the same."""
        self.commanded = Commanded(key=KEY, records=None)
        self.assertIsNone(self.status().data["last_fallback"])

    def test_takes_nothing(self) -> None:
        """And says so."""
        told = self.commanded.run("status now")
        self.assertFalse(told.ok)
        self.assertIn("`/pollinations status`", told.text)

    def test_programs_get_all_of_it(self) -> None:
        """By names that stay."""
        self.assertEqual(
            set(self.status().data),
            {
                "version",
                "demo",
                "upstreams",
                "settings",
                "mode",
                "has_key",
                "key",
                "quota",
                "cooling",
                "last_fallback",
            },
        )
        data = self.status().data
        self.assertEqual(data["key"], {"masked": "sk_012…", "source": "config.json"})
        self.assertEqual((data["quota"]["world"], data["quota"]["used"]), ("tier", 2.5))
