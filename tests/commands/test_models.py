"""``models`` finds models by what people know of them."""

from typing import Any

import attrs
import orjson
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from pollinations.routing.catalogue import Catalogue, Model, parse_list
from pollinations.routing.route import ENTER, FREE
from pollinations.testing import lists
from pollinations.testing.commanding import Commanded

CATALOGUE = Catalogue(
    {
        FREE: parse_list(orjson.loads(orjson.dumps(lists.legacy(lists.FREE)))),
        ENTER: parse_list(orjson.loads(orjson.dumps(lists.rich(lists.ENTER, "today")))),
    }
)


def priced(name: str, price: float, **fields: Any) -> Model:
    """A model whose tokens cost this, by the million."""
    pricing = {"promptTextTokens": price / 1e6, "completionTextTokens": 2 * price / 1e6}
    return Model(name, pricing=pricing, **fields)


class ModelsTests(SynchronousTestCase):
    """Tests for ``models``."""

    def setUp(self) -> None:
        self.commanded = Commanded(catalogue=CATALOGUE)

    def models(self, query: str = "", ok: bool = True) -> Any:
        """What it tells."""
        told = self.commanded.run(f"models {query}")
        self.assertEqual(told.ok, ok, told.text)
        return told

    def found(self, query: str) -> list[str]:
        """The models that it finds, in its order."""
        return [model["id"] for model in self.models(query).data["models"]]

    def enter(self, *models: Model) -> None:
        """These are all the models there are."""
        self.commanded.catalogue = Catalogue({ENTER: models})

    def test_shows_prices_and_what_each_can_do(self) -> None:
        """A line for each model."""
        self.assertEqual(
            self.models("claude").text,
            "_Prices: pollen for a million tokens. 💎: purchased pollen only._\n"
            "\n"
            "| Model | Name | In / Out | Can | Context |\n"
            "| :--- | :--- | :---: | :--- | :---: |\n"
            "| `enter/anthropic/claude-sonnet-4.6` | Anthropic Claude Sonnet 4.6"
            " | 3 / 15 | tools, vision | 200K |\n"
            "| `enter/anthropic/claude-haiku-4.5` | Anthropic Claude Haiku 4.5"
            " | 1 / 5 | tools, vision | 200K |\n"
            "| `enter/anthropic/claude-opus-4.6` | 💎 Anthropic Claude Opus 4.6"
            " | 5 / 25 | tools, vision | 200K |",
        )

    def test_speaks_french(self) -> None:
        """The names of models stay as they are."""
        self.commanded.set(language="fr")
        text = self.models("gpt-oss").text
        self.assertIn("| Modèle | Nom | In / Out | Sait | Contexte |", text)
        self.assertIn("| gratuit | outils, raisonnement | – |", text)

    def test_finds_by_anything_that_is_known(self) -> None:
        """Name, alias, title, publisher, prefix, ability; in whatever letter case."""
        for query, model in (
            ("anthropic/claude-opus-4.6", "enter/anthropic/claude-opus-4.6"),
            ("claude-large", "enter/anthropic/claude-opus-4.6"),
            ("MOONSHOT", "enter/moonshotai/kimi-k2.6"),
            ("x-ai", "enter/x-ai/grok-4.3"),
            ("biomimetic", "free/bidara"),
            ("free/mistral", "free/mistral"),
            ("enter audio", "enter/openai/gpt-audio-mini"),
        ):
            self.assertEqual(self.found(query)[0], model, query)

    def test_all_words_must_fit(self) -> None:
        """In any order."""
        both = self.found("gemini vision")
        self.assertEqual(both, self.found("vision gemini"))
        self.assertLess(len(both), len(self.found("gemini")))
        self.models("gemini anthropic", ok=False)

    def test_who_is_called_so_comes_first_then_the_free_then_the_cheap(self) -> None:
        """Those whose price nobody knows come last."""
        self.commanded.catalogue = Catalogue(
            {
                ENTER: (
                    priced("gpt-dear", 9),
                    priced("gpt", 5),
                    Model("gpt-unknown"),
                    priced("gpt-cheap", 1),
                    priced("other", 0.1, description="like gpt"),
                ),
                FREE: (Model("gpt-free"),),
            }
        )
        self.assertEqual(
            self.found("gpt"),
            [
                "enter/gpt",
                "free/gpt-free",
                "enter/gpt-cheap",
                "enter/gpt-dear",
                "enter/gpt-unknown",
                "enter/other",
            ],
        )

    def test_without_words_all_are_listed_up_to_a_number(self) -> None:
        """How many more there are is said; data has them all."""
        self.enter(*(priced(f"model-{number:02}", 1 + number) for number in range(45)))
        told = self.models()
        rows = [line for line in told.text.splitlines() if line.startswith("| `")]
        self.assertEqual(len(rows), 30)
        self.assertIn("model-29", rows[-1])
        self.assertIn("_15 more are not shown", told.text)
        self.assertEqual((told.data["total"], len(told.data["models"])), (45, 45))
        self.assertNotIn("not shown", self.models("model-0").text)

    def test_names_what_is_near_when_nothing_is_found(self) -> None:
        """In either language, and without a word of what was typed."""
        told = self.models("cluade", ok=False)
        self.assertIn("No model is like that. Near: `claude`", told.text)
        self.assertEqual(told.data["near"][0], "claude")
        self.assertNotIn("cluade", told.text)
        self.commanded.set(language="fr")
        self.assertIn("Aucun modèle ne correspond. Proches\xa0:", self.models("cluade", False).text)

    def test_nothing_may_be_near(self) -> None:
        """Not even for a key, or in an empty catalogue."""
        for query in ("sk_0123456789abcdef", "zzzzzzzz", "x" * 1000):
            self.assertEqual(self.models(query, ok=False).text, "No model is like that.")
        self.commanded.catalogue = Catalogue()
        self.assertEqual(self.models(ok=False).data, {"total": 0, "models": [], "near": []})

    def test_says_that_a_key_is_needed(self) -> None:
        """Where somebody without one sees a model that needs it."""
        self.assertNotIn("/pollinations connect", self.models("claude").text)
        self.commanded.key = None
        self.assertIn("/pollinations connect <key>", self.models("claude").text)
        self.assertNotIn("/pollinations connect", self.models("bidara").text)

    def test_what_costs_nothing_is_not_what_nobody_knows(self) -> None:
        """Zero is a price."""
        self.enter(priced("zero", 0), Model("unknown"), priced("tiny", 0.00001))
        text = self.models().text
        self.assertIn("| `enter/zero` | Zero | 0 / 0 | – | – |", text)
        self.assertIn("| `enter/unknown` | Unknown | – | – | – |", text)
        self.assertIn("| `enter/tiny` | Tiny | <0.0001 / <0.0001 | – | – |", text)

    def test_programs_get_numbers(self) -> None:
        """Prices of a million tokens; ``null`` for what the list does not say."""
        self.assertEqual(
            self.models("claude-haiku").data["models"],
            [
                {
                    "id": "enter/anthropic/claude-haiku-4.5",
                    "universe": "enter",
                    "name": "Anthropic Claude Haiku 4.5",
                    "publisher": "anthropic",
                    "aliases": ["claude-fast", "claude-haiku"],
                    "price": {"input": 1.0, "output": 5.0},
                    "tools": True,
                    "reasoning": False,
                    "paid_only": False,
                    "input_modalities": ["text", "image"],
                    "context_length": 200000,
                    "max_output_tokens": 64000,
                }
            ],
        )
        [bidara] = self.models("bidara").data["models"]
        self.assertEqual(bidara["price"], {"input": None, "output": None})
        self.assertIsNone(bidara["context_length"])


