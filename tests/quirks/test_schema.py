"""Tests for ``pollinations.quirks.schema``."""

from collections.abc import Callable, Mapping
from cProfile import Profile
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from pollinations.quirks.dialects import CLAUDE, GEMINI, NOVA, OPENAI, Dialect
from pollinations.quirks.schema import sanitized

DIALECTS = (GEMINI, OPENAI, CLAUDE, NOVA)
OPENCODE = orjson.loads(Path(__file__).with_name("opencode.json").read_bytes())
STRING = {"type": "string"}


def holds(schema: Any, **more: Any) -> dict[str, Any]:
    """Parameters with one of them."""
    return {"type": "object", "properties": {"x": schema}, **more}


def held(parameters: Any, dialect: Dialect = GEMINI) -> Any:
    """What becomes of the one in *parameters*."""
    return sanitized(parameters, dialect)["properties"]["x"]


def test_recursion_is_cut_at_the_first_repetition() -> None:
    """Bug B34 of the first version: recursive references ended in a stack overflow."""
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}, "value": STRING}}
    made = held(holds({"$ref": "#/$defs/Node"}, **{"$defs": {"Node": node}}))
    assert made["properties"] == {
        "next": {
            "type": "object",
            "description": "Another Node, with the properties described above.",
        },
        "value": STRING,
    }


@pytest.mark.parametrize(
    ("reference", "definitions"),
    [
        ("#", {}),
        ("", {}),
        ("#/properties/x", {}),
        ("#/$defs/a", {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}),
        ("#/$defs/a", {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}),
        ("#/$defs/a", {"a": {"allOf": [{"type": "object"}, {"$ref": "#/$defs/a"}]}}),
    ],
)
def test_a_reference_to_itself(reference: str, definitions: Any) -> None:
    """What refers to itself alone is an object of which nothing is known."""
    made = held(holds({"$ref": reference}, **{"$defs": definitions}))
    assert made["type"] == "object"
    assert made["description"].startswith("Another ")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"anyOf": [{"$ref": "#/$defs/a"}, {"type": "null"}]}, {**STRING, "nullable": True}),
        ({"oneOf": [{"$ref": "#/$defs/a"}]}, STRING),
        ({"allOf": [{"$ref": "#/$defs/a"}, {"minLength": 1}]}, {**STRING, "minLength": 1}),
        ({"items": {"$ref": "#/$defs/a"}}, {"type": "array", "items": STRING}),
        ({"items": [{"$ref": "#/$defs/a"}]}, {"type": "array", "items": STRING}),
        ({"prefixItems": [{"$ref": "#/$defs/a"}]}, {"type": "array", "items": STRING}),
        (
            {"properties": {"y": {}}, "then": {"properties": {"z": {"$ref": "#/$defs/a"}}}},
            {"type": "object", "properties": {"y": STRING, "z": STRING}},
        ),
        (
            {"$ref": "#/$defs/deep/properties/y/$defs/inner"},
            {"type": "object", "properties": {"z": STRING}},
        ),
    ],
)
def test_references_are_resolved_wherever_a_schema_may_stand(sent: Any, expected: Any) -> None:
    """Bug B35 of the first version: they were left dangling in unions, lists and maps."""
    inner = {"properties": {"z": {"$ref": "#/$defs/a"}}}
    deep = {"properties": {"y": {"$defs": {"inner": inner}}}}
    assert held(holds(sent, **{"$defs": {"a": STRING, "deep": deep}})) == expected


