"""An answer that is cut ends as a valid one, and what is held back is next to nothing."""

from typing import Any

import pytest

from pollinations.chat.chunk import Chunk
from pollinations.settings.schema import Settings
from pollinations.stages.cutting import BYTE_LIMIT, Cutting
from pollinations.testing.chunks import chunk, context, passed

CALL = [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]


def given(*chunks: Chunk, **known: Any) -> list[Any]:
    """What a client sees of each chunk: its delta, its end, and whether it is the last."""
    out = passed(Cutting(context(**known)), *chunks)
    return [
        (choice["delta"], choice.get("finish_reason"), one.last)
        for one in out
        for choice in one.choices
    ]


def text(content: str) -> tuple[dict[str, str], None, bool]:
    return {"content": content}, None, False


STOP = ({}, "stop", True)
LENGTH = ({}, "length", True)
LOOP = "again\n" * 200

CASES = [
    pytest.param(
        [chunk("Done.\n"), chunk("User: x"), chunk("y")], [text("Done.\n"), STOP], id="a turn"
    ),
    pytest.param(
        [chunk("Done.\nUser: x"), chunk("y")],
        [text("Done.\n"), STOP],
        id="in the middle of a chunk",
    ),
    pytest.param(
        [chunk("Done.\nUs"), chunk("er"), chunk(" "), chunk(": x")],
        [text("Done.\n"), STOP],
        id="in four chunks",
    ),
    pytest.param(
        [chunk("Done.\nUs"), chunk("e it.\nUser"), chunk(":")],
        [text("Done.\n"), text("Us"), text("e it.\n"), STOP],
        id="after a false beginning",
    ),
    pytest.param(
        [chunk("Done.\n"), chunk("User"), chunk("s are"), chunk(finish="stop")],
        [text("Done.\n"), text("User"), text("s are"), ({}, "stop", False)],
        id="a word that begins alike",
    ),
    pytest.param(
        [chunk("Done.\n"), chunk("User"), chunk(finish="stop")],
        [text("Done.\n"), text("User"), ({}, "stop", False)],
        id="the end comes first",
    ),
    pytest.param(
        [chunk("Done.\nUser", finish="stop")],
        [({"content": "Done.\nUser"}, "stop", False)],
        id="the end comes with it",
    ),
    pytest.param(
        [chunk("Done.\nUser: x", finish="tool_calls", role="assistant", tool_calls=CALL)],
        [({"content": "Done.\n", "role": "assistant"}, None, False), STOP],
        id="a whole message with a call",
    ),
    pytest.param(
        [chunk(tool_calls=CALL), chunk("\nUser: x"), chunk(tool_calls=CALL)],
        [({"tool_calls": CALL}, None, False), text("\n"), ({}, "tool_calls", True)],
        id="after a call",
    ),
    pytest.param(
        [chunk("Hi\n\nUser", tool_calls=CALL), chunk(": x")],
        [({"content": "Hi\n\n", "tool_calls": CALL}, None, False), ({}, "tool_calls", True)],
        id="after a call in the same delta",
    ),
    pytest.param(
        [chunk("\nUs"), chunk("er", tool_calls=CALL), chunk(": x")],
        [
            ({"content": "", "tool_calls": CALL}, None, False),
            text("\n"),
            ({}, "tool_calls", True),
        ],
        id="around a call",
    ),
    pytest.param(
        [chunk("User", reasoning_content=LOOP)],
        [({"reasoning_content": LOOP[:192]}, None, False), LENGTH],
        id="held back beside a thought that repeats itself",
    ),
    pytest.param(
        [chunk("User: x", role="assistant")],
        [({"content": "", "role": "assistant"}, None, False), STOP],
        id="nothing else",
    ),
    pytest.param([chunk("User: x")], [STOP], id="nothing at all"),
    pytest.param(
        [chunk("Done."), chunk("\n\nUser"), chunk(":")],
        [text("Done."), text("\n\n"), STOP],
        id="after white space in the same chunk",
    ),
    pytest.param(
        [chunk("\nUser"), chunk("\n Us"), chunk("er"), chunk(":")],
        [text("\nUser"), text("\n "), STOP],
        id="twice in a row",
    ),
    pytest.param(
        [chunk(reasoning="Hm\nUser: x"), chunk("Hi")],
        [({"reasoning": "Hm\nUser: x"}, None, False), text("Hi")],
        id="in a thought",
    ),
    pytest.param([chunk(LOOP)], [text(LOOP[:192]), LENGTH], id="a repetition"),
    pytest.param(
        [chunk(reasoning_content=LOOP), chunk("Hi")],
        [({"reasoning_content": LOOP[:192]}, None, False), LENGTH],
        id="a thought that repeats itself",
    ),
    pytest.param(
        [chunk(content="Hi", reasoning=LOOP, finish="stop")],
        [({"reasoning": LOOP[:192]}, None, False), LENGTH],
        id="text after such a thought",
    ),
    pytest.param(
        [chunk(LOOP + "\nUser: x")], [text(LOOP[:192]), LENGTH], id="what comes first counts"
    ),
    pytest.param(
        [chunk("Go.\nUser: x\n" + LOOP)],
        [text("Go.\n"), STOP],
        id="what comes first counts as well",
    ),
    pytest.param(
        [chunk(content=[{"type": "text", "text": "\nUser: x"}])],
        [({"content": [{"type": "text", "text": "\nUser: x"}]}, None, False)],
        id="parts",
    ),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("chunks", "expected"), CASES)
