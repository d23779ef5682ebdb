"""Tool calls reach the client one by one, numbered, each with an identifier of its own."""

from itertools import count
from typing import Any

import pytest

from pollinations.chat.completion import Completion
from pollinations.errors import UpstreamFailed
from pollinations.stages.tool_calls import CALL_LIMIT, ToolCalls
from pollinations.testing.chunks import chunk, context, passed


def entry(index: Any = 0, id: Any = None, name: Any = None, args: Any = None, **more: Any) -> Any:
    """What an upstream sends of a call, without what is ``None``."""
    function = {"name": name, "arguments": args}
    fields = {"index": index, "id": id, "type": "function" if id else None}
    return {
        **{key: value for key, value in fields.items() if value is not None},
        "function": {key: value for key, value in function.items() if value is not None},
        **more,
    }


def given(*deltas: Any) -> list[list[Any]]:
    """What a client gets of the ``tool_calls`` of each delta; made identifiers are m1, m2…"""
    numbers = count(1)
    stage = ToolCalls(context(make_id=lambda: f"m{next(numbers)}"))
    chunks = passed(stage, *(chunk(tool_calls=delta) for delta in deltas))
    return [one.choices[0]["delta"].get("tool_calls", []) for one in chunks]


NULL_NAME = {"function": {"name": None, "arguments": "}"}}

