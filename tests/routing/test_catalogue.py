"""Lists of models in every shape they have had, and the catalogue made of them."""

import timeit
from typing import Any

import attrs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.routing.catalogue import Catalogue, Model, parse_list
from pollinations.routing.last_resort import LAST_RESORT
from pollinations.testing import lists

JANUARY = {
    "name": "openai-large",
    "aliases": ["gpt-5.2", "openai-reasoning"],
    "pricing": {
        "currency": "pollen",
        "promptTextTokens": 0.00000175,
        "promptCachedTokens": 1.75e-7,
        "completionTextTokens": 0.000014,
    },
    "description": "OpenAI GPT-5.2 - Most Powerful & Intelligent",
    "input_modalities": ["text", "image"],
    "output_modalities": ["text"],
    "tools": True,
    "reasoning": True,
    "is_specialized": False,
    "context_window": 400000,
}

TODAY = {
    "name": "google/gemini-2.5-flash-lite:search",
    "aliases": ["gemini-search"],
    "category": "text",
    "publisher": "google",
    "brand_url": "https://example.com",
    "community": False,
    "agent": None,
    "pricing": {"currency": "pollen", "promptTextTokens": "0.00000015", "perRequest": "free"},
    "pricing_variants": [],
    "title": "Gemini 2.5 Flash Lite Search",
    "description": "Searches the web",
    "input_modalities": ["text", "image"],
    "output_modalities": ["text"],
    "supported_endpoints": ["/v1/chat/completions", "/v1/messages"],
    "capabilities": ["reasoning", "web_search"],
    "max_completion_tokens": 65536,
    "context_length": 1048576,
    "paid_only": True,
    "added_date": "2026-03-04",
    "health": {"status": "ok", "success_rate": 0.99, "requests": 12},
}

FREE = {
    "name": "openai-fast",
    "description": "GPT-OSS 20B Reasoning LLM (OVH)",
    "reasoning": True,
    "tier": "anonymous",
    "community": False,
    "input_modalities": ["text"],
    "output_modalities": ["text"],
    "tools": True,
    "aliases": ["openai", "gpt-oss"],
    "vision": False,
    "audio": False,
}


def only(entry: Any) -> Model:
    (model,) = parse_list([entry])
    return model


def names(data: Any) -> list[str]:
    return [model.name for model in parse_list(data)]


def test_january() -> None:
    assert only(JANUARY) == Model(
        "openai-large",
        aliases=("gpt-5.2", "openai-reasoning"),
        description="OpenAI GPT-5.2 - Most Powerful & Intelligent",
        tools=True,
        reasoning=True,
        pricing={
            "promptTextTokens": 0.00000175,
            "promptCachedTokens": 1.75e-7,
            "completionTextTokens": 0.000014,
        },
        context_length=400000,
        input_modalities=("text", "image"),
    )


def test_today() -> None:
    assert only(TODAY) == Model(
        "google/gemini-2.5-flash-lite:search",
        aliases=("gemini-search",),
        publisher="google",
        title="Gemini 2.5 Flash Lite Search",
        description="Searches the web",
        tools=False,
        reasoning=True,
        paid_only=True,
        pricing={"promptTextTokens": 1.5e-7},
        context_length=1048576,
        max_output_tokens=65536,
        input_modalities=("text", "image"),
        created=1772582400,
    )


def test_the_free_list() -> None:
    assert only(FREE) == Model(
        "openai-fast",
        aliases=("openai", "gpt-oss"),
        description="GPT-OSS 20B Reasoning LLM (OVH)",
        tools=True,
        reasoning=True,
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (["a", "b"], ["a", "b"]),
        ({"object": "list", "data": ["a"]}, ["a"]),
        ({"object": "list", "data": [{"id": "a", "object": "model", "created": 1}]}, ["a"]),
        ([{"id": "a/b", "name": "A model"}], ["a/b"]),
        ([{"id": "", "name": "a"}], ["a"]),
        ([{"id": 7, "name": " a "}], ["a"]),
        (["a", {"name": "a", "tools": True}, "b"], ["a", "b"]),
        (
            [None, 3, [], {}, {"name": None}, {"name": ""}, "", " ", "two words", "a\n", "b"],
            ["a", "b"],
        ),
        (["x" * 201, "y" * 200, "z\x00"], ["y" * 200]),
        (
            ["community/owner/model", "glm-4.7", "a:search"],
            ["community/owner/model", "glm-4.7", "a:search"],
        ),
    ],
)
def test_names_in_every_shape(data: Any, expected: list[str]) -> None:
    """A list of names broke the original (B40)."""
    assert names(data) == expected