NUMBERS = st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=8), st.just("1e300"))
LISTED = st.fixed_dictionaries(
    {"name": st.text(min_size=1), "description": st.text(), "context_length": NUMBERS},
    optional={"pricing": st.fixed_dictionaries({"promptTextTokens": NUMBERS})},
)


@given(st.lists(LISTED), st.sampled_from(["en", "fr"]))
def test_no_list_breaks_the_table(listed: list[Any], language: str) -> None:
    """Every row has its cells, and data is JSON."""
    commanded = Commanded()
    commanded.set(language=language)
    models = parse_list([{"name": "sure"}, *listed])
    commanded.catalogue = Catalogue({ENTER: models[:30]})
    told = commanded.run("models")
    assert told.ok
    rows = [line for line in told.text.splitlines() if line.startswith("| `")]
    assert len(rows) == len(models[:30])
    assert {row.count("|") for row in rows} == {6}
    assert "inf" not in {word.lower() for row in rows for word in row.split()[-6:]}
    assert orjson.loads(orjson.dumps(told.data["models"])) == told.data["models"]


def test_a_query_is_no_pattern() -> None:
    """Whatever is typed is looked for as it is."""
    commanded = Commanded(catalogue=CATALOGUE)
    for query in (".*", "[", "{0}", "%s", "gpt-5.4-nano(", "|", "`"):
        told = commanded.run(f"models {query}")
        assert not told.ok
        assert told.data["total"] == 0
    assert attrs.asdict(told)["data"]["near"] == []
