"""Signatures are learned from every carrier, and given where clients look for them."""

from typing import Any

import pytest

from pollinations.chat.chunk import Chunk
from pollinations.chat.memory import prompt_key, reasoning_key, signature_key
from pollinations.stages.signatures import REASONING_LIMIT, Signatures
from pollinations.stages.stage import Context
from pollinations.testing.chunks import chunk, context, passed

OFFERED = {"google": {"thought_signature": "sig"}}
BARE = {"thought_signature": "sig"}
CARRIERS = [
    BARE,
    {"extra_content": {"google": BARE}},
    {"extra_content": {"vertex": BARE}},
    {"extra_content": {"google": {"other": 1}, "vertex": BARE}},
]


def call(call_id: str | None = "a", index: int = 0, **fields: Any) -> dict[str, Any]:
    header = {"id": call_id, "type": "function"} if call_id else {}
    return {"index": index, **header, "function": {"name": "f", "arguments": "{}"}, **fields}


HERE = prompt_key(context().request.messages)
"""The conversation that the answers belong to."""


def learned_from(*chunks: Chunk) -> tuple[dict[str, str], list[Chunk], Context]:
    """What is learned, what the client gets, and the context of it."""
    learned: dict[str, str] = {}
    known = context(learn=learned.__setitem__)
    return learned, passed(Signatures(known), *chunks), known


def signatures(learned: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in learned.items() if key.startswith("signature:")}


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("place", ["call", "function"])
def test_a_call_brings_its_own(carrier: dict[str, Any], place: str) -> None:
    """On itself or on its function; the client finds it on the call."""
    one = call()
    one = (
        {**one, **carrier}
        if place == "call"
        else {**one, "function": {**one["function"], **carrier}}
    )
    learned, given, known = learned_from(chunk(tool_calls=[one]))
    key = prompt_key(known.request.messages)
    assert learned == {signature_key("a", HERE): "sig", key: "sig"}
    [seen] = given[0].choices[0]["delta"]["tool_calls"]
    assert seen["extra_content"]["google"]["thought_signature"] == "sig"
    assert seen["function"] == one["function"]


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_message_brings_it_for_its_first_call(carrier: dict[str, Any]) -> None:
    """With the call, before it, or after it."""
    together = [chunk(tool_calls=[call("a"), call("b", 1)], **carrier)]
    before = [chunk("", **carrier), chunk(tool_calls=[call("a")]), chunk(tool_calls=[call("b", 1)])]
    after = [*before[1:], before[0]]
    for chunks in (together, before, after):
        learned, given, _ = learned_from(*chunks)
        assert signatures(learned) == {signature_key("a", HERE): "sig"}
        offered = [
            item.get("extra_content", {}).get("google", {}).get("thought_signature")
            for one in given
            for item in (one.choices[0]["delta"], *one.choices[0]["delta"].get("tool_calls", ()))
        ]
        assert "sig" in offered


def test_a_text_answer_is_found_by_its_prompt() -> None:
    """It has no identifier."""
    learned, given, known = learned_from(chunk("Hi"), chunk("", finish="stop", **BARE))
    assert learned == {prompt_key(known.request.messages): "sig"}
    assert given[1].choices[0]["delta"]["extra_content"] == OFFERED


def test_each_call_keeps_its_own() -> None:
    """B18: all of them are learned, not the first alone, and as text rather than JSON escapes."""
    calls = [
        call("a", 0, thought_signature="s="),
        call("b", 1),
        call("c", 2, thought_signature="t"),
    ]
    learned, _, known = learned_from(chunk(tool_calls=calls[:2]), chunk(tool_calls=calls[2:]))
    assert signatures(learned) == {signature_key("a", HERE): "s=", signature_key("c", HERE): "t"}
    assert learned[prompt_key(known.request.messages)] == "s="