@pytest.mark.parametrize("shape", ["today", "january"])
def test_the_imitations_lists_are_read(shape: Any) -> None:
    texts = lists.texts(lists.ENTER)
    expected = [model.id if shape == "today" else model.name for model in texts]
    assert names(orjson.loads(orjson.dumps(lists.rich(lists.ENTER, shape)))) == expected
    assert names(orjson.loads(orjson.dumps(lists.openai(texts, shape, 1e9)))) == expected
    assert names(orjson.loads(orjson.dumps(lists.legacy(lists.FREE)))) == [
        model.name for model in lists.FREE
    ]


@pytest.mark.parametrize(
    "data",
    [
        None,
        5,
        "openai",
        {},
        [],
        {"data": None},
        {"data": {"a": 1}},
        {"error": {"message": "no"}},
        {"data": []},
        [None],
        [{"name": "flux", "output_modalities": ["image"]}],
    ],
)
def test_what_is_no_list_of_chat_models(data: Any) -> None:
    with pytest.raises(ValueError, match="list"):
        parse_list(data)


@pytest.mark.parametrize(
    ("entry", "chats"),
    [
        ({}, True),
        ({"output_modalities": ["text"]}, True),
        ({"output_modalities": ["audio", "text"]}, True),
        ({"output_modalities": ["image"]}, False),
        ({"output_modalities": ["video"]}, False),
        ({"output_modalities": ["embedding"]}, False),
        ({"output_modalities": []}, True),
        ({"output_modalities": None}, True),
        ({"category": "image"}, False),
        ({"category": "embedding"}, False),
        ({"category": "text"}, True),
        ({"category": "something new"}, True),
        ({"category": "audio", "output_modalities": ["text"]}, False),
        ({"category": "audio", "supported_endpoints": ["/v1/chat/completions"]}, True),
        ({"supported_endpoints": ["/v1/audio/transcriptions"],
          "output_modalities": ["text"]}, False),
        ({"supported_endpoints": ["/v1/embeddings"]}, False),
        ({"supported_endpoints": ["/v1/images/generations", "/v1/chat/completions"],
          "output_modalities": ["image"]}, False),
        ({"supported_endpoints": []}, True),
        ({"pricing": {"completionImageTokens": 0.04}}, False),
        ({"pricing": {"completionVideoSeconds": "0.1"}}, False),
        ({"pricing": {"completionTextTokens": 1, "completionAudioTokens": 2}}, True),
        ({"pricing": {"promptTextTokens": 1}}, True),
        ({"description": "draws", "pricing": "free"}, True),
    ],
)  # fmt: skip
def test_only_models_that_chat_are_chat_models(entry: dict[str, Any], chats: bool) -> None:
    """The original listed whatever had no ``tools: false``, ``enter/flux`` too (B40)."""
    assert ("x" in names([{"name": "x", **entry}, "other"])) is chats


@pytest.mark.parametrize(
    ("entry", "tools"),
    [
        ({}, None),
        ({"tools": True}, True),
        ({"tools": False}, False),
        ({"tools": "yes"}, None),
        ({"capabilities": ["tool_calling"]}, True),
        ({"capabilities": ["reasoning"]}, False),
        ({"capabilities": []}, None),
        ({"capabilities": "tool_calling"}, None),
        ({"tools": False, "capabilities": ["tool_calling"]}, False),
        ({"tools": None, "capabilities": ["tool_calling"]}, True),
    ],
)
def test_whether_a_model_calls_tools(entry: dict[str, Any], tools: bool | None) -> None:
    assert only({"name": "x", **entry}).tools is tools


