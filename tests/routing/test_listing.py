"""The models as clients see them."""

from typing import Any

import orjson
import pytest

from pollinations.routing.catalogue import Catalogue, Model
from pollinations.routing.last_resort import LAST_RESORT
from pollinations.routing.listing import entry, listing

CATALOGUE = Catalogue(
    {
        "enter": (
            Model(
                "openai/gpt-5.4",
                aliases=("openai", "gpt-5.4"),
                publisher="openai",
                description="OpenAI GPT-5.4 - Most Capable",
                tools=True,
                reasoning=True,
                pricing={"promptTextTokens": 1.5e-7},
                context_length=400000,
                max_output_tokens=128000,
                input_modalities=("text", "image"),
                created=1769258745,
            ),
            Model("gemini-large", title="Gemini Pro", description="Large", paid_only=True),
            Model("mistral", description="Mistral Small"),
        ),
        "free": (Model("mistral", aliases=("mistral-small",), paid_only=True),),
        "house": (Model("qwen"),),
    }
)


def ids(**options: Any) -> list[str]:
    return [found["id"] for found in listing(CATALOGUE, **options)]


def test_an_entry_has_openais_fields_and_what_one_chooses_by() -> None:
    (found,) = [e for e in listing(CATALOGUE, has_key=True) if e["id"] == "enter/openai/gpt-5.4"]
    assert found == {
        "id": "enter/openai/gpt-5.4",
        "object": "model",
        "created": 1769258745,
        "owned_by": "openai",
        "name": "[Enter] OpenAI GPT-5.4",
        "context_length": 400000,
        "max_output_tokens": 128000,
        "pricing": {"promptTextTokens": 1.5e-7},
        "tools": True,
        "reasoning": True,
        "paid_only": False,
        "input_modalities": ["text", "image"],
        "aliases": ["openai", "gpt-5.4"],
    }


def test_what_the_list_does_not_say_is_null() -> None:
    (found,) = listing(Catalogue({"free": (Model("x"),)}), has_key=False)
    assert (found["tools"], found["context_length"], found["created"]) == (None, None, 0)
    assert found["owned_by"] == "pollinations"


def test_free_models_come_first_and_enters_need_a_key() -> None:
    enter = ["enter/openai/gpt-5.4", "enter/gemini-large", "enter/mistral"]
    assert ids(has_key=True) == ["free/mistral", *enter, "house/qwen"]
    assert ids(has_key=False) == ["free/mistral", "house/qwen"]
    assert ids(has_key=False, everything=True) == ids(has_key=True)


def test_nothing_known_is_an_empty_list() -> None:
    assert listing(Catalogue(), has_key=True) == []


def test_the_list_is_json() -> None:
    assert orjson.loads(orjson.dumps(listing(LAST_RESORT, has_key=True)))


@pytest.mark.parametrize(
    ("universe", "model", "name"),
    [
        (
            "free",
            Model("openai-fast", description="GPT-OSS 20B - Fast - Free"),
            "[Free] GPT-OSS 20B",
        ),
        ("enter", Model("a", title="A - b", description="c"), "[Enter] A"),
        ("enter", Model("gemini-large", description="Pro", paid_only=True), "[💎 Paid] Pro"),
        ("free", Model("gemini-large", description="Pro", paid_only=True), "[Free] Pro"),
        ("free", Model("qwen-coder"), "[Free] Qwen Coder"),
        ("free", Model("qwen-coder", description="qwen-coder"), "[Free] Qwen Coder"),
        ("enter", Model("z-ai/glm-5.2"), "[Enter] Glm 5.2"),
        ("enter", Model("a/-"), "[Enter] a/-"),
        ("enter", Model("nova", description=" - fast"), "[Enter] Nova"),
    ],
)
def test_names_for_people(universe: str, model: Model, name: str) -> None:
    (found,) = listing(Catalogue({universe: (model,)}), has_key=True)
    assert found["name"] == name


@pytest.mark.parametrize(
    ("name", "has_key", "id"),
    [
        ("free/mistral", False, "free/mistral"),
        ("enter/mistral", False, "enter/mistral"),
        ("enter/openai/gpt-5.4", True, "enter/openai/gpt-5.4"),
        ("pollinations/enter/openai/gpt-5.4", True, "enter/openai/gpt-5.4"),
        ("pollinations/free/mistral", True, "free/mistral"),
        ("enter/gpt-5.4", True, "enter/openai/gpt-5.4"),
        ("free/mistral-small", True, "free/mistral"),
        ("mistral", True, "free/mistral"),
        ("openai", True, "enter/openai/gpt-5.4"),
        ("openai/gpt-5.4", True, "enter/openai/gpt-5.4"),
        ("openai", False, None),
        ("free/openai", True, None),
        ("gpt-5", True, None),
        ("free/", True, None),
        ("", True, None),
        ("enter/../free/mistral", True, None),
    ],
)
def test_a_model_is_found_as_a_request_would_find_it(
    name: str, has_key: bool, id: str | None
) -> None:
    found = entry(CATALOGUE, name, has_key)
    assert (found and found["id"]) == id


def test_every_entry_is_found_by_its_own_id() -> None:
    for found in listing(LAST_RESORT, has_key=True):
        assert entry(LAST_RESORT, found["id"], has_key=True) == found
