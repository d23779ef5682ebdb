"""The pieces of an answer make one completion in which nothing is missing."""

from collections.abc import Mapping
from typing import Any

import pytest

from pollinations.chat.chunk import Chunk
from pollinations.chat.completion import Completion


def whole(*datas: Mapping[str, Any]) -> dict[str, Any]:
    completion = Completion()
    for data in datas:
        completion.add(Chunk.of(data))
    return completion.whole()


def message(*deltas: Mapping[str, Any]) -> dict[str, Any]:
    chunks = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    return whole(*chunks)["choices"][0]["message"]


TEXT = {"role": "assistant", "content": "ab"}

MESSAGES = [
    pytest.param([{"content": "a"}, {"content": "b"}], TEXT, id="text"),
    pytest.param([{"role": "assistant", "content": ""}, {"content": "ab"}], TEXT, id="role"),
    pytest.param([{}], {"role": "assistant", "content": None}, id="nothing"),
    pytest.param(
        [{"reasoning_content": "a"}, {"reasoning_content": "b", "content": "ab"}],
        {**TEXT, "reasoning_content": "ab"},
        id="reasoning",
    ),
    pytest.param(
        [{"refusal": None, "content": "ab"}, {"refusal": "No"}, {"refusal": "!"}],
        {**TEXT, "refusal": "No!"},
        id="refusal",
    ),
    pytest.param(
        [
            {"audio": {"id": "x", "data": "QQ", "transcript": "He"}},
            {"audio": {"data": "Qg", "transcript": "llo", "expires_at": 3}},
        ],
        {
            "role": "assistant",
            "content": None,
            "audio": {"id": "x", "data": "QQQg", "transcript": "Hello", "expires_at": 3},
        },
        id="audio",
    ),
    pytest.param(
        [
            {"reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "a"}]},
            {"reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "b"}]},
            {"reasoning_details": [{"type": "reasoning.encrypted", "index": 1, "data": "x"}]},
        ],
        {
            "role": "assistant",
            "content": None,
            "reasoning_details": [
                {"type": "reasoning.text", "index": 0, "text": "ab"},
                {"type": "reasoning.encrypted", "index": 1, "data": "x"},
            ],
        },
        id="reasoning details",
    ),
    pytest.param(
        [
            {"tool_calls": [{"index": 0, "id": "x", "function": {"name": "f", "arguments": ""}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]},
            {"tool_calls": [{"index": 1, "id": "y", "function": {"name": "g", "arguments": "{}"}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]},
        ],
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "x", "function": {"name": "f", "arguments": '{"a":1}'}},
                {"id": "y", "function": {"name": "g", "arguments": "{}"}},
            ],
        },
        id="tool calls",
    ),
    pytest.param(
        [{"annotations": [1]}, {"annotations": [2]}, {"mystery": "a"}, {"mystery": "b"}],
        {"role": "assistant", "content": None, "annotations": [1, 2], "mystery": "b"},
        id="unknown",
    ),
    pytest.param(
        [
            {"content": [{"type": "text", "text": "a"}]},
            {"content": [{"type": "text", "text": "b"}]},
        ],
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
        },
        id="parts",
    ),
]


@pytest.mark.parametrize(("deltas", "expected"), MESSAGES)
def test_messages(deltas: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    """Texts are joined, calls by their index, all else is kept."""
    assert message(*deltas) == expected


def test_choices_stay_apart() -> None:
    """By their index, in its order, each with its own end."""
    pieces = [(1, "b", None), (0, "a", None), (1, "d", "length"), (0, "c", "stop")]
    answer = whole(
        *(
            {"choices": [{"index": i, "delta": {"content": text}, "finish_reason": end}]}
            for i, text, end in pieces
        )
    )
    found = [(c["index"], c["message"]["content"], c["finish_reason"]) for c in answer["choices"]]
    assert found == [(0, "ac", "stop"), (1, "bd", "length")]


def test_the_envelope_is_that_of_the_first_chunk() -> None:
    """And usage is the last that was told, at the end as OpenAI has it."""
    answer = whole(
        {"id": "a", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []},
        {"id": "b", "created": 2, "service_tier": "x", "choices": [], "usage": {"total_tokens": 1}},
        {"choices": [], "usage": {"total_tokens": 5}, "system_fingerprint": "f"},
    )
    assert answer == {
        "id": "a",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "service_tier": "x",
        "system_fingerprint": "f",
        "choices": [],
        "usage": {"total_tokens": 5},
    }
    assert list(answer)[-1] == "usage"


def test_what_each_chunk_tells_of_the_whole_answer_is_kept_once() -> None:
    """The sources of a search, or the verdicts of a filter."""
    told = {"citations": ["a", "b"], "text": "x", "x_groq": {"id": "r", "seen": [1]}, "choices": []}
    answer = whole(told, {**told, "x_groq": {"seen": [1, 2]}}, {"citations": None, "choices": []})
    assert answer["citations"] == ["a", "b"]
    assert answer["text"] == "x"
    assert answer["x_groq"] == {"id": "r", "seen": [1, 2]}


def test_an_empty_text_takes_nothing_back() -> None:
    """Some send the fields of a call's header with every piece, empty."""
    header = {"index": 0, "id": "a", "type": "function"}
    more = {"index": 0, "id": "", "type": "", "function": {"name": "", "arguments": "{}"}}
    answer = message(
        {"role": "assistant", "tool_calls": [{**header, "function": {"name": "f"}}]},
        {"role": "", "tool_calls": [more]},
    )
    [call] = answer["tool_calls"]
    function = {"name": "f", "arguments": "{}"}
    assert call == {"id": "a", "type": "function", "function": function}
    assert answer["role"] == "assistant"


def test_log_probabilities_go_on() -> None:
    """Each chunk has those of its own tokens."""
    answer = whole(
        *(
            {
                "choices": [
                    {
                        "index": 0,
                        "delta": {},
                        "logprobs": {"content": [{"token": t}], "refusal": None},
                    }
                ]
            }
            for t in "ab"
        )
    )
    expected = {"content": [{"token": "a"}, {"token": "b"}], "refusal": None}
    assert answer["choices"][0]["logprobs"] == expected


def test_what_came_is_not_changed() -> None:
    """A chunk that was added can still be given to somebody else."""
    delta = {"audio": {"data": "a"}, "annotations": [1]}
    message(delta, delta)
    assert delta == {"audio": {"data": "a"}, "annotations": [1]}


def test_depth_does_not_matter() -> None:
    """What nobody can have in pieces is taken as it is, however deep."""
    deep: dict[str, Any] = {}
    for _ in range(900):
        deep = {"in": deep}
    assert message({"mystery": deep})["mystery"] == deep


def test_many_pieces_take_linear_time() -> None:
    """Tens of thousands of tokens."""
    assert len(message(*[{"content": "abcdefgh"}] * 30_000)["content"]) == 240_000