@pytest.mark.parametrize(
    ("entry", "reasoning"),
    [
        ({}, False),
        ({"reasoning": True}, True),
        ({"reasoning": "low"}, False),
        ({"capabilities": ["reasoning"]}, True),
        ({"reasoning": False, "capabilities": ["reasoning"]}, True),
    ],
)
def test_whether_a_model_thinks(entry: dict[str, Any], reasoning: bool) -> None:
    assert only({"name": "x", **entry}).reasoning is reasoning


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (0.5, 0.5),
        ("0.00000015", 1.5e-7),
        ("1e-6", 1e-6),
        (0, 0.0),
        (10**400, None),
        ("free", None),
        (-1, None),
        ("nan", None),
        ("inf", None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_prices_are_numbers_whichever_way_they_are_written(written: Any, read: Any) -> None:
    expected = {} if read is None else {"promptTextTokens": read}
    assert only({"name": "x", "pricing": {"promptTextTokens": written}}).pricing == expected


@pytest.mark.parametrize(
    ("entry", "context", "output"),
    [
        ({"context_length": 1000, "context_window": 5}, 1000, None),
        ({"context_window": "200000"}, 200000, None),
        ({"context_length": None, "context_window": 10}, 10, None),
        ({"context_length": 0, "max_output_tokens": -1}, None, None),
        ({"context_length": "long", "max_completion_tokens": 8.0}, None, 8),
        ({"context_length": 2**64, "max_output_tokens": "1e300"}, None, None),
        ({"max_output_tokens": 7, "max_completion_tokens": 8}, None, 7),
    ],
)
def test_limits(entry: dict[str, Any], context: int | None, output: int | None) -> None:
    model = only({"name": "x", **entry})
    assert (model.context_length, model.max_output_tokens) == (context, output)


@pytest.mark.parametrize(
    ("entry", "created"),
    [
        ({}, 0),
        ({"created": 1769258745}, 1769258745),
        ({"created": 1769258745199}, 1769258745),
        ({"created": 1e300, "added_date": "1970-01-02"}, 86400),
        ({"created": "soon", "added_date": "1970-01-02T10:00:00Z"}, 86400),
        ({"added_date": "last year"}, 0),
        ({"added_date": 7}, 0),
    ],
)
def test_when_a_model_came(entry: dict[str, Any], created: int) -> None:
    assert only({"name": "x", **entry}).created == created


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.lists(st.dictionaries(st.sampled_from(sorted({*JANUARY, *TODAY})), JSON, max_size=6)))
def test_whatever_the_entries_hold_the_good_one_is_found(entries: list[Any]) -> None:
    assert "here" in names([*entries, "here"])


def test_a_name_goes_before_an_alias_and_the_first_before_others() -> None:
    first = Model("a", aliases=("b", "c"))
    second = Model("b", aliases=("c", "d"))
    catalogue = Catalogue({"free": (first, second), "enter": (Model("x"),)})
    found = {name: catalogue.find("free", name) for name in ("a", "b", "c", "d", "x", "")}
    assert found == {"a": first, "b": second, "c": first, "d": second, "x": None, "": None}
    assert catalogue.find("nowhere", "a") is None


def test_a_copy_has_its_own_index() -> None:
    catalogue = Catalogue({"free": (Model("a"),)})
    assert catalogue.find("free", "a")
    changed = catalogue.but("free", [Model("b")])
    assert (changed.find("free", "a"), changed.find("free", "b")) == (None, Model("b"))
    assert catalogue.find("free", "a")


def test_finding_costs_nothing_that_counts() -> None:
    catalogue = Catalogue({"enter": tuple(Model(f"m{n}", (f"a{n}",)) for n in range(300))})
    catalogue.find("enter", "a299")
    seconds = min(timeit.repeat(lambda: catalogue.find("enter", "a299"), number=1000, repeat=3))
    assert seconds / 1000 < 10e-6


def test_the_disk_copy_is_the_catalogue() -> None:
    catalogue = Catalogue(
        {"free": parse_list([FREE]), "enter": parse_list([JANUARY, TODAY, "bare"])}
    )
    assert Catalogue.from_json(catalogue.to_json()) == catalogue
    assert Catalogue.from_json(LAST_RESORT.to_json()) == LAST_RESORT


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"5", b"{}", b'{"models": []}', b"\xff"])
def test_what_is_no_disk_copy_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Catalogue.from_json(data)


def test_a_broken_list_on_disk_costs_that_list_alone() -> None:
    found = Catalogue.from_json(b'{"models": {"free": [{}], "enter": ["a"], "more": 7}}')
    assert found == Catalogue({"enter": (Model("a"),)})


def test_one_catalogue_over_another() -> None:
    upper = Catalogue({"free": (Model("a"),)})
    lower = Catalogue({"free": (Model("b"),), "enter": (Model("c"),)})
    assert upper.over(lower) == Catalogue({"free": (Model("a"),), "enter": (Model("c"),)})


def test_the_last_resort_has_who_answers_by_default() -> None:
    for name in ("mistral", "openai-fast", "openai"):
        found = LAST_RESORT.find("free", name)
        assert found is not None
        assert found.tools
    for models in LAST_RESORT.models.values():
        assert len({model.name for model in models}) == len(models)
        assert all(attrs.asdict(model)["pricing"] == {} for model in models)
