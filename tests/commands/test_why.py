"""``why`` tells what became of a request, and of no other."""

from typing import Any

import attrs
from twisted.trial.unittest import SynchronousTestCase

from pollinations.routing.record import KEPT, Attempt, Record, Records
from pollinations.routing.route import ENTER, FREE, Route
from pollinations.testing.commanding import NOW, Commanded

GEMINI = Route(ENTER, "gemini")
MISTRAL = Route(FREE, "mistral", "Rate Limit (Upstream 429)", rescue=True)
FALLEN = Record(
    "abc123",
    "enter/gemini",
    MISTRAL,
    NOW,
    ("all.seed", "mistral.ids"),
    (Attempt(GEMINI, 429, 0.42, "rate limit"), Attempt(MISTRAL, 200, 1.2)),
    first_byte=1.65,
    seconds=12.34,
    prompt_tokens=1500,
    completion_tokens=340,
    cost=0.00123,
)
PLAIN = Record("def456", "openai", Route(FREE, "openai"), NOW - 60)


class WhyTests(SynchronousTestCase):
    """Tests for ``why``."""

    def setUp(self) -> None:
        self.records = Records()
        self.commanded = Commanded(records=self.records)

    def why(self, id: str = "", ok: bool = True, language: str = "en") -> Any:
        """What it tells."""
        self.commanded.set(language=language)
        told = self.commanded.run(f"why {id}")
        self.assertEqual(told.ok, ok, told.text)
        return told

    def test_explains_the_last_request(self) -> None:
        """Everything that is known of it, and the ids of those before."""
        self.records.add(PLAIN)
        self.records.add(FALLEN)
        self.assertEqual(
            self.why().text,
            "### 🔎 Request `abc123`\n"
            "\n"
            "- **Asked**: `enter/gemini` at 12:00:00\n"
            "- **Answered by**: `free/mistral`\n"
            "- **Why**: Rate Limit (Upstream 429)\n"
            "- **Rules applied**: `all.seed`, `mistral.ids`\n"
            "- **Attempts**: `enter/gemini` 429 (rate limit), 0.42 s → `free/mistral` 200, 1.20 s\n"
            "- **Time**: first byte 1.65 s, whole 12.3 s\n"
            "- **Tokens**: In 1.5K / Out 340\n"
            "- **Cost**: 0.0012 🌼\n"
            "\n"
            "_Before it:_ `def456`",
        )

    def test_speaks_french(self) -> None:
        """Reasons are said as the answer said them."""
        self.records.add(FALLEN)
        text = self.why(language="fr").text
        self.assertIn("### 🔎 Requête `abc123`", text)
        self.assertIn("- **Demandé**\xa0: `enter/gemini` à 12:00:00", text)
        self.assertIn("- **Pourquoi**\xa0: Rate Limit (Upstream 429)", text)
        self.assertNotIn("Avant elle", text)

    def test_says_no_more_than_is_known(self) -> None:
        """No zero tokens, no price of nothing."""
        self.records.add(PLAIN)
        self.assertEqual(
            self.why().text,
            "### 🔎 Request `def456`\n"
            "\n"
            "- **Asked**: `openai` at 11:59:00\n"
            "- **Answered by**: `free/openai`\n"
            "- **Time**: 0 ms",
        )

    def test_says_how_a_request_failed(self) -> None:
        """Nobody answered, nobody was asked, or nobody listened."""
        attempts = (Attempt(GEMINI, 400, 0.1, "request"),)
        for change, line in (
            ({"status": 400, "attempts": attempts}, "- **Not answered**: `enter/gemini` was asked"),
            ({"status": 401}, "- **Refused**: status 401"),
            ({"status": 499, "attempts": attempts}, "- **Left**: the client did not wait"),
        ):
            self.records.add(Record("x", "enter/gemini", GEMINI, NOW, **change))
            self.assertIn(line, self.why().text)

    def test_finds_a_request_by_its_id(self) -> None:
        """Its beginning is enough, if no other begins so; a whole id goes before beginnings."""
        for id in ("abc1", "abc123", "xyz"):
            self.records.add(attrs.evolve(PLAIN, id=id))
        for id, found in (("abc1", "abc1"), ("abc12", "abc123"), ("x", "xyz"), ("xyz", "xyz")):
            self.assertEqual(self.why(id).data["id"], found)
        told = self.why("ab", ok=False)
        self.assertEqual(told.text, "Several requests begin with this: `abc123`, `abc1`.")

    def test_the_same_id_twice_means_the_later(self) -> None:
        """Clients choose ids, and may choose badly."""
        self.records.add(attrs.evolve(PLAIN, asked="first"))
        self.records.add(attrs.evolve(PLAIN, asked="second"))
        for id in ("def456", "def", ""):
            told = self.why(id)
            self.assertEqual(told.data["asked"], "second")
            self.assertNotIn("Before it", told.text)

    def test_names_the_last_ids_when_there_is_no_such(self) -> None:
        """And not what was typed."""
        for number in range(KEPT):
            self.records.add(attrs.evolve(PLAIN, id=f"id-{number}"))
        told = self.why("sk_0123456789abcdef", ok=False)
        self.assertEqual(
            told.text,
            "No request of this id is remembered. The last ones: `id-199`, `id-198`, `id-197`.",
        )
        self.assertEqual(told.data["ids"], ["id-199", "id-198", "id-197"])
        self.assertIn("connue", self.why("zz", False, "fr").text)

    def test_says_that_there_was_none(self) -> None:
        """Since the proxy was started."""
        self.assertEqual(self.why(ok=False).text, "There has been no request yet.")
        self.assertEqual(self.why("abc", ok=False).text, "There has been no request yet.")

    def test_says_that_no_proxy_runs(self) -> None:
        """Which is why nothing is known."""
        self.commanded = Commanded(records=None)
        self.assertIn("No proxy is running", self.why(ok=False).text)
        self.assertIn("Aucun proxy", self.why(ok=False, language="fr").text)

    def test_takes_one_id(self) -> None:
        """And says so."""
        self.records.add(PLAIN)
        self.assertIn("why [request-id]", self.why("def456 abc", ok=False).text)

    def test_what_a_client_called_a_model_breaks_nothing(self) -> None:
        """It is shown as code, on one line."""
        self.records.add(attrs.evolve(PLAIN, asked="a`\n\n# b" * 100))
        self.assertEqual(self.why().text.count("\n"), 4)

    def test_programs_get_the_whole_record(self) -> None:
        """Numbers as numbers, times in ISO form, ``null`` for what is not known."""
        self.records.add(FALLEN)
        self.assertEqual(
            dict(self.why().data),
            {
                "id": "abc123",
                "at": "2026-01-25T12:00:00+00:00",
                "asked": "enter/gemini",
                "model": "free/mistral",
                "universe": "free",
                "reason": "Rate Limit (Upstream 429)",
                "status": 200,
                "rules": ["all.seed", "mistral.ids"],
                "attempts": [
                    {"model": "enter/gemini", "status": 429, "kind": "rate limit", "seconds": 0.42},
                    {"model": "free/mistral", "status": 200, "kind": None, "seconds": 1.2},
                ],
                "first_byte": 1.65,
                "seconds": 12.34,
                "prompt_tokens": 1500,
                "completion_tokens": 340,
                "cost": 0.00123,
            },
        )
        self.records.add(PLAIN)
        data = self.why().data
        for name in ("reason", "first_byte", "prompt_tokens", "completion_tokens", "cost"):
            self.assertIsNone(data[name])
