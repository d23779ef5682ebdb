"""Tests for ``pollinations.quirks.dialects``: each dialect's own rules, and what all keep."""

import copy
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pollinations.quirks.dialects import CLAUDE, GEMINI, NOVA, OPENAI, Dialect
from pollinations.quirks.schema import sanitized
from pollinations.quirks.translation.references import REFERENCES, References
from pollinations.quirks.translation.subschemas import subschemas

DIALECTS = (GEMINI, OPENAI, CLAUDE, NOVA)


def _typed(kind: str, **keywords: Any) -> dict[str, Any]:
    """A meta-schema of the schemas of one type."""
    return {
        "properties": {
            "type": {"const": kind},
            "description": {"type": "string"},
            "nullable": {"type": "boolean"},
            "default": True,
            "example": True,
            **keywords,
        },
        "required": ["type"],
        "additionalProperties": False,
    }


COUNT = {"type": "integer", "minimum": 0}
NAMES = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
SCHEMA = {"$ref": "#/$defs/schema"}
OBJECT = _typed(
    "object",
    properties={"type": "object", "additionalProperties": SCHEMA},
    required=NAMES,
    propertyOrdering=NAMES,
    minProperties=COUNT,
    maxProperties=COUNT,
)
BOUNDS = {"minimum": {"type": "number"}, "maximum": {"type": "number"}}
ARRAY = _typed("array", items=SCHEMA, minItems=COUNT, maxItems=COUNT)

VERTEX: dict[str, Any] = {
    **OBJECT,
    "required": ["type", "properties"],
    "$defs": {
        "schema": {
            "type": "object",
            "oneOf": [
                {
                    "properties": {"anyOf": {"type": "array", "items": SCHEMA, "minItems": 2}},
                    "required": ["anyOf"],
                    "additionalProperties": False,
                },
                _typed(
                    "string",
                    default={"type": "string"},
                    format={"enum": ["byte", "date-time", "email", "enum"]},
                    enum={**NAMES, "items": {"type": "string", "minLength": 1}, "minItems": 1},
                    minLength=COUNT,
                    maxLength=COUNT,
                ),
                _typed("number", format={"enum": ["float", "double"]}, **BOUNDS),
                _typed("integer", format={"enum": ["int32", "int64"]}, **BOUNDS),
                _typed("boolean"),
                {**ARRAY, "required": ["type", "items"]},
                OBJECT,
            ],
        }
    },
}
"""What ``functionDeclarations[].parameters`` may be."""

COMBINED = ("$ref", "allOf", "anyOf", "oneOf", "not", "enum", "const")
TOP: dict[str, Any] = {
    "properties": {
        "type": {"const": "object"},
        "properties": {"type": "object"},
        **dict.fromkeys(COMBINED, False),
    },
    "required": ["type", "properties"],
}


def _everywhere(rule: dict[str, Any]) -> dict[str, Any]:
    """A meta-schema of documents in which each schema that is one keeps *rule*."""
    each = {"if": {"type": "object"}, "then": {"additionalProperties": SCHEMA}}
    several = {"if": {"type": "array"}, "then": {"items": SCHEMA}}
    one = dict.fromkeys(["not", "if", "then", "else", "contains", "additionalProperties"], SCHEMA)
    lists = dict.fromkeys(["allOf", "anyOf", "oneOf", "prefixItems"], several)
    maps = dict.fromkeys(["properties", "patternProperties"], each)
    below = {**one, **lists, **maps, "items": {"allOf": [several, SCHEMA]}}
    node = {"if": {"type": "object"}, "then": {"allOf": [rule, {"properties": below}]}}
    return {"allOf": [TOP, SCHEMA], "$defs": {"schema": node}}


ITEMS = {
    "if": {
        "properties": {
            "type": {
                "anyOf": [
                    {"const": "array"},
                    {"type": "array", "contains": {"const": "array"}},
                ]
            },
        },
        "required": ["type"],
    },
    "then": {"required": ["items"]},
}
AMAZON: dict[str, Any] = _everywhere({"properties": {"$ref": False}})
AMAZON["additionalProperties"] = False
AMAZON["properties"] = dict.fromkeys(["type", "properties", "required"], True)