@pytest.mark.parametrize(
    "keyword",
    ["additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "items"],
)
def test_references_are_resolved_in_keywords_that_stay(keyword: str) -> None:
    """Bug B35, for a dialect that keeps the keywords."""
    parameters = holds({keyword: {"anyOf": [{"$ref": "#/$defs/a"}]}}, **{"$defs": {"a": STRING}})
    assert sanitized(parameters, NOVA) == holds({keyword: {"anyOf": [STRING]}})


@pytest.mark.parametrize("reference", [5, None, True, {}, [], {"type": "string"}])
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
def test_a_ref_that_is_no_string(reference: Any, dialect: Dialect) -> None:
    """Bug B36 of the first version: it was an error."""
    made = held(holds({"type": "number", "ref": reference}), dialect)
    assert made["type"] == "number"


def test_names_of_javascript_are_names() -> None:
    """Bug B36 of the first version: a reference to ``constructor`` was an error."""
    assert held(holds({"ref": "constructor"})) == {**STRING, "description": " [Ref Failed]"}
    definitions = {"constructor": {"type": "number"}, "__proto__": {"type": "boolean"}}
    made = sanitized(
        {
            "properties": {
                "constructor": {"$ref": "#/definitions/constructor"},
                "__proto__": {"ref": "__proto__"},
            },
            "definitions": definitions,
        },
        GEMINI,
    )
    assert made["properties"] == definitions


@pytest.mark.parametrize(
    "sent",
    [
        {"$ref": "#/$defs/missing"},
        {"$ref": "https://json.example/schema.json#/$defs/a"},
        {"$ref": "other.json"},
        {"$ref": "http://["},
        {"$ref": 5},
        {"$ref": "#/required/0"},
        {"$ref": "#/properties/x/y/z"},
        {"$ref": "#/required/none"},
        {"ref": "missing"},
    ],
)
def test_a_reference_that_leads_nowhere(sent: Any) -> None:
    """It becomes a string that says so; what was said and its default stay."""
    sent = {**sent, "description": "A thing.", "default": "d", "title": "T", "optional": True}
    expected = {"type": "string", "description": "A thing. [Ref Failed]", "default": "d"}
    assert held(holds(sent, required=["x"], **{"$defs": {"a": STRING}})) == expected


def test_what_stands_beside_a_reference_goes_first() -> None:
    """A description that was written for this use says more than the definition's."""
    definition = {"type": "string", "description": "Any.", "default": "a", "maxLength": 9}
    sent = {"$ref": "#/$defs/a", "description": "This.", "default": "b"}
    assert held(holds(sent, **{"$defs": {"a": definition}})) == {
        "description": "This.",
        "default": "b",
        "type": "string",
        "maxLength": 9,
    }


def test_a_name_of_its_own_is_no_reference() -> None:
    """Some generators write a schema's own name in ``ref``."""
    sent = {"type": "object", "properties": {"a": STRING}, "ref": "Thing"}
    assert held(holds(sent)) == {"type": "object", "properties": {"a": STRING}}


def test_properties_keep_their_names() -> None:
    """Only schemas are touched: a keyword's name is a name as any other."""
    names = [
        *("title", "const", "$ref", "ref", "items", "properties", "type", "enum", "anyOf", "allOf"),
        *("optional", "$schema", "$defs", "definitions", "required", "format", "not", "if"),
    ]
    sent = {"type": "object", "properties": dict.fromkeys(names, STRING), "required": names}
    assert sanitized(sent, GEMINI) is sent
    assert sanitized(holds(sent), GEMINI) == holds(sent)


def test_data_is_no_schema() -> None:
    """What stands in ``default`` and ``example`` is not read."""
    data = {"title": "T", "$ref": "#/nowhere", "const": 1, "type": ["a", "null"], "items": []}
    sent = holds({"type": "object", "default": data, "example": [data]})
    assert sanitized(sent, GEMINI) is sent


@pytest.mark.parametrize("data", ["x" * 5000, [[["x"] * 1000] * 9], [[[]] * 90]])
def test_data_has_a_limit(data: Any) -> None:
    """No default is worth a page."""
    assert held(holds({"type": "array", "items": STRING, "default": data})) == {
        "type": "array",
        "items": STRING,
    }


@pytest.mark.parametrize("name", OPENCODE)
def test_opencode_for_gemini(name: str) -> None:
    """Its tools lose what Gemini does not know, and nothing else."""
    sent = OPENCODE[name]
    expected = {keyword: value for keyword, value in sent.items() if keyword != "$schema"}
    if name == "bash":
        timeout = dict(sent["properties"]["timeout"], minimum=1)
        del timeout["exclusiveMinimum"]
        expected["properties"] = {**sent["properties"], "timeout": timeout}
    assert sanitized(sent, GEMINI) == expected


@pytest.mark.parametrize("name", OPENCODE)
def test_opencode_for_others(name: str) -> None:
    """They know all of it; Nova only below the top."""
    sent = OPENCODE[name]
    assert sanitized(sent, OPENAI) is sent
    assert sanitized(sent, CLAUDE) is sent
    assert sanitized(sent, NOVA) == {k: v for k, v in sent.items() if k != "$schema"}


def test_the_same_again() -> None:
    """A schema that was here lately is not translated again, and an unchanged one is itself."""
    first, again = (holds({"const": 1}) for _ in range(2))
    assert sanitized(first, GEMINI) is sanitized(again, GEMINI)
    assert sanitized(first, CLAUDE) is first
    assert sanitized(again, CLAUDE) is again


# Hostile schemas.


def nested(depth: int, around: Any, inside: Any = STRING) -> Any:
    for _ in range(depth):
        inside = around(inside)
    return inside


def steps(definition: Any, many: int) -> dict[str, Any]:
    """Definitions of which each refers to the next, twice or more."""
    defined = {f"d{i}": definition({"$ref": f"#/$defs/d{i + 1}"}, i) for i in range(many)}
    return {"$defs": {**defined, f"d{many}": STRING}}


def wide(many: int) -> dict[str, Any]:
    """That many properties."""
    return {f"p{i}": {"type": "string", "title": "T", "const": i} for i in range(many)}


TEN, WIDE = range(10), wide(2_000)
DOUBLING = steps(lambda ref, i: {"anyOf": [ref, {**ref, "description": f"{i}"}]}, 60)
ALLS = steps(lambda ref, i: {"allOf": [ref, {**ref, "description": f"{i}"}]}, 60)
TENFOLD = steps(lambda ref, i: {"type": "object", "properties": {f"p{j}": ref for j in TEN}}, 9)
GRAPH = {f"d{i}": {"properties": {f"p{j}": {"$ref": f"#/$defs/d{j}"} for j in TEN}} for i in TEN}
CHAIN = steps(lambda ref, i: ref, 2_000)
FIRST = {"$ref": "#/$defs/d0"}

HOSTILE: Mapping[str, Any] = {
    "10,000 nodes": {"type": "object", "properties": wide(10_000)},
    "500 objects deep": nested(500, holds),
    "900 arrays deep": holds(nested(900, lambda s: {"items": s})),
    "900 unions deep": holds(nested(450, lambda s: {"anyOf": [s, {"type": "number"}]})),
    "900 null unions deep": holds(nested(450, lambda s: {"oneOf": [s, {"type": "null"}]})),
    "450 allOf deep": holds(nested(450, lambda s: {"allOf": [s, {"title": "T"}]})),
    "unions at the top": nested(450, lambda s: {"anyOf": [s], "properties": {"a": {}}}),
    "deep default": holds({"default": nested(900, lambda s: [s])}),
    "deep data in a deep place": nested(
        50,
        holds,
        {"$ref": "#/$defs/d0"},
    )
    | {"$defs": {"d0": {"default": nested(200, lambda s: [s])}}},
    "doubling unions": holds(FIRST, **DOUBLING),
    "doubling unions at the top": {**FIRST, **DOUBLING},
    "doubling allOf": holds(FIRST, **ALLS),
    "tenfold": holds(FIRST, **TENFOLD),
    "everything refers to everything": holds(FIRST, **{"$defs": GRAPH}),
    "2,000 references in a row": holds(FIRST, **CHAIN),
    "missing references": {"properties": {n: {"$ref": f"#/{n}"} for n in WIDE}},
    "missing anchors": {"properties": {n: {"$ref": f"#{n}", "$anchor": f"a{n}"} for n in WIDE}},
    "missing documents": {"properties": {n: {"$ref": n, "$id": f"//a/{n}"} for n in WIDE}},
    "one text often": {"properties": dict.fromkeys(WIDE, FIRST), "$defs": {"d0": {"title": "T"}}}
    | {"$defs": {"d0": {"description": "x" * 20_000}}},
    "one enum often": {
        "properties": dict.fromkeys(WIDE, FIRST),
        "$defs": {"d0": {"enum": [*WIDE]}},
    },
    "one object often": {
        "anyOf": [{**FIRST, "title": f"{i}"} for i in range(600)],
        "$defs": {"d0": {"properties": WIDE}},
    },
    "a huge enum": holds({"enum": [*range(20_000)]}),
    "many alternatives": {"anyOf": [{"properties": {"a": {"const": i}}} for i in range(1000)]},
    "many demands": {"allOf": [{"required": [*WIDE][i : i + 9]} for i in range(1000)]},
    "a long pointer": holds({"$ref": "#" + "/properties/x" * 50_000}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_schemas_end_in_time(name: str) -> None:
    """Also in space: references may double what they refer to at each step.

    Calls are counted, since seconds are another number on each machine.
    """
    for dialect in DIALECTS:
        made, calls = counted(partial(sanitized, HOSTILE[name], dialect))
        assert calls < 1_000_000
        if dialect is GEMINI:
            assert len(orjson.dumps(made)) < 3_000_000
            assert sanitized(made, dialect) is made


def counted(work: Callable[[], Any]) -> tuple[Any, int]:
    """What the work gives, and how many calls it made."""
    profile = Profile()
    made = profile.runcall(work)
    return made, sum(each.callcount for each in profile.getstats())
