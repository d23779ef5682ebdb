"""``usage`` shows what is known of an account, and never a number that is not."""

import os
import time
from typing import Any

import attrs
import orjson
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from pollinations.routing.period import LISTED
from pollinations.routing.quota import FORBIDDEN, Quota, aged, quota_from
from pollinations.testing import scripts
from pollinations.testing.account import LIMITED_KEY
from pollinations.testing.commanding import NOW, Commanded

TIERS = Quota(True, 7.5, 10.0, 50.0, tier="flower", resets=NOW + 6 * 3600 + 60, seen=NOW)
WALLETS = Quota(True, grant=0.75, wallet=50.0, seen=NOW)
UNDIVIDED = Quota(True, wallet=12.5, split=False, seen=NOW)
LIMITED = Quota(limited=True, seen=NOW)
AGED = aged(attrs.evolve(TIERS, seen=NOW - 1380), NOW)
FAILED = Quota(seen=NOW - 90)

HINT = "\n\n_Type_ `/pollinations usage full` _for the details._"


def entry(**fields: Any) -> dict[str, Any]:
    """A request as the page lists it."""
    return {
        "timestamp": "2026-01-25 09:00:00",
        "model": "openai",
        "meter_source": "tier",
        "input_text_tokens": 1_500_000,
        "output_text_tokens": 340,
        "cost_usd": 1.25,
        **fields,
    }