META = {
    GEMINI: Draft202012Validator(VERTEX),
    OPENAI: Draft202012Validator(_everywhere(ITEMS)),
    CLAUDE: Draft202012Validator(TOP),
    NOVA: Draft202012Validator(AMAZON),
}


def _unknown(schema: Any) -> Iterator[str]:
    """The names that objects in *schema*, of Gemini's dialect, require and lack."""
    for below in (*schema.get("properties", {}).values(), *schema.get("anyOf", ())):
        yield from _unknown(below)
    if "items" in schema:
        yield from _unknown(schema["items"])
    yield from set(schema.get("required", ())) - set(schema.get("properties", ()))


def accepted(schema: Any, dialect: Dialect) -> None:
    """Fails unless *dialect* accepts *schema* as a tool's parameters."""
    META[dialect].validate(schema)
    if dialect is GEMINI:
        assert not list(_unknown(schema))


# What clients send, and what they might.

NAME = st.sampled_from(["a", "b", "title", "$ref", "ref", "items", "constructor", "x/y", "~"])
JUNK = st.sampled_from([None, True, False, 0, -1.5, "", "x", [], {}, [1], ["a"], "string", 2**53])
KIND = st.sampled_from(
    ["string", "number", "integer", "boolean", "object", "array", "null", "OBJECT", "any"]
)
KINDS = KIND | st.lists(KIND, max_size=3)
POINTER = ["", "/$defs/a", "/definitions/b", "/properties/a", "/properties/a/items", "/anyOf/0"]
POINTER += ["/$defs/x~1y", "/$defs/%7E0", "/required", "/properties/a/type/0", "here"]
REFERENCE = st.sampled_from(["y", "b", "http://x.test/y", "http://[", ""]) | st.sampled_from(
    POINTER
).map("#{}".format)
VALUES = {
    "type": KINDS,
    **dict.fromkeys(["$ref", "ref", "$dynamicRef"], REFERENCE),
    **dict.fromkeys(["required", "propertyOrdering"], st.lists(NAME, max_size=3)),
    "enum": st.lists(st.sampled_from(["a", "", 1, 1.5, None, True, {}, []]), max_size=4),
    "const": st.sampled_from(["a", "", 7, None, False, {}]),
    **dict.fromkeys(
        ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
        st.sampled_from([0, 1, 2.5, -9007199254740991, 1e308, True, False]),
    ),
    **dict.fromkeys(
        ["minLength", "maxItems", "minProperties"], st.sampled_from([0, 2, 3.0, -1, 1e308])
    ),
    "format": st.sampled_from(["uri", "date-time", "int32", "float"]),
    **dict.fromkeys(["description", "title", "pattern", "$schema"], st.sampled_from(["", "t"])),
    "$id": st.sampled_from(["http://x.test/y", "#here", "http://[", "y"]),
    "$anchor": st.just("here"),
    **dict.fromkeys(["nullable", "optional", "uniqueItems"], st.booleans()),
    **dict.fromkeys(["default", "example", "multipleOf"], JUNK),
}
ONE = ("items", "additionalProperties", "not", "if", "then", "else", "contains")
LIST = ("anyOf", "oneOf", "allOf", "prefixItems", "items")
MAP = ("properties", "properties", "$defs", "definitions", "patternProperties")


