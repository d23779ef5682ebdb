"""What a strict parser refuses is read, and written as strict JSON."""

import orjson
import pytest

from pollinations.chat import loose


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": NaN, "b": -Infinity}', {"a": None, "b": None}),
        (b'{"a": 1e999, "b": -1e999, "c": 1.5e3}', {"a": None, "b": None, "c": 1500.0}),
        (b'{"a": "caf\xff"}', {"a": "caf\ufffd"}),
        (b'{"a": "one\ntwo\t"}', {"a": "one\ntwo\t"}),
        (b'{"a": "\\ud83d"}', {"a": "\ud83d"}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a": 123456789012345678901234567890}', {"a": 123456789012345678901234567890}),
    ],
)
def test_reads_what_strict_json_does_not_allow(data: bytes, value: object) -> None:
    """``NaN``, invalid UTF-8, control characters, half a surrogate pair, long numbers."""
    assert loose.loads(data) == value
    assert loose.loads(loose.dumps(value)) == value


def test_whatever_is_read_can_be_written() -> None:
    """Also where two kinds of it meet."""
    value = loose.loads(b'[1e999, NaN, "\\ud83d", 123456789012345678901234567890]')
    assert loose.dumps(value) == b'[null,null,"\\ud83d",123456789012345678901234567890]'


def test_halves_of_a_surrogate_pair_meet_again() -> None:
    """An emoji that an upstream has cut in two is whole when both halves are written."""
    text = loose.loads(b'"\\ud83d"') + loose.loads(b'"\\ude00"')
    assert orjson.loads(loose.dumps(text)) == "😀"


@pytest.mark.parametrize("data", [b"", b"{", b"{'a': 1}", b"[" * 100_000, b"\xff"])
def test_what_is_no_json_is_an_error(data: bytes) -> None:
    """Also what is nested without end."""
    with pytest.raises(ValueError, match=r".+"):
        loose.loads(data)


def test_writes_what_is_deeper_than_orjson_goes() -> None:
    """Up to what Python's own can; beyond that it is an error like any other."""
    deep = orjson.loads(b"[" * 600 + b"]" * 600)
    assert loose.dumps(deep) == b"[" * 600 + b"]" * 600
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="nested"):
        loose.dumps(deep)
    while deep:
        # Freed level by level: the interpreter would do it recursively.
        deep = deep.pop()
