"""Models as OpenCode wants them described, and never in a way that keeps it from starting."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.opencode.entries import CONTEXT, OUTPUT, entries, entry
from pollinations.routing.catalogue import Catalogue, Model, parse_list
from pollinations.routing.last_resort import LAST_RESORT
from pollinations.testing import lists

SCHEMA = jsonschema.Draft202012Validator(
    json.loads(
        Path(__file__).parents[1].joinpath("fixtures/opencode/settings.schema.json").read_text()
    )
)


def accepted(models: Any) -> None:
    SCHEMA.validate({"provider": {"pollinations": {"models": models}}})


def enter(name: str, **fields: Any) -> dict[str, Any]:
    return entry("enter", Model(name, **fields))


HIGH = {"high_reasoning": {"reasoningEffort": "high"}}
SAFE = {"safe_tokens": {"max_tokens": 8000}}
BEDROCK = {"bedrock_safe": {"max_tokens": 8000}}
SPEED = {"speed": {"thinking": {"disabled": True}}}


@pytest.mark.parametrize(
    ("model", "variants"),
    [
        (Model("openai"), {}),
        (Model("openai-large", reasoning=True), HIGH),
        (Model("kimi-k2-thinking"), HIGH),
        (Model("Perplexity-Reasoning"), HIGH),
        (Model("grok", ("grok-reasoning",)), {}),
        (Model("gemini"), HIGH),
        (Model("gemini-large"), HIGH),
        (Model("gemini-fast"), {}),
        (Model("google/gemini-3-flash", ("gemini",)), HIGH),
        (Model("gemini-2.5-flash-lite"), {}),
        (Model("claude"), SAFE),
        (Model("claude-fast"), {**SAFE, **SPEED}),
        (Model("mistral"), SAFE),
        (Model("llama"), SAFE),
        (Model("amazon/nova-micro-v1", ("nova-fast",)), {**BEDROCK, **SPEED}),
        (Model("deepseek-v4-flash", reasoning=True), {**HIGH, **SPEED}),
        (Model("x-lite"), SPEED),
        (Model("nomnom"), {}),
    ],
)
def test_variants_are_flat_and_by_family(model: Model, variants: dict[str, Any]) -> None:
    assert entry("enter", model).get("variants", {}) == variants


@pytest.mark.parametrize(
    ("model", "context", "output"),
    [
        (Model("openai"), CONTEXT, OUTPUT),
        (Model("openai", context_length=400_000, max_output_tokens=128_000), 400_000, 128_000),
        (Model("openai", context_length=8192), 8192, 2048),
        (Model("openai", context_length=8192, max_output_tokens=8192), 8192, 8192),
        (Model("openai", context_length=8192, max_output_tokens=9000), 8192, 8192),
        (Model("nova-fast"), 128_000, 8000),
        (Model("nova-fast", max_output_tokens=5000), 128_000, 5000),
        (Model("nomnom"), 32_768, 2048),
        (Model("x", ("gemini-scrape",)), 32_768, 2048),
    ],
)
def test_limits_are_the_lists_then_the_familys(model: Model, context: int, output: int) -> None:
    assert entry("enter", model)["limit"] == {"context": context, "output": output}


def test_cost_is_in_dollars_for_a_million_tokens() -> None:
    pricing = {
        "promptTextTokens": 1.75e-6,
        "promptCachedTokens": 1.75e-7,
        "completionTextTokens": 1.4e-5,
    }
    assert enter("x", pricing=pricing)["cost"] == {"input": 1.75, "output": 14, "cache_read": 0.175}
    assert enter("x")["cost"] == {"input": 0, "output": 0}
    assert entry("free", Model("x", pricing=pricing))["cost"] == {"input": 0, "output": 0}


def test_modalities_are_those_that_opencode_knows() -> None:
    made = enter("x", input_modalities=("image", "3d", "text"), output_modalities=("3d",))
    assert made["modalities"] == {"input": ["text", "image"], "output": ["text"]}
    assert made["attachment"] is True
    assert enter("x")["attachment"] is False


@pytest.mark.parametrize(("said", "tool_call"), [(True, True), (False, False), (None, True)])
def test_tools_are_there_unless_the_list_denies_it(said: bool | None, tool_call: bool) -> None:
    assert enter("x", tools=said)["tool_call"] is tool_call


@pytest.mark.parametrize(
    ("universe", "model", "name"),
    [
        ("free", Model("mistral", description="Mistral Small - Cheap"), "[Free] Mistral Small"),
        ("enter", Model("bidara"), "[Enter] Bidara"),
        ("enter", Model("gemini-large", title="Pro", paid_only=True), "[💎 Paid] Pro"),
    ],
)
def test_names_are_those_of_the_list(universe: str, model: Model, name: str) -> None:
    assert entry(universe, model)["name"] == name


def test_paths_are_also_there_under_their_short_names() -> None:
    models = (
        Model("openai/gpt-5.4", ("azure/gpt", "openai", "gpt-5.4"), title="GPT"),
        Model("google/gemini", ("gemini",)),
        Model("gemini", ("gemini-legacy",)),
        Model("community/me/mine"),
    )
    found = entries(Catalogue({"enter": models}), True)
    assert {key: each["name"] for key, each in found.items()} == {
        "enter/openai/gpt-5.4": "[Enter] GPT",
        "enter/openai": "[Enter] GPT (openai)",
        "enter/google/gemini": "[Enter] Gemini",
        "enter/gemini": "[Enter] Gemini",
        "enter/community/me/mine": "[Enter] Mine",
    }


def test_without_a_key_there_are_the_free_ones_alone() -> None:
    assert {key.partition("/")[0] for key in entries(LAST_RESORT, False)} == {"free"}
    assert {key.partition("/")[0] for key in entries(LAST_RESORT, True)} == {"free", "enter"}


@pytest.mark.parametrize("shape", ["today", "january"])
def test_all_lists_make_what_opencode_accepts(shape: Any) -> None:
    free = parse_list(json.loads(json.dumps(lists.legacy(lists.FREE))))
    bought = parse_list(json.loads(json.dumps(lists.rich(lists.ENTER, shape))))
    found = entries(Catalogue({"free": free, "enter": bought}), True)
    accepted(found)
    assert {"enter/gemini", "enter/openai", "enter/glm", "free/gemini"} <= found.keys()
    assert found["enter/gemini"]["cost"] == {"input": 0.5, "output": 3}


_TOKENS = st.none() | st.integers(1, 10**300)
_WORDS = st.lists(st.sampled_from(["text", "image", "audio", "video", "pdf", "3d", ""]))


@given(
    st.builds(
        Model,
        name=st.text(min_size=1),
        aliases=st.lists(st.text()).map(tuple),
        description=st.text(),
        tools=st.none() | st.booleans(),
        reasoning=st.booleans(),
        pricing=st.dictionaries(
            st.sampled_from(["promptTextTokens", "completionTextTokens", "promptCachedTokens"]),
            st.floats(0, allow_infinity=False),
        ),
        context_length=_TOKENS,
        max_output_tokens=_TOKENS,
        input_modalities=_WORDS.map(tuple),
        output_modalities=_WORDS.map(tuple),
    )
)
def test_whatever_a_list_says_opencode_accepts_it(model: Model) -> None:
    found = entries(Catalogue({"free": (model,), "enter": (model,)}), True)
    accepted(found)
    assert all(each["limit"]["output"] <= each["limit"]["context"] for each in found.values())
    assert orjson.loads(orjson.dumps(found)) == found