class UsageTests(SynchronousTestCase):
    """Tests for ``usage``."""

    def setUp(self) -> None:
        self.commanded = Commanded()

    def usage(self, quota: Quota, language: str = "en", mode: str = "pro") -> str:
        """What it shows of *quota*."""
        self.commanded.quota.latest = quota
        self.commanded.set(language=language, mode=mode)
        told = self.commanded.run("usage")
        self.assertTrue(told.ok)
        return told.text

    def test_shows_a_tier_as_the_documents_do(self) -> None:
        """Used of the allowance, ten blocks, percent, wallet and reset."""
        self.assertEqual(
            self.usage(TIERS),
            "### 🌸 Pollinations Dashboard (PRO)\n"
            "\n"
            "**Resources**\n"
            "- **Tier**: 🌸 FLOWER (10 pollen/day)\n"
            "- **Quota**: 2.50 🌼 / 10.00 🌼\n"
            "- **Usage**: `███░░░░░░░` (25%)\n"
            "- **Wallet**: $50.00\n"
            "- **Reset**: 18:01 (in 6h 1m)" + HINT,
        )

    def test_speaks_french(self) -> None:
        """With its signs as French sets them."""
        self.assertEqual(
            self.usage(TIERS, "fr"),
            "### 🌸 Dashboard Pollinations (PRO)\n"
            "\n"
            "**Ressources**\n"
            "- **Tier**\xa0: 🌸 FLOWER (10 pollen/jour)\n"
            "- **Quota**\xa0: 2.50 🌼 / 10.00 🌼\n"
            "- **Usage**\xa0: `███░░░░░░░` (25\xa0%)\n"
            "- **Wallet**\xa0: $50.00\n"
            "- **Reset**\xa0: 18:01 (dans 6h 1m)\n"
            "\n"
            "_Tapez_ `/pollinations usage full` _pour le détail._",
        )

    def test_looks_at_the_account(self) -> None:
        """Each time, whatever was seen before."""
        self.usage(TIERS)
        self.usage(TIERS)
        self.assertEqual(self.commanded.quota.looks, 2)

    def test_shows_two_wallets_without_what_they_have_not(self) -> None:
        """Nothing is filled up again, so there is no bar and no reset."""
        self.assertEqual(
            self.usage(WALLETS),
            "### 🌸 Pollinations Dashboard (PRO)\n\n**Resources**\n"
            "- **Quest**: 0.75 🌼\n- **Wallet**: $50.00" + HINT,
        )

    def test_shows_one_balance_where_there_is_one(self) -> None:
        """In the mode that spends grants only, that is too little to know."""
        for mode, more in (("pro", False), ("manual", False), ("alwaysfree", True)):
            text = self.usage(UNDIVIDED, mode=mode)
            self.assertIn("- **Balance**: $12.50 (grant and wallet together", text)
            self.assertEqual("answered by free ones" in text, more)
            self.assertNotIn("Quest", text)

    def test_says_that_a_limited_key_can_chat(self) -> None:
        """Nothing of its account is invented."""
        for mode, more in (("pro", False), ("manual", False), ("alwaysfree", True)):
            text = self.usage(LIMITED, mode=mode)
            self.assertIn("🔒 This key may chat", text)
            self.assertEqual("answered by free ones" in text, more)
            self.assertNotIn("%", text)
            self.assertNotIn("$", text)

    def test_says_since_when_nothing_is_known(self) -> None:
        """With what was seen last, if anything was."""
        text = self.usage(AGED)
        self.assertIn("cannot be seen, since 11:37 (23 min ago).", text)
        self.assertIn("- Seen then: 7.50 / 10.00 🌼 + $50.00.", text)
        self.assertIn("answered by free ones", text)
        text = self.usage(FAILED)
        self.assertIn("since 11:58 (1 min ago)", text)
        self.assertNotIn("Seen then", text)
        self.assertNotIn("answered by free ones", self.usage(FAILED, mode="manual"))
        self.assertIn("has not been seen yet", self.usage(Quota()))

    def test_says_that_a_look_has_failed(self) -> None:
        """The last good figures stay, with their age."""
        text = self.usage(attrs.evolve(WALLETS, seen=NOW - 40))
        self.assertIn("- **Wallet**: $50.00\n", text)
        self.assertIn("this was seen at 11:59 (40 s ago)", text)
        self.assertNotIn("this was seen", self.usage(WALLETS))

    def test_nothing_is_used_up_because_a_look_failed(self) -> None:
        """A failure is not a bar that is full."""
        for quota in (AGED, FAILED, Quota(), LIMITED):
            for language in ("en", "fr"):
                text = self.usage(quota, language)
                self.assertNotIn("█", text)
                self.assertNotIn("100", text.replace("$50.00", "").replace("10.00", ""))

    def test_says_how_to_get_a_key(self) -> None:
        """Without one there is no account to look at."""
        self.commanded.key = None
        for language, word in (("en", "no API key"), ("fr", "pas de clé API")):
            text = self.usage(Quota(), language, "manual")
            self.assertIn(word, text)
            self.assertIn("(MANUAL)", text)
            self.assertIn("`/pollinations connect <", text)
        self.assertEqual(self.commanded.quota.looks, 0)
        told = self.commanded.run("usage full")
        self.assertEqual((told.data["has_key"], told.data["known"]), (False, False))

    def test_tells_the_time_where_it_runs(self) -> None:
        """Which is what the reader's clock shows."""
        # What runs around each test sets it back.
        os.environ["TZ"] = "CET-1"
        time.tzset()
        self.assertIn("- **Reset**: 19:01 (in 6h 1m)", self.usage(TIERS))

    def test_unknown_tiers_have_a_sign_of_their_own(self) -> None:
        """Their name is shown, and can break nothing."""
        text = self.usage(attrs.evolve(TIERS, grant=0.5, limit=1.0, tier="ro`|uter\n"))
        self.assertIn("- **Tier**: ❓ RO'¦UTER (1 pollen/day)\n", text)

    def test_takes_nothing_but_full(self) -> None:
        """And says so, without a word of what it was given."""
        self.commanded.quota.latest = TIERS
        for line in ("fulll", "full full", "sk_0123456789abcdef", "{0}", "--help"):
            told = self.commanded.run(f"usage {line}")
            self.assertFalse(told.ok)
            self.assertIn("usage [full]", told.text)
            self.assertNotIn("sk_", told.text)
        self.assertEqual(self.commanded.quota.looks, 0)

    def test_programs_get_numbers(self) -> None:
        """And ISO times."""
        self.usage(TIERS)
        self.assertEqual(
            dict(self.commanded.run("usage").data),
            {
                "mode": "pro",
                "has_key": True,
                "known": True,
                "limited": False,
                "world": "tier",
                "tier": "flower",
                "grant": 7.5,
                "limit": 10.0,
                "used": 2.5,
                "wallet": 50.0,
                "balance": 57.5,
                "resets": "2026-01-25T18:01:00+00:00",
                "seen": "2026-01-25T12:00:00+00:00",
                "period": None,
            },
        )

    def test_programs_get_null_for_what_is_not_known(self) -> None:
        """Never a zero that could be taken for one."""
        for quota, world, known in (
            (WALLETS, "wallet", {"grant": 0.75, "wallet": 50.0, "balance": 50.75}),
            (UNDIVIDED, "undivided", {"balance": 12.5}),
            (LIMITED, None, {}),
            (AGED, None, {}),
            (FAILED, None, {}),
        ):
            self.usage(quota)
            data = self.commanded.run("usage").data
            self.assertEqual(data["world"], world)
            for name in ("tier", "grant", "limit", "used", "wallet", "balance", "resets"):
                self.assertEqual(data[name], known.get(name), name)


