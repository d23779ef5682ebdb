"""The hash of version 3, against what the plugin itself computed, and against JavaScript."""

import json
import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.chat.v3 import number, v3_hash

VECTORS: list[tuple[Any, str]] = [
    ("", "0"),
    (None, "0"),
    (0, "0"),
    (-0.0, "0"),
    (False, "0"),
    ([], "0"),
    ({}, "0"),
    ("hello", "5e918d2"),
    ("hel lo\n", "5e918d2"),
    ({"role": "user", "content": "meteo a Paris ?"}, "211e9637"),
    ({"content": "meteo a Paris ?", "role": "user"}, "211e9637"),
    ({"role": "tool", "tool_call_id": "call_fake_1", "content": "12C"}, "19c24664"),
    ({"role": "user", "content": [{"type": "text", "text": "été 🌸"}]}, "1f1df4dc"),
    (
        {
            "a": 0,
            "b": False,
            "c": None,
            "d": 1,
            "e": True,
            "f": 1.0,
            "g": 1e21,
            "h": 0.1,
            "i": [],
            "j": {},
        },
        "7ca0ea2a",
    ),
    ({"a": "bc"}, "17862"),
    ({"ab": "c"}, "17862"),
    ("\ufeffx\u00a0y\u0085z\u001cw", "2c53164f"),
    ({"é": 1, "z": 2, "🌸": 3, "\uffff": 4}, "4784a1d4"),
    ({"role": "user", "content": "continue"}, "152df961"),
    ({"role": "user", "content": "Aa"}, "6e24546"),
    ({"role": "user", "content": "BB"}, "6e24546"),
]


@pytest.mark.parametrize(("message", "expected"), VECTORS)
def test_vectors(message: Any, expected: str) -> None:
    """What the plugin computed is what is computed here."""
    assert v3_hash(message) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (1, "1"),
        (1.0, "1"),
        (-2.5, "-2.5"),
        (100, "100"),
        (0.1, "0.1"),
        (123.456, "123.456"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e-7, "1.5e-7"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.25e25, "1.25e+25"),
        (123456789012345680000.0, "123456789012345680000"),
        (12345678901234567890, "12345678901234567000"),
        (2**53 + 1, "9007199254740992"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
    ],
)
def test_numbers_as_in_javascript(value: float, expected: str) -> None:
    """A number is written as ``String(x)`` writes it."""
    assert number(value) == expected


def test_depth_has_no_limit() -> None:
    """A message that nests more deeply than Python's stack goes is hashed all the same."""
    deep: Any = "hello"
    for _ in range(5000):
        deep = [deep]
    assert v3_hash(deep) == "5e918d2"


@given(st.text())
def test_arithmetic(text: str) -> None:
    """Folding many units at a time gives what taking one after the other gives."""
    expected = 0
    stripped = text.translate(dict.fromkeys(map(ord, _SPACES), None))
    units = memoryview(stripped.encode("utf-16-le")).cast("H")
    for unit in units:
        expected = (expected * 31 + unit) & 0xFFFFFFFF
    signed = expected - (1 << 32) if expected >> 31 else expected
    assert v3_hash(text) == format(abs(signed), "x")


_SPACES = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)


def test_long_texts() -> None:
    """A text longer than what is kept in memory, and one of every length around a lane."""
    for length in (*range(1, 20), 4095, 4096, 4097, 70_001):
        expected = 0
        for _ in range(length):
            expected = (expected * 31 + ord("é")) & 0xFFFFFFFF
        assert v3_hash("é" * length) == format(min(expected, (1 << 32) - expected), "x")


# What the plugin does, in few words.
_JAVASCRIPT = r"""
const normal = x => !x ? '' : typeof x === 'string' ? x.replace(/\s+/g, '')
  : Array.isArray(x) ? x.map(normal).join('')
  : typeof x === 'object' ? Object.keys(x).sort().map(k => k + normal(x[k])).join('')
  : String(x);
const hash = x => {
  let h = 0;
  for (const text = normal(x), i = {at: 0}; i.at < text.length; i.at++)
    h = ((h << 5) - h + text.charCodeAt(i.at)) | 0;
  return Math.abs(h).toString(16);
};
const lines = require('fs').readFileSync(0, 'utf8').trim().split('\n');
console.log(JSON.stringify(lines.map(line => hash(JSON.parse(line)))));
"""

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.sampled_from(_SPACES + "aB\u0085\u001c\u200b\u180eé🌸\uffff\ue000")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_agrees_with_javascript() -> None:
    """Whatever the message, JavaScript computes the same."""
    lines: list[str] = []

    @given(_JSON)
    def collect(message: Any) -> None:
        lines.append(json.dumps(message))

    collect()
    run = subprocess.run(
        ["node", "-e", _JAVASCRIPT],
        input="\n".join(lines),
        capture_output=True,
        check=True,
        text=True,
    )
    hashes = json.loads(run.stdout)
    assert len(hashes) == len(lines) >= 100
    for line, expected in zip(lines, hashes, strict=True):
        assert v3_hash(json.loads(line)) == expected, line