def _holding(below: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas that hold others."""
    pairs = st.one_of(
        *(st.tuples(st.just(keyword), values) for keyword, values in VALUES.items()),
        *(st.tuples(st.just(keyword), below) for keyword in ONE),
        *(st.tuples(st.just(keyword), st.lists(below, max_size=3)) for keyword in LIST),
        *(st.tuples(st.just(keyword), st.dictionaries(NAME, below, max_size=3)) for keyword in MAP),
        st.tuples(st.sampled_from([*VALUES, *ONE, *LIST, *MAP]), JUNK),
    )
    return st.lists(pairs, max_size=6).map(dict)


SCHEMAS = st.recursive(JUNK, _holding, max_leaves=25)


@settings(max_examples=200)
@given(st.sampled_from(DIALECTS), SCHEMAS)
def test_whatever_is_sent_is_made_acceptable(dialect: Dialect, schema: Any) -> None:
    """Nothing is too strange; once is enough; and what was sent stays as it was."""
    before = copy.deepcopy(schema)
    made = sanitized(schema, dialect)
    accepted(made, dialect)
    assert orjson.loads(orjson.dumps(made)) == made
    assert sanitized(made, dialect) is made
    assert schema == before


def _references(schema: Any) -> Iterator[Any]:
    """All references in *schema*, save those that no standard knows."""
    yield from (schema[keyword] for keyword in REFERENCES[:-1] if keyword in schema)
    for below in subschemas(schema):
        yield from _references(below)


@settings(max_examples=200)
@given(st.sampled_from([OPENAI, CLAUDE]), SCHEMAS)
def test_no_reference_is_lost(dialect: Dialect, schema: Any) -> None:
    """What led somewhere does so when the top has become another."""
    root = schema if isinstance(schema, dict) else {}
    made = sanitized(root, dialect)
    before, after = References(root), References(made)
    led = set(filter(before.holds, _references(made)))
    assert led == set(filter(after.holds, led))


def holds(schema: Any) -> dict[str, Any]:
    """Parameters with one of them."""
    return {"type": "object", "properties": {"x": schema}}


GEMINI_ROWS: dict[str, tuple[Any, Any]] = {
    "a const with its type": (
        {"type": "string", "const": "add"},
        {"type": "string", "enum": ["add"]},
    ),
    "a union of consts with their types": (
        {"anyOf": [{"type": "string", "const": "a"}, {"type": "string", "const": "b"}]},
        {"type": "string", "enum": ["a", "b"]},
    ),
    "a union in a union that says the same": (
        {"oneOf": [{"type": "string"}, {"oneOf": [{}, True], "nullable": True}], "nullable": True},
        {"type": "string", "nullable": True},
    ),
    "an enum of nothing": ({"type": "string", "enum": []}, {"type": "string"}),
    "a const beside an enum": (
        {"type": "string", "const": "a", "enum": [""]},
        {"type": "string", "enum": ["a"]},
    ),
    "unknown keywords": (
        {"type": "string", "$schema": "s", "$comment": "c", "readOnly": True, "optional": True},
        {"type": "string"},
    ),
    "title": ({"type": "boolean", "title": "T"}, {"type": "boolean"}),
    "not": ({"type": "string", "not": {"const": "a"}}, {"type": "string"}),
    "const": ({"const": "a"}, {"type": "string", "enum": ["a"]}),
    "const number": ({"type": "integer", "const": 5}, {"type": "string", "enum": ["5"]}),
    "const null": ({"const": None}, {"type": "string", "nullable": True}),
    "enum": (
        {"type": "string", "enum": ["a", "", None, "a"]},
        {"type": "string", "nullable": True, "enum": ["a"]},
    ),
    "enum of numbers": (
        {"type": "number", "enum": [60, 1.5, True], "default": 60},
        {"type": "string", "default": "60", "enum": ["60", "1.5", "true"]},
    ),
    "enum of nothing": ({"type": "string", "enum": [""]}, {"type": "string"}),
    "enum of objects": ({"type": "object", "enum": [{}]}, {"type": "object"}),
    "type list": ({"type": ["null", "integer"]}, {"type": "integer", "nullable": True}),
    "type list of two": (
        {"type": ["string", "array"], "items": {"type": "string"}, "minLength": 1},
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "array", "items": {"type": "string"}},
            ]
        },
    ),
    "integers are numbers": ({"type": ["integer", "number"]}, {"type": "number"}),
    "null": (
        {"type": "null", "description": "d"},
        {"type": "string", "description": "d", "nullable": True},
    ),
    "capitals": ({"type": "STRING"}, {"type": "string"}),
    "anything": ({}, {"type": "string"}),
    "true": (True, {"type": "string"}),
    "nonsense": (7, {"type": "string"}),
    "untyped object": (
        {"properties": {"a": {}}},
        {"type": "object", "properties": {"a": {"type": "string"}}},
    ),
    "untyped array": (
        {"minItems": 1},
        {"type": "array", "minItems": 1, "items": {"type": "string"}},
    ),
    "untyped number": ({"minimum": 1}, {"type": "number", "minimum": 1}),
    "items": ({"type": "array"}, {"type": "array", "items": {"type": "string"}}),
    "empty items": ({"type": "array", "items": {}}, {"type": "array", "items": {"type": "string"}}),
    "tuple": (
        {"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}], "items": False},
        {"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "string"}]}},
    ),
    "tuple with more": (
        {"prefixItems": [{"type": "number"}], "items": {"type": "boolean"}},
        {"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "boolean"}]}},
    ),
    "tuple of older drafts": (
        {"type": "array", "items": [{"type": "number"}, {"type": "number"}]},
        {"type": "array", "items": {"type": "number"}},
    ),
    "required": (
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a", "b"]},
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
    ),
    "nothing required": ({"type": "object", "required": ["b"]}, {"type": "object"}),
    "required of no object": ({"type": "string", "required": ["b"]}, {"type": "string"}),
    "properties null": (
        {"type": "object", "properties": None},
        {"type": "object", "properties": {}},
    ),
    "impossible property": (
        {"type": "object", "properties": {"a": False}, "required": ["a"]},
        {"type": "object", "properties": {}},
    ),
    "exclusive bounds": (
        {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 9.5},
        {"type": "integer", "minimum": 1, "maximum": 9},
    ),
    "exclusive bounds beyond integers": (
        {"type": "integer", "exclusiveMinimum": 1e308, "exclusiveMaximum": -1e308},
        {"type": "integer", "minimum": 1e308, "maximum": -1e308},
    ),
    "exclusive bounds of numbers": (
        {"type": "number", "exclusiveMinimum": 0.5},
        {"type": "number", "minimum": 0.5},
    ),
    "exclusive bounds of draft 4": (
        {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
        {"type": "integer", "minimum": 1},
    ),
    "the stricter bound": (
        {"type": "number", "minimum": 3, "exclusiveMinimum": 1, "exclusiveMaximum": True},
        {"type": "number", "minimum": 3},
    ),
    "bounds of strings": ({"type": "string", "minimum": 1}, {"type": "string"}),
    "bounds that are none": ({"type": "number", "minimum": "1"}, {"type": "number"}),
    "counts": (
        {"type": "string", "minLength": 2.0, "maxLength": -1},
        {"type": "string", "minLength": 2},
    ),
    "format": ({"type": "integer", "format": "int32"}, {"type": "integer", "format": "int32"}),
    "format of another type": ({"type": "number", "format": "int32"}, {"type": "number"}),
    "hints": (
        {"type": "string", "description": "A link.", "format": "uri", "pattern": "^h"},
        {"type": "string", "description": "A link. (format: uri; pattern: ^h)"},
    ),
    "hints alone": (
        {"type": "array", "items": {"type": "integer", "multipleOf": 2}, "uniqueItems": True},
        {
            "type": "array",
            "items": {"type": "integer", "description": "(multiple of 2)"},
            "description": "(no duplicates)",
        },
    ),
    "no hint": (
        {"type": "array", "items": {"type": "string"}, "uniqueItems": False},
        {"type": "array", "items": {"type": "string"}},
    ),
    "names that are free": (
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"type": "object", "description": "(values of any name: integer)"},
    ),
    "no other names": ({"type": "object", "additionalProperties": False}, {"type": "object"}),
    "null union": (
        {"anyOf": [{"type": "integer"}, {"type": "null"}], "description": "d", "default": None},
        {"type": "integer", "description": "d", "default": None, "nullable": True},
    ),
    "null in oneOf": (
        {"oneOf": [{"const": None}, {"enum": ["a"]}]},
        {"type": "string", "nullable": True, "enum": ["a"]},
    ),
    "a union stands alone": (
        {"anyOf": [{"type": "string"}, {"type": "number", "description": "n"}], "description": "d"},
        {"anyOf": [{"type": "string", "description": "d"}, {"type": "number", "description": "n"}]},
    ),
    "what is said of a union": (
        {
            "oneOf": [{"type": "number", "description": "n"}, {"type": "null"}, {"type": "string"}],
            "description": "d",
            "title": "T",
            "nullable": False,
            "default": 3,
        },
        {"anyOf": [{"type": "number", "description": "d n", "nullable": True}, {"type": "string"}]},
    ),
    "detail beside a union": (
        {"type": "string", "anyOf": [{"format": "date-time"}, {"maxLength": 3}], "minLength": 1},
        {
            "anyOf": [
                {"type": "string", "format": "date-time", "minLength": 1},
                {"type": "string", "maxLength": 3, "minLength": 1},
            ]
        },
    ),
    "a union of constants": (
        {"anyOf": [{"const": "a"}, {"const": "b"}, {"enum": ["b", 3]}], "description": "d"},
        {"type": "string", "description": "d", "enum": ["a", "b", "3"]},
    ),
    "a union of the same": ({"anyOf": [{"type": "string"}, {}, True]}, {"type": "string"}),
    "a union of unions": (
        {"anyOf": [{"oneOf": [{"type": "string"}, {"type": "number"}]}, {"type": "boolean"}]},
        {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]},
    ),
    "a union of one": ({"anyOf": [{"type": "number"}, False]}, {"type": "number"}),
    "a union of none": ({"anyOf": [], "description": "d"}, {"type": "string", "description": "d"}),
    "a union beside properties": (
        {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
            "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}},
    ),
    "a union beside items": (
        {"type": "array", "items": {"type": "string"}, "anyOf": [{"minItems": 1}, {"maxItems": 0}]},
        {"type": "array", "items": {"type": "string"}},
    ),
    "conditions": (
        {
            "type": "object",
            "properties": {"a": {"type": "string"}},
            "if": {"properties": {"a": {"const": "x"}}},
            "then": {"properties": {"b": {"type": "number"}}, "required": ["b"]},
        },
        {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "number"}},
        },
    ),
    "allOf": (
        {
            "allOf": [
                {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
                {"properties": {"b": {"type": "number"}}, "required": ["b"], "description": "d"},
            ]
        },
        {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "number"}},
            "required": ["a", "b"],
            "description": "d",
        },
    ),
    "allOf of one property": (
        {
            "properties": {"a": {"type": "integer", "minimum": 1}},
            "allOf": [{"properties": {"a": {"minimum": 3, "maximum": 9}}}],
        },
        {
            "type": "object",
            "properties": {"a": {"type": "integer", "minimum": 3, "maximum": 9}},
        },
    ),
    "allOf of enums": (
        {"allOf": [{"enum": ["a", "b", "c"]}, {"enum": ["c", "b"]}]},
        {"type": "string", "enum": ["b", "c"]},
    ),
}


@pytest.mark.parametrize(("sent", "expected"), GEMINI_ROWS.values(), ids=GEMINI_ROWS)
def test_gemini(sent: Any, expected: Any) -> None:
    """Each of Gemini's rules."""
    made = sanitized(holds(sent), GEMINI)
    assert made == holds(expected)
    accepted(made, GEMINI)


UNTOUCHED: tuple[Any, ...] = (
    {"type": "integer", "minimum": -9007199254740991, "maximum": 9007199254740991},
    {"type": "string", "enum": ["a", "b"], "description": "d", "nullable": True},
    {"type": "array", "items": {"type": "array", "items": {"type": "number"}}, "minItems": 1},
    {"anyOf": [{"type": "string"}, {"type": "number"}]},
    {"type": "object", "properties": {"a": {"type": "boolean"}}, "required": []},
    {"type": "string", "default": "a", "example": "b", "maxLength": 3},
)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
@pytest.mark.parametrize("schema", UNTOUCHED)
def test_what_all_accept_stays_the_very_same(dialect: Dialect, schema: Any) -> None:
    """A schema that needs nothing is not even copied."""
    parameters = holds(schema)
    assert sanitized(parameters, dialect) is parameters


TREE = {
    "$ref": "#/$defs/Tree",
    "$defs": {
        "Tree": {
            "type": "object",
            "properties": {"of": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
        }
    },
}
CHOICE = {
    "description": "d",
    "oneOf": [
        {"properties": {"kind": {"const": "a"}, "size": {"type": "number"}}, "required": ["kind"]},
        {"properties": {"kind": {"const": "b"}}, "required": ["kind", "name"]},
    ],
}
KIND_OF_CHOICE = {"anyOf": [{"const": "a"}, {"const": "b"}]}

TOPS: dict[str, tuple[Dialect, Any, Any]] = {
    "nothing": (OPENAI, None, {"type": "object", "properties": {}}),
    "no type": (CLAUDE, {"properties": {"a": {}}}, {"type": "object", "properties": {"a": {}}}),
    "another type": (
        OPENAI,
        {"type": ["object", "null"], "nullable": True, "enum": [{}]},
        {"type": "object", "properties": {}},
    ),
    "a reference": (CLAUDE, TREE, {**TREE["$defs"]["Tree"], "$defs": TREE["$defs"]}),
    "a union": (
        CLAUDE,
        CHOICE,
        {
            "type": "object",
            "description": "d",
            "properties": {"kind": KIND_OF_CHOICE, "size": {"type": "number"}},
            "required": ["kind"],
        },
    ),
    "allOf": (
        OPENAI,
        {"type": "object", "allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]},
        {"type": "object", "properties": {"a": {}, "b": {}}},
    ),
    "a reference into a union": (
        CLAUDE,
        {"anyOf": [{"properties": {"n": {"$ref": "#/anyOf/0"}}}]},
        {
            "type": "object",
            "properties": {
                "n": {
                    "properties": {
                        "n": {
                            "type": "object",
                            "description": "Another such object, with the properties described "
                            "above.",
                        }
                    }
                }
            },
        },
    ),
    "a reference into allOf": (
        OPENAI,
        {
            "properties": {"b": {"$ref": "#/allOf/0/$defs/N"}, "c": {"$ref": "#/$defs/M"}},
            "allOf": [{"$defs": {"N": {"items": {"$ref": "#/$defs/M"}}}}],
            "$defs": {"M": {"const": 1}},
        },
        {
            "type": "object",
            "properties": {"b": {"items": {"$ref": "#/$defs/M"}}, "c": {"$ref": "#/$defs/M"}},
            "$defs": {"M": {"const": 1}},
        },
    ),
    "a reference to the whole": (
        OPENAI,
        {"anyOf": [{"properties": {"a": {"$ref": "#"}, "b": {"$ref": "#/nowhere"}}}]},
        {"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#/nowhere"}}},
    ),
    "a union below the top": (
        CLAUDE,
        holds({"oneOf": [{"type": "string"}, {"type": "null"}]}),
        holds({"oneOf": [{"type": "string"}, {"type": "null"}]}),
    ),
    "items for openai": (
        OPENAI,
        holds({"oneOf": [{"type": "array"}, {"type": ["array", "null"]}]}),
        holds(
            {"oneOf": [{"type": "array", "items": {}}, {"type": ["array", "null"], "items": {}}]}
        ),
    ),
    "the three keywords of nova": (
        NOVA,
        {"$schema": "s", "title": "T", "description": "d", **holds({"title": "x"}),
         "additionalProperties": False},
        holds({"title": "x"}),
    ),
    "references for nova": (
        NOVA,
        {**holds({"not": {"items": [{"$ref": "#/$defs/a"}]}, "$defs": {}}),
         "$defs": {"a": {"const": 1}}},
        holds({"not": {"items": [{"const": 1}]}}),
    ),
    "a tree for nova": (
        NOVA,
        TREE,
        {
            "type": "object",
            "properties": {
                "of": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "description": "Another Tree, with the properties described above.",
                    },
                }
            },
        },
    ),
    "a union for gemini": (
        GEMINI,
        CHOICE,
        {
            "type": "object",
            "description": "d",
            "properties": {
                "kind": {"type": "string", "enum": ["a", "b"]},
                "size": {"type": "number"},
            },
            "required": ["kind"],
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize(("dialect", "sent", "expected"), TOPS.values(), ids=TOPS)
def test_tops(dialect: Dialect, sent: Any, expected: Any) -> None:
    """Each dialect's rules for the top, and what the lenient ones ask below it."""
    made = sanitized(sent, dialect)
    assert made == expected
    accepted(made, dialect)


def test_another_dialect_is_a_table() -> None:
    """The example of the documentation runs."""
    example = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "examples" / "dialect.py"))
    point = {
        "type": "object",
        "properties": {
            "x": {"type": "number", "description": "(at least 0)"},
            "y": {"type": "number"},
        },
    }
    assert example["accepted"] == {
        "type": "object",
        "properties": {"from": point, "to": point},
        "required": ["from"],
    }