class FullUsageTests(SynchronousTestCase):
    """Tests for ``usage full``."""

    def setUp(self) -> None:
        self.commanded = Commanded()
        self.commanded.quota.latest = attrs.evolve(TIERS, resets=NOW + 6 * 3600)

    def full(self, *entries: Any, language: str = "en") -> Any:
        """What it tells when the page lists these."""
        page = scripts.json(200, {"usage": list(entries), "count": len(entries)})
        self.commanded.imitation.pages["/enter/account/usage"] = page
        self.commanded.set(language=language)
        return self.commanded.run("usage full")

    def test_lists_the_models_of_the_period(self) -> None:
        """What the wallet paid too; nothing of the period before."""
        told = self.full(
            entry(),
            entry(model="gemini", meter_source="pack", cost_usd=1.5, input_text_tokens=1160),
            entry(model="gemini", cost_usd=0.004, input_text_tokens=0, output_text_tokens=0),
            entry(timestamp="2026-01-24 17:59:59"),
        )
        self.assertTrue(told.ok)
        head, _, table = told.text.partition("\n\n### 📊 ")
        self.assertIn("- **Quota**: 2.50 🌼 / 10.00 🌼", head)
        self.assertNotIn("usage full", told.text)
        self.assertEqual(
            table,
            "Period Details (since 18:00:00)\n"
            "**Total Requests**: 3 | **Tokens**: In 1.50M / Out 680"
            " | **Cost**: 2.75 🌼 (grant: 1.25 🌼)\n"
            "\n"
            "| Model | Reqs | Cost | Tokens | Grant |\n"
            "| :--- | :---: | :---: | :---: | :---: |\n"
            "| `gemini` | 2 | 1.50 🌼 | 1.5K | 0.0040 🌼 |\n"
            "| `openai` | 1 | 1.25 🌼 | 1.50M | 1.25 🌼 |",
        )

    def test_speaks_french(self) -> None:
        """In the documents' words."""
        text = self.full(entry(), language="fr").text
        self.assertIn(
            "### 📊 Détail de la période (depuis 18:00:00)\n**Total des requêtes**\xa0: 1 | ", text
        )
        self.assertIn("| Modèle | Reqs | Coût | Tokens | Allocation |", text)

    def test_without_resets_it_is_the_last_day(self) -> None:
        """Which is what is known of in all other worlds."""
        for quota in (WALLETS, UNDIVIDED, LIMITED, AGED):
            self.commanded.quota.latest = quota
            told = self.full(entry(), entry(timestamp="2026-01-24 11:59:59"))
            self.assertIn("### 📊 Period Details (last 24 hours)\n", told.text)
            self.assertEqual(told.data["period"]["since"], "2026-01-24T12:00:00+00:00")
            self.assertEqual(told.data["period"]["requests"], 1)

    def test_says_that_nothing_was_spent(self) -> None:
        """Instead of a table without rows."""
        told = self.full()
        self.assertTrue(told.text.endswith("\nNothing was spent in this time."))
        self.assertEqual(told.data["period"]["models"], [])

    def test_says_when_older_requests_may_be_missing(self) -> None:
        """The page has an end."""
        told = self.full(*([entry()] * LISTED))
        self.assertIn(f"The service lists the last {LISTED} requests", told.text)
        self.assertFalse(told.data["period"]["whole"])
        self.assertNotIn("The service lists", self.full(entry()).text)

    def test_says_what_could_not_be_read(self) -> None:
        """And shows the others."""
        told = self.full(entry(), entry(cost_usd="NaN"), None, 7)
        self.assertIn("cannot be understood, and are left out: 3.", told.text)
        self.assertEqual(told.data["period"]["requests"], 1)

    def test_hostile_names_break_no_table(self) -> None:
        """Nor do many of them."""
        names = [f"m|{number}`\n" for number in range(40)]
        text = self.full(*(entry(model=name, cost_usd=0.1) for name in names)).text
        rows = [line for line in text.splitlines() if line.startswith("| `")]
        self.assertEqual(len(rows), 30)
        self.assertEqual({row.count("|") for row in rows}, {6})
        self.assertIn("_10 more models are not shown._", text)

    def test_a_page_that_is_not_to_be_had_leaves_the_dashboard(self) -> None:
        """Whatever came instead."""
        for page in (
            scripts.error(503, "Down"),
            scripts.json(200, {"usage": "none"}),
            scripts.json(200, [1, 2]),
            scripts.html(502),
            scripts.dropped(),
        ):
            self.commanded.imitation.pages["/enter/account/usage"] = page
            told = self.commanded.run("usage full")
            self.assertIn("- **Wallet**: $50.00", told.text)
            self.assertTrue(told.text.endswith("is not to be had at the moment.*"))
            self.assertIsNone(told.data["period"])

    def test_a_limited_key_sees_its_own_requests(self) -> None:
        """The service tells every key about itself."""
        self.commanded.key = LIMITED_KEY
        self.commanded.quota.latest = LIMITED
        self.commanded.imitation.pages["/enter/account/key/usage"] = scripts.json(
            200, {"usage": [entry()]}
        )
        told = self.commanded.run("usage full")
        self.assertIn("| `openai` | 1 | 1.25 🌼 |", told.text)
        self.assertIn("This key may see its own requests, and no others.", told.text)
        self.assertEqual(told.data["period"]["of"], "key")

    def test_a_key_may_be_refused_even_that(self) -> None:
        """Then that is what is said."""
        self.commanded.key = LIMITED_KEY
        self.commanded.quota.latest = LIMITED
        for status in (403, 404, 500):
            self.commanded.imitation.pages["/enter/account/key/usage"] = scripts.error(status, "No")
            told = self.commanded.run("usage full")
            self.assertTrue(told.text.endswith("This key may not see what was spent.*"))
            self.assertIsNone(told.data["period"])


