"""A chunk says what it holds, and what is no chunk is none."""

from typing import Any

import orjson
import pytest

from pollinations.chat.chunk import (
    ANY,
    BLOCKS,
    CALLS,
    ERROR,
    FINISH,
    OTHER,
    ROLE,
    SIGNATURE,
    TEXT,
    THOUGHT,
    USAGE,
    Chunk,
    read,
)


def one(delta: Any, **choice: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, **choice}]}


@pytest.mark.parametrize(
    ("data", "holds"),
    [
        (one({}), ANY),
        (one({"role": "assistant", "content": ""}), ANY | ROLE),
        (one({"content": None, "tool_calls": None, "refusal": None}), ANY),
        (one({"tool_calls": []}), ANY),
        (one({"content": "Hi"}), ANY | TEXT),
        (one({"tool_calls": [{}]}), ANY | CALLS),
        (one({"reasoning": "Hm"}), ANY | THOUGHT),
        (one({"reasoning_content": "Hm", "content": "Hi"}), ANY | THOUGHT | TEXT),
        (one({"extra_content": {"google": {}}}), ANY | SIGNATURE),
        (one({"thought_signature": "s"}), ANY | SIGNATURE),
        (one({"content_blocks": [{}]}), ANY | BLOCKS),
        (one({"audio": {"id": "a"}}), ANY | OTHER),
        (one({}, finish_reason="stop"), ANY | FINISH),
        ({"choices": []}, ANY),
        ({"choices": [], "usage": {"total_tokens": 0}}, ANY | USAGE),
        ({"choices": [], "usage": None}, ANY),
        ({"choices": [], "error": {"message": "No"}}, ANY | ERROR),
        ({"choices": [], "error": None}, ANY),
    ],
)
def test_says_what_it_holds(data: dict[str, Any], holds: int) -> None:
    """Nothing counts that is empty. What is in good order keeps its bytes."""
    text = orjson.dumps(data)
    assert read(text, b"raw") == Chunk(data, holds, b"raw")


MENDED = [
    pytest.param(
        {"choices": [{"delta": {}}]}, one({}, finish_reason=None)["choices"], id="no index"
    ),
    pytest.param(one(None)["choices"], one({}, finish_reason=None)["choices"], id="delta null"),
    pytest.param(one([])["choices"], one({}, finish_reason=None)["choices"], id="delta a list"),
    pytest.param(
        [{"index": 0}], one({}, finish_reason=None)["choices"], id="neither delta nor message"
    ),
    pytest.param(
        [{"index": 0, "message": {"content": "Hi"}}],
        one({"content": "Hi"}, finish_reason=None)["choices"],
        id="a whole message",
    ),
    pytest.param(
        one({}, finish_reason="")["choices"],
        one({}, finish_reason=None)["choices"],
        id="an empty finish reason",
    ),
    pytest.param(
        one({}, finish_reason=7)["choices"],
        one({}, finish_reason=None)["choices"],
        id="a finish reason that is no word",
    ),
    pytest.param(
        [None, 3, *one({})["choices"]],
        [{**one({})["choices"][0], "finish_reason": None}],
        id="choices that are none",
    ),
]


@pytest.mark.parametrize(("choices", "mended"), MENDED)
def test_what_is_out_of_order_is_put_right(choices: Any, mended: Any) -> None:
    """Where its meaning is clear. It is not what came any longer."""
    data = choices if isinstance(choices, dict) else {"choices": choices}
    chunk = read(orjson.dumps(data), b"raw")
    assert chunk is not None
    assert chunk.raw is None
    assert chunk.data["choices"] == mended


@pytest.mark.parametrize(
    ("data", "left"),
    [
        (
            {"choices": None, "usage": {"total_tokens": 1}},
            {"choices": [], "usage": {"total_tokens": 1}},
        ),
        ({"error": "No"}, {"choices": [], "error": "No"}),
        ({"choices": [], "usage": 7}, {"choices": []}),
    ],
)
def test_usage_and_errors_need_no_choices(data: Any, left: Any) -> None:
    """What they say must not be lost."""
    chunk = read(orjson.dumps(data))
    assert chunk is not None
    assert chunk.data == left


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"[]",
        b"7",
        b'"x"',
        b"null",
        b"",
        b"keep-alive",
        b'{"type": "ping"}',
        b'{"choices": null}',
        b'{"choices": {"0": {}}}',
        b'{"choices": [',
        b'{"choices": ' + b"[" * 5000,
    ],
)
def test_what_is_no_chunk_is_none(data: bytes) -> None:
    """Clients break on such events."""
    assert read(data) is None


def test_loose_json_is_read_and_loses_its_bytes() -> None:
    """A client's parser would refuse it."""
    chunk = read(b'{"choices": [{"index": 0, "delta": {"content": "a"}, "logprobs": NaN}]}', b"raw")
    assert chunk is not None
    assert chunk.raw is None
    assert chunk.choices[0]["logprobs"] is None
