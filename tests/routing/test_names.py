"""What a model's name means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.errors import InvalidRequest
from pollinations.routing.catalogue import Catalogue, Model
from pollinations.routing.names import PREFIXES, Name, parse, resolve

CATALOGUE = Catalogue(
    {
        "free": (Model("openai-fast", ("openai", "gpt-oss")), Model("mistral")),
        "enter": (Model("openai-large", ("gpt-5.2",)), Model("mistral"), Model("google/gemini-3")),
    }
)


@pytest.mark.parametrize(
    ("name", "universe", "model"),
    [
        ("enter/gemini", "enter", "gemini"),
        ("free/gemini", "free", "gemini"),
        ("pollinations/enter/gemini", "enter", "gemini"),
        ("pollinations/free/gemini", "free", "gemini"),
        ("enter/openai/gpt-5.4", "enter", "openai/gpt-5.4"),
        (
            "enter/google/gemini-2.5-flash-lite:search",
            "enter",
            "google/gemini-2.5-flash-lite:search",
        ),
        ("enter/community/owner/model", "enter", "community/owner/model"),
        ("ENTER/Gemini", "enter", "Gemini"),
        (" free/gemini\n", "free", "gemini"),
        ("openai", None, "openai"),
        # A publisher may be called anything, and a prefix is taken off once.
        ("pollinations/midijourney", None, "pollinations/midijourney"),
        ("free/enter/gemini", "free", "enter/gemini"),
        ("freedom", None, "freedom"),
    ],
)
def test_names_are_taken_apart(name: str, universe: str | None, model: str) -> None:
    """Prefixes name the universe; nothing else about a name means anything."""
    assert parse(name) == Name(universe, model)


@pytest.mark.parametrize("name", ["free/", "enter/", "pollinations/free/", " ", "enter/ "])
def test_a_prefix_alone_is_no_model(name: str) -> None:
    """It is refused here: no upstream could say anything better."""
    with pytest.raises(InvalidRequest) as refused:
        parse(name)
    assert (refused.value.status, refused.value.code) == (404, "model_not_found")
    assert refused.value.param == "model"


@pytest.mark.parametrize(
    ("name", "has_key", "universe"),
    [
        ("mistral", True, "free"),  # both have it: the cheap way first
        ("gpt-oss", True, "free"),  # an alias is as good as a name
        ("openai-large", True, "enter"),
        ("gpt-5.2", True, "enter"),
        ("google/gemini-3", True, "enter"),
        ("openai-large", False, "free"),  # nothing to buy it with
        ("nobody-knows-this", True, "free"),
        ("free/openai-large", True, "free"),  # what is said is not guessed at
        ("enter/openai-fast", False, "enter"),
    ],
)
def test_a_bare_name_goes_the_cheap_way(name: str, has_key: bool, universe: str) -> None:
    """Free if the free catalogue has it, else enter with a key, else free."""
    assert resolve(name, CATALOGUE, has_key)[0] == universe


def test_a_name_stays_as_it_was_written() -> None:
    """An alias goes to the upstream as the alias: it may mean more there than we know."""
    assert resolve("gpt-5.2", CATALOGUE, True) == ("enter", "gpt-5.2")


def test_nothing_known_means_free() -> None:
    """Before any catalogue has been read, a bare name costs nothing."""
    assert resolve("gemini", Catalogue(), True) == ("free", "gemini")


@given(st.sampled_from(sorted(PREFIXES)), st.text(min_size=1).filter(lambda text: text.strip()))
def test_any_name_survives_a_prefix(prefix: str, model: str) -> None:
    """Whatever a model is called, its prefix is all that is taken off."""
    assert parse(prefix + model) == Name(PREFIXES[prefix], model.rstrip())
