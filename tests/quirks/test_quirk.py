"""Which families a model belongs to."""

import pytest

from pollinations.quirks import QUIRKS, Target
from pollinations.routing.catalogue import Model
from pollinations.routing.route import ENTER, Route

EVERY = {"all", "toolless"}


def families(model: str, *aliases: str, publisher: str = "") -> set[str]:
    """The names of the families that concern *model*, less those that concern all."""
    entry = Model(model, aliases, publisher) if aliases or publisher else None
    target = Target(Route(ENTER, model, entry=entry), {}, lambda: 0, signed=False)
    return {quirk.name for quirk in QUIRKS if quirk.concerns(target)} - EVERY


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("openai", {"openai"}),
        ("openai-fast", {"openai"}),
        ("openai/gpt-5.4-nano", {"openai"}),
        ("gpt-oss-20b", {"openai"}),
        ("GPT-4o", {"openai"}),
        ("chatgpt-4o-latest", {"openai"}),
        ("azure/phi-4", {"openai"}),
        ("gemini", {"gemini"}),
        ("google/gemini-2.5-flash-lite:search", {"gemini"}),
        ("google/gemma-4-31b-it", set()),
        ("nomnom", {"nomnom"}),
        ("gemini-scrape", {"nomnom"}),
        ("moonshotai/kimi-k3", {"kimi"}),
        ("moonshot-v1-8k", {"kimi"}),
        ("amazon/nova-micro-v1", {"nova"}),
        ("innovator", set()),
        ("novasky", set()),
        ("anthropic/fable-5", {"claude"}),
        ("claude-fast", {"claude"}),
        ("bedrock/claude-haiku-4.5", {"bedrock", "claude"}),
        ("azure/mistral-large", {"openai", "mistral"}),
        ("mistralai/devstral-small", {"mistral"}),
        ("llama-nova", {"nova"}),
        ("llama-3-gptq", set()),
        ("DeepSeek-R1-Distill-Qwen-32B", {"deepseek"}),
        ("community/gemini-fans/llama", set()),
        ("community/somebody/my-gemini", {"gemini"}),
        ("z-ai/glm-5.3", set()),
        ("", set()),
    ],
)
def test_the_name_says_the_family(model: str, expected: set[str]) -> None:
    """A word of the name, with no letter beside it, whatever its case."""
    assert families(model) == expected


def test_an_alias_says_the_family() -> None:
    """A model of an unknown name is what its aliases are."""
    assert families("midnight", "kimi-k2-thinking") == {"kimi"}


def test_nomnom_is_no_gemini_for_its_alias() -> None:
    """NomNom keeps the search that a Gemini may not have beside functions."""
    assert families("nomnom", "gemini-scrape", "web-research") == {"nomnom"}


@pytest.mark.parametrize(
    ("publisher", "expected"),
    [
        ("openai", {"openai"}),
        ("OpenAI", {"openai"}),
        ("Mistral AI", {"mistral"}),
        ("google", set()),
    ],
)
def test_the_publisher_says_the_family(publisher: str, expected: set[str]) -> None:
    """Google publishes Gemma too."""
    assert families("o5-large", publisher=publisher) == expected


def test_who_runs_a_community_model_says_nothing() -> None:
    """Anybody may call themselves anything."""
    assert families("community/openai/x", publisher="openai") == set()


def test_nor_when_the_model_is_asked_for_by_an_alias() -> None:
    """It is a community's, whatever else it is called."""
    entry = Model("community/gemini-fan/foo", ("foo",), "gemini-fan")
    target = Target(Route(ENTER, "foo", entry=entry), {}, lambda: 0, signed=False)
    assert "gemini" not in target.names
    assert {quirk.name for quirk in QUIRKS if quirk.concerns(target)} == EVERY
