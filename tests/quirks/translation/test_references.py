"""Tests for ``pollinations.quirks.translation.references``."""

from typing import Any

import pytest

from pollinations.quirks.translation.references import References

HERE: dict[str, Any] = {"description": "here"}


@pytest.mark.parametrize(
    ("root", "reference"),
    [
        ({"$defs": {"a": HERE}}, "#/$defs/a"),
        ({"definitions": {"a": HERE}}, "#/definitions/a"),
        ({"properties": {"a": {"items": HERE}}}, "#/properties/a/items"),
        ({"items": [{}, HERE]}, "#/items/1"),
        ({"$defs": {"a/b~c%d": HERE}}, "#/$defs/a~1b~0c%25d"),
        ({"$defs": {"a b": HERE}}, "#/$defs/a%20b"),
        ({"$defs": {"": HERE}}, "#/$defs/"),
        ({"$defs": {"a": {"$defs": {"b": HERE}}}}, "#/$defs/a/$defs/b"),
        ({"components": {"schemas": {"a": HERE}}}, "#/components/schemas/a"),
        ({"properties": {"x": {"anyOf": [{**HERE, "$anchor": "a"}]}}}, "#a"),
        ({"$defs": {"x": {**HERE, "$dynamicAnchor": "a"}}}, "#a"),
        ({"definitions": {"x": {**HERE, "$id": "#a"}}}, "#a"),
        ({"$defs": {"x": {**HERE, "$id": "http://example.test/a"}}}, "http://example.test/a"),
        ({"$id": "http://example.test/b", "$defs": {"x": {**HERE, "$id": "a"}}}, "a"),
        ({"$id": "http://example.test/b", "$defs": {"a": HERE}}, "#/$defs/a"),
        ({"$id": "http://example.test/b", "$defs": {"a": HERE}}, "b#/$defs/a"),
        # Written for another document, or by no standard.
        ({"properties": {"x": {"$defs": {"a": HERE}}}}, "#/$defs/a"),
        ({"definitions": {"a": HERE}}, "#/$defs/a"),
        ({"definitions": {"a": HERE}}, "#/components/schemas/a"),
        ({"definitions": {"a": HERE}}, "a"),
    ],
)
def test_found(root: dict[str, Any], reference: str) -> None:
    """Pointers, anchors, identifiers, and at last the name alone."""
    found = References(root).target(reference)
    assert found is not None
    assert found["description"] == "here"


@pytest.mark.parametrize(
    "reference",
    [
        *(
            "#/$defs/b",
            "#/$defs/a/description",
            "#/$defs/a/description/0",
            "#/items/x",
            "#/items/9",
        ),
        *(
            "#/required",
            "#/number/c",
            "#b",
            "http://example.test/#/$defs/a",
            "http://[",
            "%",
            "b:a",
        ),
        *(None, 5, True, [], {}),
    ],
)
def test_nowhere(reference: Any) -> None:
    """Nothing is fetched, and nothing malformed is an error."""
    root = {"$defs": {"a": HERE}, "items": [1], "required": ["a"], "number": 5}
    assert References(root).target(reference) is None


@pytest.mark.parametrize(
    "strange",
    [
        {"$id": 5},
        {"$id": "http://["},
        {"$schema": True, "$anchor": 7},
        {"$schema": "http://json-schema.org/draft-04/schema#", "id": {}},
        {"properties": None, "items": 5, "anyOf": {"a": 1}, "$defs": []},
        {"definitions": {"b": 5, "c": {"properties": {"d": None}}}},
    ],
)
def test_a_malformed_neighbour_is_in_nobodys_way(strange: dict[str, Any]) -> None:
    """References are found though something else in the document is no schema at all."""
    root = {**strange, "not": {"$anchor": "a", **HERE}, "then": strange, "else": {"$id": "c"}}
    references = References(root)
    assert references.target("#a") == {"$anchor": "a", **HERE}
    assert references.target("#/not") is references.target("#a")
    assert references.target("#") is root
    assert references.target("c") == {"$id": "c"}
    assert references.target("d") is None


def test_the_first_of_a_name_counts() -> None:
    """The nearer to the top, the better known."""
    root = {
        "properties": {"x": {"$defs": {"a": {"type": "number"}}}},
        "definitions": {"a": {"type": "string"}},
    }
    assert References(root).target("a") == {"type": "string"}