def test_cases(chunks: list[Chunk], expected: list[Any]) -> None:
    """Chunks in, chunks out."""
    assert given(*chunks) == expected


def test_settings_turn_each_off() -> None:
    """By itself."""
    turn, loop = chunk("\nUser: x"), chunk(LOOP)
    assert given(turn, settings=Settings(guillotine=False)) == [text("\nUser: x")]
    assert given(loop, settings=Settings(guillotine=False))[-1] == LENGTH
    assert given(loop, settings=Settings(repetition=False)) == [text(LOOP)]
    assert given(turn, settings=Settings(repetition=False))[-1] == STOP


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize("guillotine", [True, False])
def test_code_may_repeat_itself(size: int, guillotine: bool) -> None:
    """For longer than a text, however it comes, and not after its end."""
    settings = Settings(guillotine=guillotine)

    def left(said: str) -> int:
        pieces = [chunk(said[at : at + size]) for at in range(0, len(said), size)]
        found = given(*pieces, settings=settings)
        return sum(len(delta.get("content", "")) for delta, _, _ in found)

    code = "Here:\n\n1. ```json\n" + "    null,\n" * 60 + "```\n"
    assert left(code + "Done.") == len(code) + 5
    assert left(code + "again\n" * 60) < len(code) + 6 * 40
    assert left(code + "again\n" * 60) > len(code)
    assert left("```\n" + "null,\n" * 600) < 6 * 330


def test_a_prompt_that_holds_a_transcript_turns_the_guillotine_off() -> None:
    """Its last message, that is."""
    messages = [{"role": "user", "content": "Go on:\nUser: hi\nBot: hello"}]
    assert given(chunk("\nUser: x"), messages=messages) == [text("\nUser: x")]


def test_what_is_held_back_goes_on_as_it_came() -> None:
    """B3: an event is never cut in half, and ordinary text loses no byte."""
    chunks = [chunk(word)._replace(raw=word.encode()) for word in ("Hi.", "\nUser", " like", "!")]
    stage = Cutting(context())
    gone = [[one.raw for one in stage.received(each)] for each in chunks]
    assert gone == [[b"Hi."], [], [b"\nUser", b" like"], [b"!"]]