CASES = [
    pytest.param(
        [[entry(0, "a", "f", "{")], [entry(0, args="}")]],
        [[entry(0, "a", "f", "{")], [entry(0, args="}")]],
        id="as OpenAI sends them",
    ),
    pytest.param(
        [[entry(0, "a", "f", "{}"), entry(1, "b", "g", "{}")]],
        [[entry(0, "a", "f", "{}"), entry(1, "b", "g", "{}")]],
        id="whole calls in one delta",
    ),
    pytest.param(
        [[None, entry(0, "a", "f", "{}"), None]], [[entry(0, "a", "f", "{}")]], id="null entries"
    ),
    pytest.param([[None]], [[]], id="nothing but null"),
    pytest.param(
        [entry(0, "a", "f", "{"), entry(0, args="}")],
        [[entry(0, "a", "f", "{")], [entry(0, args="}")]],
        id="an object instead of a list",
    ),
    pytest.param(
        [[entry(0, "a", "f", '{"a":"')], entry(0, args="b")],
        [[entry(0, "a", "f", '{"a":"')], [entry(0, args="b")]],
        id="an object that brings more of a text",
    ),
    pytest.param(
        [
            [entry(0, "a", "f", "")],
            [{"index": 0, "id": "", "type": "", "function": {"name": "", "arguments": "{"}}],
            [{"index": 0, "id": None, "type": None, "function": {"arguments": "}"}}],
        ],
        [[entry(0, "a", "f", "")], [entry(0, args="{")], [entry(0, args="}")]],
        id="an empty header on every piece",
    ),
    pytest.param([["x", 7, []]], [[]], id="nothing but nonsense"),
    pytest.param(
        [[entry(0, "a", "f", "{")], [{"index": 0, "name": None, **NULL_NAME}]],
        [[entry(0, "a", "f", "{")], [entry(0, args="}")]],
        id="null names",
    ),
    pytest.param(
        [[entry(0, "a", "f", "{}")], [entry(0, "b", "g", "{}")], [entry(0, "c", "f", "{}")]],
        [[entry(0, "a", "f", "{}")], [entry(1, "b", "g", "{}")], [entry(2, "c", "f", "{}")]],
        id="all at index 0",
    ),
    pytest.param(
        [
            [entry(0, "a", "f", "")],
            [entry(0, args="{}")],
            [entry(0, "b", "g", "")],
            [entry(0, args='{"x"')],
            [entry(0, args=":1}")],
        ],
        [
            [entry(0, "a", "f", "")],
            [entry(0, args="{}")],
            [entry(1, "b", "g", "")],
            [entry(1, args='{"x"')],
            [entry(1, args=":1}")],
        ],
        id="all at index 0, in pieces",
    ),
    pytest.param(
        [[entry(3, "a", "f", "{}")], [entry(5, "b", "g", "{}")]],
        [[entry(0, "a", "f", "{}")], [entry(1, "b", "g", "{}")]],
        id="numbered from elsewhere",
    ),
    pytest.param(
        [[entry(None, "a", "f", "{}"), entry(None, "b", "g", "{}")]],
        [[entry(0, "a", "f", "{}"), entry(1, "b", "g", "{}")]],
        id="not numbered",
    ),
    pytest.param(
        [[entry(None, "a", "f", "{")], [entry(None, args="}")]],
        [[entry(0, "a", "f", "{")], [entry(0, args="}")]],
        id="not numbered, in pieces",
    ),
    pytest.param(
        [[entry(0, None, "f", "{}")], [entry(1, "", "g", "{}")]],
        [[entry(0, "m1", "f", "{}")], [entry(1, "m2", "g", "{}")]],
        id="without identifiers",
    ),
    pytest.param(
        [[entry(0, None, "f", "{")], [entry(0, "late", args="}")], [entry(0, "late", args=" ")]],
        [
            [entry(0, "m1", "f", "{")],
            [{**entry(0, args="}"), "type": "function"}],
            [{**entry(0, args=" "), "type": "function"}],
        ],
        id="an identifier that comes late",
    ),
    pytest.param(
        [[entry(0, None, "f", "{}")], [entry(0, None, "g", "{}")], [entry(0, None, "g", "{}")]],
        [[entry(0, "m1", "f", "{}")], [entry(1, "m2", "g", "{}")], [entry(2, "m3", "g", "{}")]],
        id="neither identifiers nor numbers",
    ),
    pytest.param(
        [[entry(0, "a", "f", "{}"), entry(1, "a", "g", "{}")], [entry(2, "a", "g", "{}")]],
        [[entry(0, "a", "f", "{}"), entry(1, "m1", "g", "{}")], [entry(2, "m2", "g", "{}")]],
        id="an identifier again and again",
    ),
    pytest.param(
        [[entry(0, "a", "f", "{}"), entry(0, "a", "f", "{}")]],
        [[entry(0, "a", "f", "{}"), entry(1, "m1", "f", "{}")]],
        id="the same header again",
    ),
    pytest.param(
        [[entry(0, "a", "f", "{")], [entry(0, "a", "f", "}")], [entry(0, "a", "f", "")]],
        [
            [entry(0, "a", "f", "{")],
            [{**entry(0, args="}"), "type": "function"}],
            [{**entry(0, args=""), "type": "function"}],
        ],
        id="a header on every piece",
    ),
    pytest.param(
        [[entry(0, "a", "f", '{"x":1}{"x":2}')]],
        [[entry(0, "a", "f", '{"x":1}'), entry(1, "m1", "f", '{"x":2}')]],
        id="objects in a row",
    ),
    pytest.param(
        [[entry(0, "a", "f", '{"x":')], [entry(0, args="1}{")], [entry(0, args="}{}")]],
        [
            [entry(0, "a", "f", '{"x":')],
            [entry(0, args="1}"), entry(1, "m1", "f", "{")],
            [entry(1, args="}"), entry(2, "m2", "f", "{}")],
        ],
        id="objects in a row, in pieces",
    ),
    pytest.param(
        [[entry(0, "a", "f", "{}")], [entry(0, args="{}")]],
        [[entry(0, "a", "f", "{}")], [entry(1, "m1", "f", "{}")]],
        id="an object after a whole one",
    ),
    pytest.param([[entry(0, "a", "f", {"x": 1})]], [[entry(0, "a", "f", '{"x":1}')]], id="no text"),
    pytest.param(
        [[entry(0, "a")], [entry(0, name="f", args="{}")]],
        [[entry(0, "a", args="")], [entry(0, name="f", args="{}")]],
        id="a name that comes late",
    ),
    pytest.param([[entry(0, 7, "f", "{}")]], [[entry(0, "7", "f", "{}")]], id="a numeric one"),
    pytest.param([[{"index": 0, "id": "a"}]], [[entry(0, "a", args="")]], id="no function"),
    pytest.param(
        [
            [entry(0, "a", "f")],
            [{"index": 1, "id": "b", "function": {"name": "g", "arguments": None}}],
            [{"index": 1, "function": {"arguments": None}}],
        ],
        [[entry(0, "a", "f", "")], [entry(1, "b", "g", "")], [entry(1, args="")]],
        id="no arguments",
    ),
    pytest.param(
        [[entry("0", "a", "f", "{}")], [entry([], args="{}")]],
        [[entry(0, "a", "f", "{}")], [entry(1, "m1", "f", "{}")]],
        id="indices that are none",
    ),
]


@pytest.mark.parametrize(("deltas", "expected"), CASES)
def test_cases(deltas: list[Any], expected: list[list[Any]]) -> None:
    """What upstreams do, and what a client sees of it."""
    assert given(*deltas) == expected


def custom(index: int, id: str, name: str, input: str) -> Any:
    return {"index": index, "id": id, "type": "custom", "custom": {"name": name, "input": input}}


MORE = {"index": 0, "custom": {"input": "(1)"}}