AMOUNTS = st.one_of(st.floats(), st.integers(), st.none(), st.just("NaN"))


@given(
    profile=st.one_of(
        st.none(),
        st.just(FORBIDDEN),
        st.fixed_dictionaries({"tier": st.text(), "nextResetAt": st.text()}),
        st.just({"tier": "flower", "nextResetAt": "2026-01-26T00:00:00Z"}),
    ),
    balance=st.one_of(
        st.none(),
        st.just(FORBIDDEN),
        st.fixed_dictionaries({"balance": AMOUNTS}),
        st.fixed_dictionaries(
            {"accountBalance": st.fixed_dictionaries({"tier": AMOUNTS, "paid": AMOUNTS})}
        ),
    ),
    cost=AMOUNTS,
    line=st.sampled_from(["usage", "usage full", "status"]),
    language=st.sampled_from(["en", "fr"]),
)
def test_no_page_leads_to_a_number_that_is_none(
    profile: Any, balance: Any, cost: Any, line: str, language: str
) -> None:
    """Neither in the text nor in the data, whatever the pages hold."""
    page = {"usage": [entry(cost_usd=cost)]}
    commanded = Commanded()
    commanded.quota.latest = quota_from(profile, balance, page, NOW)
    commanded.imitation.pages["/enter/account/usage"] = scripts.json(200, page)
    commanded.set(language=language)
    told = commanded.run(line)
    assert told.ok
    name = profile.get("tier", "") if isinstance(profile, dict) else ""
    said = told.text.replace(" ".join(name.upper().split()), "")
    assert "nan" not in said.lower().split()
    assert "$nan" not in said.lower()
    assert "inf" not in said.lower().split()
    assert orjson.loads(orjson.dumps(dict(told.data))) == dict(told.data)
