"""JSON with comments: what is in a text is no comment, and what is wrong is not quoted."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.settings import jsonc


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{}", {}),
        ("// a\n{}", {}),
        ("{} // a", {}),
        ("/* a */ {/**/} /* b\nc */", {}),
        ('{"a": 1, // "b": 2\n}', {"a": 1}),
        ('{"a": [1, 2,], }', {"a": [1, 2]}),
        ('{"a": 1 , /* no */ }', {"a": 1}),
        ('{"a": "// b", "c": "/* d */"}', {"a": "// b", "c": "/* d */"}),
        ('{"a": "\\"// b", "c": ",}"}', {"a": '"// b', "c": ",}"}),
        ('{"a": "\\\\"} // "', {"a": "\\"}),
        ("\ufeff{}", {}),
        ("[1,]", [1]),
    ],
)
def test_comments_and_trailing_commas_go(written: str, read: Any) -> None:
    assert jsonc.loads(written.encode()) == read


@pytest.mark.parametrize(
    "written", ["", "{", "/* {}", "{} /* x", "{} /*/", '{"a": "b', "[1,,]", "{}{}"]
)
def test_what_is_no_json_is_no_json(written: str) -> None:
    with pytest.raises(ValueError, match=r"^it is no JSON from line 1$"):
        jsonc.loads(written.encode())


def test_the_line_is_that_of_the_file() -> None:
    with pytest.raises(ValueError, match="line 4"):
        jsonc.loads(b"/* 1\n 2 */\n{\n canary }")


def test_what_is_not_utf_8_is_said_to_be() -> None:
    with pytest.raises(ValueError, match=r"^it is not UTF-8$"):
        jsonc.loads(b'{"a": "\xff"}')


@pytest.mark.parametrize(
    "unit", [b'"', b'\\"', b"/*", b"//", b",", b'"\\', b",\n", b"[", b"/* ", b"/*/"]
)
def test_a_hostile_file_ends_in_time(unit: bytes) -> None:
    with pytest.raises(ValueError, match="no JSON"):
        jsonc.loads(unit * (200_000 // len(unit)))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_plain_json_is_read_as_it_is(value: Any) -> None:
    assert jsonc.loads(orjson.dumps(value)) == value