CUSTOM = [
    pytest.param(
        [[custom(0, "a", "f", "x")], [MORE]], [[custom(0, "a", "f", "x")], [MORE]], id="in pieces"
    ),
    pytest.param(
        [[custom(0, "a", "f", "{}{}")], [custom(0, "b", "f", "x")], [MORE]],
        [[custom(0, "a", "f", "{}{}")], [custom(1, "b", "f", "x")], [{**MORE, "index": 1}]],
        id="all at index 0",
    ),
    pytest.param(
        [[custom(0, "", "f", "x"), entry(1, "a", "g", "{}")]],
        [[custom(0, "m1", "f", "x"), entry(1, "a", "g", "{}")]],
        id="without an identifier, beside a function",
    ),
    pytest.param(
        [[{**custom(0, "a", "f", "x"), "function": None}]], [[custom(0, "a", "f", "x")]], id="null"
    ),
]


@pytest.mark.parametrize(("deltas", "expected"), CUSTOM)
def test_custom_calls(deltas: list[Any], expected: list[list[Any]]) -> None:
    """Their input is text of any kind: nothing is looked for in it, no function is added."""
    assert given(*deltas) == expected


NOTHING = [{}, {"arguments": None}, {"arguments": ""}, {"arguments": " "}]


@pytest.mark.parametrize("function", NOTHING)
@pytest.mark.parametrize(("said", "added"), [("stop", "{}"), ("tool_use", "{}"), ("length", "")])
def test_a_call_without_arguments_ends_with_an_empty_object(
    function: dict[str, Any], said: str, added: str
) -> None:
    """Which clients can parse, unless the answer was cut off: then more was to come."""
    stage = ToolCalls(context())
    called = {"index": 0, "id": "a", "function": {"name": "f", **function}}
    begun = [called, entry(1, "b", "g", "{}"), custom(2, "c", "h", "")]
    whole = Completion()
    for one in passed(stage, chunk(tool_calls=begun), chunk(finish=said), chunk(finish=said)):
        whole.add(one)
    calls = whole.whole()["choices"][0]["message"]["tool_calls"]
    given = [call["function"]["arguments"].strip() for call in calls[:2]]
    assert given == [added, "{}"]
    assert calls[2]["custom"] == {"name": "h", "input": ""}


def test_a_whole_answer_gets_the_missing_arguments() -> None:
    """Though they stand beside its end."""
    stage = ToolCalls(context())
    [one] = passed(stage, chunk(tool_calls=[entry(0, "a", "f")], finish="tool_calls"))
    assert one.choices[0]["delta"]["tool_calls"] == [entry(0, "a", "f", ""), entry(0, args="{}")]


@pytest.mark.parametrize("index", [False, 0.0, None, "0"])
def test_an_index_is_an_integer(index: Any) -> None:
    """Whatever else equals it to Python."""
    told = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    [[call]] = given([{"index": index, **told}])
    assert type(call["index"]) is int


def test_what_belongs_to_a_call_stays_with_it() -> None:
    """A signature is not given to the call that was split off."""
    signature = {"extra_content": {"google": {"thought_signature": "s"}}}
    [[first, second]] = given([entry(0, "a", "f", "{}{}", **signature)])
    assert first["extra_content"] == signature["extra_content"]
    assert "extra_content" not in second


def test_made_identifiers_are_unique_whoever_makes_them() -> None:
    """Even where the maker has but one."""
    stage = ToolCalls(context(make_id=lambda: "x"))
    chunks = passed(stage, chunk(tool_calls=[entry(i, None, "f", "{}") for i in range(3)]))
    assert [call["id"] for call in chunks[0].choices[0]["delta"]["tool_calls"]] == [
        "x",
        "x_2",
        "x_3",
    ]


def test_tidy_calls_keep_their_bytes() -> None:
    """A chunk with nothing to mend is the chunk that came."""
    opening = chunk(tool_calls=[entry(0, "a", "f", "")])._replace(raw=b"1")
    more = chunk(tool_calls=[entry(0, args='{"x": "')])._replace(raw=b"2")
    rest = chunk(tool_calls=[entry(0, args='y"}')])._replace(raw=b"3")
    assert [one.raw for one in passed(ToolCalls(context()), opening, more, rest)] == [
        b"1",
        b"2",
        b"3",
    ]


def test_choices_count_for_themselves() -> None:
    """And share no identifier."""
    stage = ToolCalls(context(make_id=lambda: "made"))
    one, two = (chunk(index=i, tool_calls=[entry(0, "a", "f", "{}")]) for i in (0, 1))
    given = passed(stage, one, two)
    assert given[0] is one
    assert given[1].choices[0]["delta"]["tool_calls"] == [entry(0, "made", "f", "{}")]


@pytest.mark.parametrize("args", ["{}" * (CALL_LIMIT + 1), "{}" * 1_000_000])
def test_calls_without_end_are_an_error(args: str) -> None:
    """Long before they have used up the memory."""
    with pytest.raises(UpstreamFailed, match="too many tool calls"):
        given([entry(0, "a", "f", args)])
