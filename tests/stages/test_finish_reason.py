"""Every answer ends in one of OpenAI's words, and in the true one."""

import pytest

from pollinations.chat.chunk import Chunk
from pollinations.stages.finish_reason import FinishReason
from pollinations.testing.chunks import chunk, context, passed

CALL = {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}]}

WORDS = [
    ("stop", "stop"),
    ("STOP", "stop"),
    ("did_not_finish", "stop"),
    ("finished", "stop"),
    ("end_turn", "stop"),
    ("eos", "stop"),
    ("tool_calls", "stop"),
    ("tool_use", "stop"),
    ("MALFORMED_FUNCTION_CALL", "stop"),
    ("length", "length"),
    ("MAX_TOKENS", "length"),
    ("max_tokens", "length"),
    ("model_length", "length"),
    ("SAFETY", "content_filter"),
    ("content_filter", "content_filter"),
    ("function_call", "stop"),
]


def reasons(*chunks: Chunk) -> list[str | None]:
    given = passed(FinishReason(context()), *chunks)
    return [choice["finish_reason"] for one in given for choice in one.choices]


@pytest.mark.parametrize(("said", "meant"), WORDS)
def test_words(said: str, meant: str) -> None:
    """In an answer without tool calls."""
    assert reasons(chunk("Hi"), chunk(finish=said)) == [None, meant]


@pytest.mark.parametrize("said", ["stop", "STOP", "tool_calls", "function_call", "end_turn", "x"])
def test_calls_were_made(said: str) -> None:
    """B2: in another chunk, the usual case, or in the same one; how it was cut does not matter."""
    assert reasons(chunk(**CALL), chunk(finish=said)) == [None, "tool_calls"]
    assert reasons(chunk(finish=said, **CALL)) == ["tool_calls"]


@pytest.mark.parametrize("said", ["stop", "tool_calls", "function_call", "tool_use"])
def test_a_function_was_called_in_the_older_way(said: str) -> None:
    """Which has a word of its own."""
    call = {"function_call": {"name": "f", "arguments": "{}"}}
    assert reasons(chunk(**call), chunk(finish=said)) == [None, "function_call"]
    assert reasons(chunk(finish=said, **call)) == ["function_call"]
    assert reasons(chunk(function_call=None), chunk(finish=said)) == [None, "stop"]


def test_max_tokens_is_a_truncation() -> None:
    """B9: and stays one when the model was cut off in a tool call."""
    assert reasons(chunk(**CALL), chunk(finish="MAX_TOKENS")) == [None, "length"]


@pytest.mark.parametrize("empty", [[], None])
def test_an_empty_list_is_no_call(empty: list[object] | None) -> None:
    """B9, B10: nor is ``null``, however the upstream spaces its JSON."""
    assert reasons(chunk(tool_calls=empty), chunk(finish="stop")) == [None, "stop"]
    assert reasons(chunk(finish="tool_calls", tool_calls=empty)) == ["stop"]


def test_choices_do_not_mix() -> None:
    """A call in one is not a call in another."""
    assert reasons(chunk(**CALL), chunk(finish="stop", index=1), chunk(finish="stop")) == [
        None,
        "stop",
        "tool_calls",
    ]


def test_a_true_word_is_left_as_it_came() -> None:
    """The chunk keeps its bytes."""
    end = chunk("Bye", finish="stop")._replace(raw=b"raw")
    assert passed(FinishReason(context()), end) == [end]
