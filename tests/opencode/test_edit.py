"""Changes to a JSON document leave everything else in it as it was, byte for byte."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pollinations.opencode.edit import NotAnObject, put, without
from pollinations.opencode.members import root
from pollinations.settings import jsonc


def loads(text: str) -> Any:
    return jsonc.loads(text.encode())


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{}", '{\n  "x": 1\n}'),
        ("{}\n", '{\n  "x": 1\n}\n'),
        ("{\n}", '{\n  "x": 1\n}'),
        ("\ufeff{}", '\ufeff{\n  "x": 1\n}'),
        ("// a\r\n{ }\r\n", '// a\r\n{\r\n  "x": 1\r\n}\r\n'),
        ('{"a": 0}', '{"a": 0, "x": 1}'),
        ('{"a": 0,}', '{"a": 0, "x": 1,}'),
        ('{"a": 0 // b\n}', '{"a": 0, // b\n  "x": 1\n}'),
        ('{\n\t"a": 0\n}', '{\n\t"a": 0,\n\t"x": 1\n}'),
        ('{\n    "a": 0,\n}', '{\n    "a": 0,\n    "x": 1,\n}'),
        ('{\r\n "a": 0\r\n}', '{\r\n "a": 0,\r\n "x": 1\r\n}'),
        ('{\n  "a": 0 // b\n}', '{\n  "a": 0, // b\n  "x": 1\n}'),
        ('{\n  "a": 0, // b\n  // c\n}', '{\n  "a": 0, // b\n  // c\n  "x": 1,\n}'),
        ('{\n  "a": 0 /* b */\n}', '{\n  "a": 0, /* b */\n  "x": 1\n}'),
        ("{ /* a */ }", '{ /* a */\n  "x": 1 }'),
        ("{ // a\n}", '{ // a\n  "x": 1\n}'),
        ('{"x": 0}', '{"x": 1}'),
        ('{"x": {"y": [1,{}]} /* z */}', '{"x": 1 /* z */}'),
        ('{"x": 1.0}', '{"x": 1}'),
        ('{"x": true}', '{"x": 1}'),
        ('{"x":1}', '{"x":1}'),
        ('{"x": 0, "x": 2}', '{"x": 0, "x": 1}'),
        ('{"\\u0078": 0}', '{"\\u0078": 1}'),
        ('{"y": "x", "a": {"x": 0}}', '{"y": "x", "a": {"x": 0}, "x": 1}'),
        ('{"a": "}", "b": "// \\" {"}', '{"a": "}", "b": "// \\" {", "x": 1}'),
        ('{"a" /*b*/ : /*c*/ [{}, {"x": 2}] /*d*/ , }', None),
    ],
)
def test_a_member_is_put_in(text: str, made: str | None) -> None:
    changed = put(text, {("x",): 1})
    assert made is None or changed == made
    assert loads(changed) == {**loads(text), "x": 1}


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{}", '{\n  "a": {"b": {"c": 1}}\n}'),
        ('{"a": {}}', '{"a": {\n  "b": {"c": 1}\n}}'),
        ('{\n  "a": {}\n}', '{\n  "a": {\n    "b": {"c": 1}\n  }\n}'),
        ('{\n  "a": {"b": {}}\n}', '{\n  "a": {"b": {\n    "c": 1\n  }}\n}'),
        ('{\n\t"a": {\n\t\t"z": 0\n\t}\n}', '{\n\t"a": {\n\t\t"z": 0,\n\t\t"b": {"c": 1}\n\t}\n}'),
        ('{"a": {"b": 0}, "a": {"z": 0}}', '{"a": {"b": 0}, "a": {"z": 0, "b": {"c": 1}}}'),
    ],
)
def test_objects_on_the_way_are_made(text: str, made: str) -> None:
    assert put(text, {("a", "b", "c"): 1}) == made


def test_what_is_long_takes_several_lines() -> None:
    value = {"one": {"two": "2" * 40, "three": [3]}, "four": {"five": "5" * 60}}
    assert put('{\r\n\t"a": 0\r\n}', {("x",): value}) == (
        '{\r\n\t"a": 0,\r\n\t"x": {\r\n\t\t"one": {"two": "' + "2" * 40 + '", "three": [3]},'
        '\r\n\t\t"four": {"five": "' + "5" * 60 + '"}\r\n\t}\r\n}'
    )


@pytest.mark.parametrize("value", ["1", "[]", '"{"', "null", "true"])
def test_a_path_through_something_else_is_refused(value: str) -> None:
    with pytest.raises(NotAnObject, match=r"^'a\.b' is not an object$"):
        put(f'{{"a": {{"b": {value}}}}}', {("a", "b", "c"): 1})


@pytest.mark.parametrize("text", ["[]", "1", "// a\n[{}]", '"{}"', "null"])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it does not hold a JSON object"):
        put(text, {("x",): 1})


@pytest.mark.parametrize("text", ["{,}", '{"a": 1,,}', '{,"a": 1}'])
def test_a_comma_too_many_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a comma too many"):
        root(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('{"x": 1}', "{}"),
        ('{ "x": 1, }', "{}"),
        ('{"a": 0, "x": 1}', '{"a": 0}'),
        ('{"a": 0, "x": 1,}', '{"a": 0,}'),
        ('{"x": 1, "a": 0}', '{ "a": 0}'),
        ('{"a": 0, "x": 1, "b": 2}', '{"a": 0, "b": 2}'),
        ('{\n  "x": 1, // c\n  "a": 0\n}', '{ // c\n  "a": 0\n}'),
        ('{\n  // c\n  "x": 1\n}', "{\n  // c\n}"),
        ('{ // c\n "x": 1}', "{ // c\n}"),
        ('{ // c\r\n "x": 1, "a": 0}', '{ // c\r\n "a": 0}'),
        ('{"a": 0, // c,\n "x": 1 }', '{"a": 0 // c,\n }'),
        ('{"a": 0 /* c */ , /* d */ "x": 1}', '{"a": 0 /* c */  /* d */}'),
        ('{"x": 0, "a": 0, "x": 1}', '{ "a": 0}'),
        ('{"a": {"x": 1}}', '{"a": {"x": 1}}'),
        ("{}", "{}"),
    ],
)
def test_a_member_is_taken_out(text: str, left: str) -> None:
    assert without(text, [("x",)]) == left
    assert loads(left) == {key: each for key, each in loads(text).items() if key != "x"}


def test_objects_that_were_made_go_when_they_are_empty() -> None:
    text = '{"a": {"b": {"c": 1}}, "z": {"c": 1}}'
    paths = [("a", "b", "c"), ("z", "c")]
    assert without(text, paths) == '{"a": {"b": {}}, "z": {}}'
    assert without(text, paths, {("a", "b")}) == '{"a": {}, "z": {}}'
    assert without(text, paths, {("a",), ("a", "b")}) == '{ "z": {}}'


def test_objects_in_which_somebody_wrote_stay() -> None:
    assert without('{"a": {"x": 1, "y": 2}}', [("a", "x")], {("a",)}) == '{"a": { "y": 2}}'
    assert without('{"a": {"x": 1 /* y */}}', [("a", "x")], {("a",)}) == '{"a": { /* y */}}'


def test_depth_and_length_are_no_trouble() -> None:
    deep = "[" * 900 + "]" * 900
    text = f'{{"a": {deep}, "b": "{"x" * 100_000}", "c": {{}}}}'
    changed = put(text, {("c", "x"): 1})
    assert without(changed, [("c", "x")]) == text


_BLANK = st.text(" \t\n", max_size=3) | st.just("\r\n ")
_COMMENT = st.sampled_from(["// a\n", "// {,\r\n", '/* " */', "/**/", "/* // \n */", "// }\n"])
_GAP = st.lists(_BLANK | _COMMENT, max_size=2).map("".join)
_KEY = st.sampled_from(["a", "b", "x", "\\u0061", "//", "{", 'q\\"'])
_SCALAR = st.sampled_from(["1", "-0.5e3", "true", "null", '"s"', '"// {"', '"\\\\"', '""'])


def _commas(parts: list[str], trailing: bool, gap: str) -> str:
    return ",".join(parts) + ("," + gap if trailing and parts else "")


def _object(value: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    member = st.tuples(_GAP, _KEY, _GAP, _GAP, value, _GAP).map(
        lambda m: f'{m[0]}"{m[1]}"{m[2]}:{m[3]}{m[4]}{m[5]}'
    )
    inner = st.builds(_commas, st.lists(member, max_size=4), st.booleans(), _GAP)
    return st.tuples(_GAP, inner).map(lambda parts: f"{{{parts[0]}{parts[1]}}}")


def _array(value: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    item = st.tuples(_GAP, value, _GAP).map("".join)
    return st.builds(_commas, st.lists(item, max_size=3), st.booleans(), _GAP).map(
        lambda inner: f"[{inner}]"
    )


_VALUE = st.recursive(_SCALAR, lambda inner: _object(inner) | _array(inner), max_leaves=6)
_TEXT = st.tuples(st.sampled_from(["", "\ufeff"]), _GAP, _object(_VALUE), _GAP).map("".join)


def _blank(text: str, *path: str) -> bool:
    """Whether the object at *path* is empty, and nothing says how it was."""
    found = root(text)
    return found.end != found.start and not found.members and not found.comments


@given(_TEXT)
def test_what_was_put_in_can_be_taken_out(text: str) -> None:
    assume(not _blank(text))
    changed = put(text, {("new",): {"one": 1}, ("other",): 2})
    assert loads(changed) == {**loads(text), "new": {"one": 1}, "other": 2}
    assert without(changed, [("new",), ("other",)]) == text


@settings(max_examples=50)
@given(_TEXT, _TEXT)
def test_one_level_down_too(outer: str, inner: str) -> None:
    assume(not _blank(inner) and not _blank(outer))
    text = put(outer, {("in",): 0})
    [member] = [each for each in root(text).members if each.key == "in"]
    nested = f"{text[: member.value]}{inner.lstrip(chr(0xFEFF))}{text[member.end :]}"
    nested = nested if loads_or_none(nested) is not None else text
    assume(nested is not text)
    changed = put(nested, {("in", "new"): [1, {}]})
    assert loads(changed)["in"]["new"] == [1, {}]
    assert without(changed, [("in", "new")]) == nested


def loads_or_none(text: str) -> Any:
    try:
        return loads(text)
    except ValueError:
        return None


@settings(max_examples=50)
@given(_TEXT, st.sampled_from(["a", "b", "x"]))
def test_what_is_taken_out_is_gone_and_nothing_else(text: str, key: str) -> None:
    left = without(text, [(key,)])
    assert loads(left) == {name: each for name, each in loads(text).items() if name != key}
    assert without(left, [(key,)]) == left


@settings(max_examples=50)
@given(_TEXT, st.sampled_from(["a", "b", "x"]))
def test_twice_is_once(text: str, key: str) -> None:
    once = put(text, {(key,): {"y": [1.5, "é"]}, ("new", "z"): None})
    assert put(once, {(key,): {"y": [1.5, "é"]}, ("new", "z"): None}) == once
    assert loads(once) == {**loads(text), key: {"y": [1.5, "é"]}, "new": {"z": None}}