def test_a_signature_may_come_after_its_call() -> None:
    """With more of its arguments, under its index alone."""
    learned, _, _ = learned_from(
        chunk(tool_calls=[call("a")]), chunk(tool_calls=[call(None, 0, thought_signature="late")])
    )
    assert signatures(learned) == {signature_key("a", HERE): "late"}


@pytest.mark.parametrize("wrong", ["", None, 7, [], {"a": 1}])
def test_what_is_no_signature_is_not_learned(wrong: Any) -> None:
    """Whatever it is called."""
    chunks = [
        chunk("Hi", thought_signature=wrong, extra_content=wrong),
        chunk(tool_calls=[call(thought_signature=wrong, extra_content={"google": wrong})]),
    ]
    learned, given, _ = learned_from(*chunks)
    assert learned == {}
    assert given == chunks


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_reasoning_is_learned_for_each_call(field: str) -> None:
    """At the proper end, in one piece."""
    learned, given, _ = learned_from(
        chunk(**{field: "Let me "}),
        chunk(**{field: "see."}),
        chunk(tool_calls=[call("a"), call("b", 1)]),
    )
    assert learned == {
        reasoning_key("a", HERE): "Let me see.",
        reasoning_key("b", HERE): "Let me see.",
    }
    assert given[0] == chunk(**{field: "Let me "})


def test_reasoning_without_calls_is_not_learned() -> None:
    """Nobody wants it back. Nor is a thought without end kept."""
    assert learned_from(chunk(reasoning="Hm"), chunk("Hi"))[0] == {}
    half = chunk(reasoning="x" * (REASONING_LIMIT // 2 + 1))
    assert learned_from(half, half, half, chunk(tool_calls=[call()]))[0] == {}


BLOCKS = [
    pytest.param(
        {"content": "Hi", "content_blocks": [{"index": 1, "delta": {"text": "Hi"}}]},
        {"content": "Hi"},
        id="text again",
    ),
    pytest.param(
        {"content": "Hi", "content_blocks": [{"type": "text", "text": "Hi"}]},
        {"content": "Hi"},
        id="text again, whole",
    ),
    pytest.param(
        {
            "content": "Hi",
            "content_blocks": [
                {"index": 0, "delta": {"thinking": "Hm"}},
                {"delta": {"text": "Hi"}},
            ],
        },
        {"content": "Hi", "content_blocks": [{"index": 0, "delta": {"thinking": "Hm"}}]},
        id="a thought as well",
    ),
    pytest.param(
        {"content": "", "content_blocks": [{"index": 0, "delta": {"thinking": "Hm"}}]},
        None,
        id="a thought",
    ),
    pytest.param({"content_blocks": [{"delta": {"text": "Hi"}}]}, None, id="text nowhere else"),
    pytest.param(
        {"content": "Hi", "content_blocks": ["x", None, {"delta": 3}]}, None, id="unknown"
    ),
    pytest.param({"content": "Hi", "content_blocks": {"a": 1}}, None, id="no list"),
]


@pytest.mark.parametrize(("delta", "left"), BLOCKS)
def test_blocks_that_repeat_the_text_are_dropped(
    delta: dict[str, Any], left: dict[str, Any] | None
) -> None:
    """Or clients that read both would show it twice; all else passes."""
    came = chunk(**delta)
    _, [given], _ = learned_from(came)
    assert given == (came if left is None else chunk(**left))


def test_choices_do_not_mix() -> None:
    """The thought of one is not that of another."""
    learned, _, _ = learned_from(
        chunk(reasoning="One"), chunk(reasoning="Two", index=1), chunk(tool_calls=[call()], index=1)
    )
    assert learned == {reasoning_key("a", HERE): "Two"}


def test_what_the_client_finds_at_its_place_keeps_its_bytes() -> None:
    """Nothing is written anew that is as it should be."""
    one = chunk(tool_calls=[call(extra_content=OFFERED)])._replace(raw=b"raw")
    assert learned_from(one)[1] == [one]
