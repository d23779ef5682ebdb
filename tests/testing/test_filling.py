"""Tests for the values that a demonstration puts into a tool's arguments."""

import jsonschema
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.testing.filling import SIZE, filled

NODE = {
    "type": "object",
    "properties": {"next": {"$ref": "#/$defs/Node"}},
    "required": ["next"],
}
SCHEMAS = [
    {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
    {"type": "object", "properties": {"n": {"exclusiveMinimum": 5, "type": "number"}}},
    {"type": "integer", "exclusiveMinimum": 5},
    {"type": "integer", "minimum": -9007199254740991},
    {"enum": ["C", "F"]},
    {"const": 7},
    {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
    {"oneOf": [{"type": "null"}]},
    {"type": ["string", "null"]},
    {"type": "array", "items": {"type": "string"}, "minItems": 2},
    {"type": "array"},
    {"type": "string", "default": "there"},
    {"type": "integer", "exclusiveMinimum": 5.5},
    {"type": "integer", "minimum": 5.5},
    {"type": "number", "minimum": 5.5},
    {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"type": "integer"}}},
    {"properties": {"a": {"$ref": "#/$defs/a~1b"}}, "$defs": {"a/b": {"const": 1}}},
    {
        "$defs": {"City": {"type": "object", "properties": {"name": {}}, "required": ["name"]}},
        "type": "object",
        "properties": {"city": {"$ref": "#/$defs/City"}},
        "required": ["city"],
    },
]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_values_fit_their_schema(schema):
    """Whatever is required is there, and of its type."""
    jsonschema.validate(filled(schema), schema)


def test_hints_are_used():
    """By a property's name or a part of it, required or not."""
    schema = {"type": "object", "properties": {"city_name": {"type": "string"}, "other": {}}}
    assert filled(schema, {"city": "Rome"}) == {"city_name": "Rome"}


def test_a_circle_ends():
    """A schema that refers to itself is followed only so far."""
    value = filled({"$defs": {"Node": NODE}, "$ref": "#/$defs/Node"})
    assert value["next"]["next"]


def test_nonsense_gives_something():
    """A schema that is none, or leads nowhere, is no reason to fail."""
    assert filled(True) == {}
    assert filled({"$ref": "#/nowhere"}) == "demo"
    assert filled({"$ref": "#/x", "x": None}) == "demo"
    assert filled({"$ref": "#/x", "x": {"$ref": "#/x"}}) == "demo"


TREE = {
    "type": "object",
    "properties": {name: {"$ref": "#"} for name in "abc"},
    "required": ["a", "b", "c"],
}
LARGE = [
    TREE,
    {"type": "array", "minItems": 10**15, "items": {"type": "string"}},
    {"type": "array", "minItems": 1e300},
    {"type": "array", "minItems": 100, "items": {"$ref": "#"}},
    {"type": "array", "minItems": 10**9, "items": {"const": "x" * 1000}},
]


@pytest.mark.parametrize("schema", LARGE)
def test_values_have_a_size(schema):
    """However much a schema asks for, a bounded value is made."""
    assert len(orjson.dumps(filled(schema))) < 2 * SIZE


def test_what_cannot_be_written_is_not_made():
    """A constant may be nested more deeply than JSON can be written."""
    deep = []
    for _ in range(500):
        deep = [deep]
    assert filled({"const": deep}) == {}
    assert filled({"type": "integer", "exclusiveMinimum": 2**64 - 1}) == {}


WORDS = [
    *("type", "properties", "required", "items", "minItems", "anyOf", "oneOf", "enum", "const"),
    *("$ref", "$defs", "minimum", "exclusiveMinimum", "default", "$id", "$anchor"),
]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["object", "array", "string", "integer", "null", "#", "#/$defs/a", "a"]),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(), below)
    ),
)


@given(ANYTHING)
def test_anything_gives_something(schema):
    """Whatever stands where a schema should, the value can be written."""
    assert orjson.dumps(filled(schema, {"city": "Rome"}))
