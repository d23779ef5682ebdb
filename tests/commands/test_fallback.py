"""``fallback``: who answers instead, which costs nothing."""

import attrs
import pytest
from twisted.trial.unittest import SynchronousTestCase

from pollinations.routing.catalogue import Catalogue, Model
from pollinations.routing.last_resort import LAST_RESORT
from pollinations.routing.route import FREE
from pollinations.settings.schema import Fallbacks, Settings
from pollinations.testing.together import Together

TAKES = "That is not what `fallback` takes."


@pytest.mark.parametrize(
    ("line", "main", "agent"),
    [
        ("gemini", "free/gemini", None),
        ("free/gemini", "free/gemini", None),
        ("pollinations/free/gemini", "free/gemini", None),
        ("FREE/gemini", "free/gemini", None),
        ("openai", "free/openai", None),
        ("gemini mistral", "free/gemini", "free/mistral"),
        ("free/openai free/openai", "free/openai", "free/openai"),
    ],
)
def test_models_are_set(line: str, main: str, agent: str | None) -> None:
    """The first for requests without tools; a second one for all else."""
    proxy = Together()
    said = proxy.chat(f"/poll fallback {line}").text
    found, default = proxy.settings.fallbacks, Fallbacks()
    assert found.free.main == main
    assert found.free.agent == (agent or default.free.agent)
    assert found.enter.agent == (agent or default.enter.agent)
    assert said.startswith("✅ Who answers instead:")
    assert f"without tools: `{main}`" in said


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("mistrl", "There is no free model `mistrl`. Near: `free/mistral`, `free/mistral-small`."),
        ("free/mistrl", "There is no free model `mistrl`. Near: `free/mistral`"),
        ("gemini mistrl", "There is no free model `mistrl`. Near: `free/mistral`"),
        ("nonsense-at-all", "There is no free model `nonsense-at-all`. Nothing was changed."),
        ("sk_abcdef", "There is no free model `…`."),
        ("enter/openai", "The safety net never spends: `enter/openai` is not a free model."),
        ("enter/sk_abcdef", "The safety net never spends: `…` is not a free model."),
        ("pollinations/enter/openai", "The safety net never spends:"),
        ("gemini enter/openai", "The safety net never spends:"),
        ("free/", "That is no name of a model."),
        ("`gemini`", "There is no free model `…`."),
        ("a b c", TAKES),
        ("gemini mistral openai", TAKES),
    ],
)
def test_what_is_wrong_changes_nothing(line: str, text: str) -> None:
    """And near names are told."""
    proxy = Together()
    assert proxy.chat(f"/poll fallback {line}").text.startswith(text)
    assert proxy.settings.fallbacks == Fallbacks()


class FallbackTests(SynchronousTestCase):
    """Tests for :mod:`pollinations.commands.fallback`."""

    def test_shows_who_answers(self) -> None:
        """All three."""
        said = Together().chat("/poll fallback").text
        self.assertIn("without tools: `free/mistral`", said)
        self.assertIn("with tools: `free/openai-fast`", said)
        french = Together(settings=Settings(language="fr")).chat("/poll fallback").text
        self.assertIn("sans outils\xa0: `free/mistral`", french)

    def test_an_agent_needs_tools(self) -> None:
        """A model that calls none answers nobody who has some."""
        proxy = Together()
        talker = Model("talker", tools=False)
        proxy.catalogue = Catalogue({FREE: (talker, attrs.evolve(talker, name="m", tools=None))})
        said = proxy.chat("/poll fallback talker talker").text
        self.assertTrue(said.startswith("`talker` calls no tools"))
        self.assertTrue(proxy.chat("/poll fallback talker m").text.startswith("✅"))

    def test_without_a_list_any_name_is_taken(self) -> None:
        """Nobody could say that it is wrong; that is said, and no key is taken for a name."""
        for catalogue in (LAST_RESORT, Catalogue()):
            proxy = Together()
            proxy.catalogue = catalogue
            said = proxy.chat("/poll fallback brand-new").text
            self.assertIn("The list of free models has not been read yet", said)
            self.assertEqual(proxy.settings.fallbacks.free.main, "free/brand-new")
            said = proxy.chat("/poll fallback sk_abcdef").text
            self.assertTrue(said.startswith("There is no free model `…`."))

    def test_the_next_fallback_goes_by_it(self) -> None:
        """It counts at once."""
        proxy = Together(settings=Settings(mode="alwaysfree"), key=None)
        proxy.chat("/poll fallback gemini")
        proxy.chat("hi", model="enter/openai")
        [asked] = proxy.imitation.asked()
        self.assertEqual((asked.universe, asked.model), ("free", "gemini"))