def test_other_chunks_do_not_wait_for_text() -> None:
    """Calls and thoughts pass what is held back."""
    stage = Cutting(context())
    held, call = chunk("User"), chunk(tool_calls=CALL)
    assert not stage.received(held)
    assert stage.received(call) == (call,)
    assert stage.received(chunk(finish="stop")) == (held, chunk(finish="stop"))


def test_usage_goes_with_the_end() -> None:
    """The upstream's where it told it, else an estimate."""
    known = context()
    [_, end] = passed(Cutting(known), chunk("Hi\nUser: x", usage={"total_tokens": 5}))
    assert end.data["usage"] == {"total_tokens": 5}
    [_, end] = passed(Cutting(known), chunk("Hi\nUser: x"))
    assert end.data["usage"]["estimated"] is True
    assert end.data["usage"]["completion_tokens"] == 1


def test_one_choice_of_several_is_cut_alone() -> None:
    """The answer goes on until all have ended."""
    turn = chunk("\nUser: x")
    other, other_turn = chunk("Hi", index=1), chunk("\nUser: x", index=1)
    found = given(other, turn, chunk("y"), chunk(finish="stop"), other, other_turn, other, n=2)
    assert found == [text("Hi"), text("\n"), ({}, "stop", False), text("Hi"), text("\n"), STOP]


def test_a_cut_ends_an_answer_in_which_nothing_else_goes_on() -> None:
    """Whatever was asked for: some upstreams know one choice only, and others finish earlier."""
    turn, end = chunk("\nUser: x"), chunk(finish="length", index=1)
    assert given(turn, chunk("y"), n=2) == [text("\n"), STOP]
    assert given(chunk("Hi", index=1), end, turn, n=3)[2:] == [text("\n"), STOP]
    found = given(chunk("Hi", index=1), turn, chunk("y"), end, chunk("y"), n=2)
    assert found[1:] == [text("\n"), ({}, "stop", False), ({}, "length", True)]
    assert given(chunk("Hi", index=1), end, chunk("Hi"), chunk("!"), n=2)[-1] == text("!")


def test_choices_in_one_chunk() -> None:
    """As in a JSON answer: the chunk itself, unless one of them is cut."""

    def both(*texts: str) -> Chunk:
        choices = [
            {"index": i, "delta": {"content": t}, "finish_reason": "stop"}
            for i, t in enumerate(texts)
        ]
        return Chunk.of({"choices": choices}, b"raw")

    ordinary = both("a", "b")
    assert passed(Cutting(context(n=2)), ordinary) == [ordinary]
    out = passed(Cutting(context(n=2)), both("a", "b\nUser: x"))
    assert [(one.choices[0]["index"], one.choices[0]["delta"]) for one in out] == [
        (0, {"content": "a"}),
        (1, {"content": "b\n"}),
        (1, {}),
    ]


def test_an_estimate_counts_all_choices() -> None:
    """It is the usage of the answer, not of the choice that was cut last."""
    turns = [chunk(f"{'x' * 400}\nUser: hi"), chunk("yy\nUser: hi", index=1)]
    end = passed(Cutting(context(n=2)), *turns)[-1]
    assert end.data["usage"]["completion_tokens"] == 101


@pytest.mark.parametrize("came", [True, False])
def test_what_is_held_back_has_a_bound_in_bytes(came: bool) -> None:
    """Beyond it, what is held back goes on, in order."""
    stage, held, gone = Cutting(context()), 0, []
    sent = [chunk(letter) for letter in "User" + " " * 100]
    for one in sent:
        padded = one.but(pad="p" * 1000)
        padded = padded._replace(raw=b"r" * 1100) if came else padded
        given = stage.received(padded)
        held += 1 - len(given)
        gone += [each.choices for each in given]
        assert held * 1000 <= BYTE_LIMIT
    assert gone == [one.choices for one in sent[: len(gone)]]
    assert len(gone) > 50
    [*_, end] = stage.received(chunk(": x"))
    assert (end.choices[0]["finish_reason"], end.last) == ("stop", True)
