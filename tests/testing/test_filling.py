"""Tests for the values that a demonstration puts into a tool's arguments."""

import jsonschema
import pytest

from pollinations.testing.filling import filled

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
