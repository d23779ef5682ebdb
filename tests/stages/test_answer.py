"""One answer on its way, from an upstream's bytes to the client's."""

import gc
import sys
import types
from typing import Any

import orjson
import pytest

from pollinations.chat import sse
from pollinations.chat.chunk import Chunk
from pollinations.errors import UpstreamFailed
from pollinations.routing.route import Route
from pollinations.settings.schema import Settings
from pollinations.stages import answer as answers
from pollinations.stages import stages_for
from pollinations.stages.answer import Answer
from pollinations.stages.progress import CHOICE_LIMIT
from pollinations.stages.writers import dumps
from pollinations.testing.chunks import (
    answered,
    chunk,
    context,
    counted,
    reason_of,
    streamed,
    text_of,
    told,
)

END = chunk(finish="stop")
USED = counted(prompt_tokens=3, completion_tokens=2, total_tokens=5)
CALL = {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CLEAN = streamed(chunk("", role="assistant"), chunk("Hi"), chunk("\nUser"), END, USED)
DONE = sse.encode(sse.DONE)


def answer(**known: Any) -> Answer:
    asked = context(**known)
    return Answer(asked, stages_for(asked), True)


def failure_of(data: bytes, events: bool = True, **known: Any) -> UpstreamFailed:
    with pytest.raises(UpstreamFailed) as raised:
        answered(data, context(**known), events)
    return raised.value


def body(message: Any, finish: Any = "stop", **fields: Any) -> bytes:
    choice = {"index": 0, "message": message, "finish_reason": finish}
    completion = {"id": "x", "object": "chat.completion", "choices": [choice], **fields}
    return orjson.dumps(completion)


SAID = {"role": "assistant", "content": "Hi"}

# The upstream's form, and the client's.


@pytest.mark.parametrize("size", [None, 1, 7])
@pytest.mark.parametrize("ending", [b"", b": bye\n\n", b"data: {}\n\n"])
def test_a_clean_stream_changes_no_byte(size: int | None, ending: bytes) -> None:
    """Up to its end, after which nothing counts."""
    clean = streamed(chunk("", role="assistant"), chunk("Hi"), END, USED)
    assert answered(clean + ending, context(), size=size) == clean


@pytest.mark.parametrize(
    "event",
    [
        b'data:{"choices":[{"index":0,"delta":{"content":"a"}}]}\r\n\r\n',
        b'event: x\nid: 3\ndata: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n',
        b'data: {"choices":\ndata: [{"index":0,"delta":{"content":"a"},"mystery":{"x":1}}]}\n\n',
        b'data: {"choices":[{"index":0,"delta":{"content":"\\u00e9"},"logprobs":{}}]}\n\n',
        b'data: {"choices":[],"prompt_filter_results":[{"prompt_index":0}]}\n\n',
        b": ping\n\n",
    ],
)
def test_an_event_in_any_spelling_leaves_as_it_came(event: bytes) -> None:
    """White space, order, escapes, further fields and lines: all are the upstream's business."""
    data = streamed(chunk("Hi"), done=False) + event + streamed(END)
    assert answered(data, context()) == data


@pytest.mark.parametrize(
    "dropped",
    [
        b"event: ping\ndata: {}\n\n",
        b"id: 7\n\n",
        b"retry: 100\n\n",
        b"data: keep-alive\n\n",
        b'data: {"type": "ping"}\n\n',
        b'data: {"choices": null}\n\n',
        b"data: " + b"[" * 4000 + b"\n\n",
        b"\n\n",
    ],
)
def test_what_is_no_chunk_is_dropped(dropped: bytes) -> None:
    """Clients break on it, wherever it comes."""
    assert answered(dropped + CLEAN, context()) == answered(CLEAN, context())
    middle = streamed(chunk("Hi"), done=False) + dropped + streamed(END)
    assert answered(middle, context()) == streamed(chunk("Hi"), END)


@pytest.mark.parametrize("fields", [{}, {"usage": {"total_tokens": 3}, "mystery": [1]}])
@pytest.mark.parametrize("events", [False, True])
def test_an_unchanged_json_answer_leaves_as_it_came(fields: Any, events: bool) -> None:
    """Whatever the upstream calls it, and with its white space."""
    calls = {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        ],
    }
    for data in (body(SAID, **fields), b" " + body(calls, "tool_calls", **fields) + b"\n"):
        assert answered(data, context(stream=False), events) == data.lstrip()


def test_a_json_answer_without_a_message_gets_one() -> None:
    """A client's library would break without it."""
    data = b'{"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}, 7]}'
    whole = orjson.loads(answered(data, context(stream=False), False))
    assert whole["choices"] == [{"index": 0, "message": SAID, "finish_reason": "stop"}]


def test_a_json_answer_becomes_a_stream() -> None:
    """For a client that asked for one: message, end, usage."""
    calls = [
        {"id": i, "type": "function", "function": {"name": "f", "arguments": "{}"}} for i in "ab"
    ]
    data = body({**SAID, "tool_calls": calls}, "stop", usage={"total_tokens": 3}, created=7)
    first, end, usage, done = told(answered(data, context(), False))
    [choice] = first["choices"]
    assert choice["delta"] == {
        **SAID,
        "tool_calls": [{**c, "index": i} for i, c in enumerate(calls)],
    }
    assert choice["finish_reason"] is None
    assert end["choices"] == [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]
    assert (usage["choices"], usage["usage"], done) == ([], {"total_tokens": 3}, "[DONE]")
    assert {e["object"] for e in (first, end, usage)} == {"chat.completion.chunk"}
    assert {e["id"] for e in (first, end, usage)} == {"x"}


def test_a_stream_becomes_a_json_answer() -> None:
    """For a client that asked for no stream: nothing leaves before the end."""
    one = answer(stream=False)
    assert one.received(b": ping\n\n" + CLEAN[:-20]) == b""
    assert one.release() == b""
    whole = orjson.loads(one.received(CLEAN[-20:]))
    assert whole["object"] == "chat.completion"
    assert whole["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hi\nUser"},
            "finish_reason": "stop",
        }
    ]
    assert whole["usage"] == USED.data["usage"]


def test_the_first_byte_tells_the_form() -> None:
    """What the upstream's header says is not always true."""
    assert answered(CLEAN, context(), events=False) == answered(CLEAN, context())
    assert told(answered(b"\n " + body(SAID), context(), events=True))[-1] == "[DONE]"


# The end.


def test_one_done_and_it_is_last() -> None:
    """However many the upstream sends, and if it sends none."""
    for ending in (b"", DONE, DONE + DONE, DONE + streamed(chunk("late"))):
        given = answered(streamed(chunk("Hi"), END, done=False) + ending, context())
        assert given == streamed(chunk("Hi"), END)


def test_an_answer_is_over_at_done() -> None:
    """Nothing more needs to be read."""
    one = answer()
    assert not one.ended
    one.received(CLEAN)
    assert one.ended
    assert (one.received(b"data: x\n\n"), one.closed(), one.release()) == (b"", b"", b"")


@pytest.mark.parametrize("size", [None, 1])
def test_a_proper_end_without_a_finish_reason_gets_one(size: int | None) -> None:
    """Or OpenCode would ask again for ever. It stands before the usage."""
    events = told(answered(streamed(chunk("Hi"), USED), context(), size=size))
    assert [e["choices"][0]["finish_reason"] for e in events[:2]] == [None, "stop"]
    assert events[2:] == [USED.data, "[DONE]"]
    called = told(answered(streamed(chunk(tool_calls=[CALL])), context()))
    assert reason_of(called) == "tool_calls"


def test_a_json_answer_without_a_finish_reason_gets_one() -> None:
    """In both forms."""
    for finish in (None, "", 7):
        whole = orjson.loads(answered(body(SAID, finish), context(stream=False), False))
        assert whole["choices"][0]["finish_reason"] == "stop"
        assert reason_of(told(answered(body(SAID, finish), context(), False))) == "stop"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"data: ",
        streamed(chunk("Hi"), done=False),
        streamed(chunk("Hi"), done=False)[:-1],
        streamed(chunk("Hi"), chunk("Yo", index=1), END, done=False),
        CLEAN[: len(CLEAN) // 2],
        b": ping\n\n",
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_that_breaks_off_is_not_whole(data: bytes, stream: bool) -> None:
    """B4, B12: a client is never told that it was."""
    failure = failure_of(data, stream=stream)
    assert (failure.phase, failure.status, failure.code) == ("stream", 502, "incomplete_answer")


def test_a_finish_reason_without_done_is_whole() -> None:
    """On every choice that began; the last event may lack its blank line."""
    data = streamed(
        chunk("Hi"), chunk("Yo", index=1), END, chunk(finish="stop", index=1), done=False
    )
    assert answered(data[:-2], context()) == data + DONE


def test_usage_is_told_to_the_proxy_too() -> None:
    """As soon as the upstream has counted, though the client hears of it at the end."""
    one = answer()
    assert one.usage is None
    one.received(streamed(chunk("Hi", usage={"total_tokens": 1}), done=False))
    assert one.usage == {"total_tokens": 1}
    one.received(streamed(chunk("\nUser: x")))
    assert one.usage == {"total_tokens": 1}
    cut = answer()
    cut.received(streamed(chunk("Hi\nUser: x")))
    assert cut.usage is not None
    assert cut.usage["estimated"] is True


def test_a_turn_for_the_user_ends_the_answer() -> None:
    """B3: in JSON the new line is two characters, and the events may be cut anywhere."""
    data = streamed(chunk("Done.\n"), chunk("\nUs"), chunk("er: go"), chunk(tool_calls=[CALL]))
    for size in (None, 1):
        events = told(answered(data, context(), size=size))
        assert (text_of(events), reason_of(events), events[-1]) == ("Done.\n\n", "stop", "[DONE]")
        assert events[-2]["usage"]["estimated"] is True
        assert b"tool_calls" not in orjson.dumps(events)


def test_a_cut_answer_needs_no_more_of_the_upstream() -> None:
    """It is over while the upstream still talks."""
    one = answer()
    one.received(streamed(chunk("\nUser: x"), done=False))
    assert one.ended


def test_a_custom_call_leaves_as_it_came() -> None:
    """In both forms; in a stream its input comes in pieces."""
    call = {"id": "a", "type": "custom", "custom": {"name": "code", "input": "print(1)"}}
    data = body({**SAID, "tool_calls": [call]}, "tool_calls")
    assert answered(data, context(stream=False), False) == data
    pieces = streamed(
        chunk(tool_calls=[{**call, "index": 0, "custom": {"name": "code", "input": "print"}}]),
        chunk(tool_calls=[{"index": 0, "custom": {"input": "(1)"}}]),
        chunk(finish="tool_calls"),
    )
    assert answered(pieces, context()) == pieces
    whole = orjson.loads(answered(pieces, context(stream=False)))
    assert whole["choices"][0]["message"]["tool_calls"] == [call]


@pytest.mark.parametrize("stream", [True, False])
def test_a_json_answer_loses_no_choice_when_one_is_cut(stream: bool) -> None:
    """All of them have come by then."""
    choices = [
        {"index": i, "message": {**SAID, "content": text}, "finish_reason": "stop"}
        for i, text in enumerate(("Done.\nUser: x", "Hi", "Ho"))
    ]
    data = orjson.dumps({"choices": choices})
    given = answered(data, context(stream=stream, n=3), False)
    if stream:
        events = told(given)
        assert [text_of(events, index=i) for i in range(3)] == ["Done.\n", "Hi", "Ho"]
        assert events.count("[DONE]") == 1
    else:
        texts = [choice["message"]["content"] for choice in orjson.loads(given)["choices"]]
        assert texts == ["Done.\n", "Hi", "Ho"]


CREDITS = "The account behind this API key doesn't have enough credits"
HELD_UNTIL_CUT = [
    pytest.param([chunk(" " * 50)] * 35, id="a repetition"),
    pytest.param([chunk(f"{CREDITS}.\n\nUser: hi"), END], id="a turn"),
    pytest.param([chunk(f"{CREDITS}.\n\nUser: hi"), END, USED], id="a turn that was counted"),
]


@pytest.mark.parametrize("chunks", HELD_UNTIL_CUT)
@pytest.mark.parametrize("size", [None, 1])
def test_an_answer_that_is_cut_when_it_is_released_ends_once(
    chunks: list[Chunk], size: int | None
) -> None:
    """What might have been a refusal was held back until the upstream had ended."""
    events = told(answered(streamed(*chunks), context(), size=size))
    assert events.count("[DONE]") == 1
    assert events[-1] == "[DONE]"
    assert len([event for event in events[:-1] if event.get("usage")]) == 1
    whole = orjson.loads(answered(streamed(*chunks), context(stream=False), size=size))
    assert whole["choices"][0]["finish_reason"] == reason_of(events)
    assert ("estimated" in whole["usage"]) is (USED not in chunks)


def test_an_answer_that_time_releases_ends_once() -> None:
    """When it is cut by then."""
    one = answer()
    assert one.received(streamed(chunk(f"{CREDITS}.\n\nUser: hi"), done=False)) == b""
    events = told(one.release())
    assert (events.count("[DONE]"), events[-1], one.ended) == (1, "[DONE]", True)


def test_yaml_at_the_beginning_of_a_piece_is_left_alone() -> None:
    """B3: where a network chunk happens to begin means nothing."""
    data = streamed(chunk("user: root\n"), chunk("User"), chunk("name: x\nuser: y"), END)
    assert answered(data, context(), size=40) == data


# What is said with a finish reason, a notice, a split letter.


def test_words_cut_by_the_network() -> None:
    """B1, B2, B18: UTF-8, a finish reason or a signature in two reads are as good as in one."""
    said = chunk("café 😀", thought_signature="sig", finish="STOP")
    learned: dict[str, str] = {}
    for size in range(1, 40):
        learned.clear()
        known = context(learn=learned.__setitem__)
        events = told(answered(streamed(said), known, size=size))
        assert (text_of(events), reason_of(events)) == ("café 😀", "stop")
        assert list(learned.values()) == ["sig"]


def test_escapes_in_a_signature_are_read() -> None:
    """B18: it is JSON text, not the characters of JSON."""
    learned: dict[str, str] = {}
    data = b'data: {"choices":[{"index":0,"delta":{"thought_signature":"a\\u003d\\/"}}]}\n\n'
    answered(data + DONE, context(learn=learned.__setitem__))
    assert list(learned.values()) == ["a=/"]


def test_an_answer_of_the_model_that_took_over_passes_all_stages() -> None:
    """B11: it is mended, cut and learned from like any other; B6: JSON stays JSON."""
    route = Route("free", "mistral", "Rate Limit (Upstream 429)")
    data = streamed(chunk("Hi"), chunk(finish="STOP"))
    events = told(answered(data, context(route=route)))
    assert text_of(events).startswith("Hi\n\n> ⚠️ **Safety Net**: Rate Limit")
    assert reason_of(events) == "stop"
    whole = orjson.loads(answered(body(SAID, "STOP"), context(stream=False, route=route), False))
    assert whole["choices"][0]["message"]["content"] == text_of(events)
    assert whole["choices"][0]["finish_reason"] == "stop"


# What is no answer.

SPOKEN_ERRORS = [
    (b'data: {"type":"error","code":"server_error","message":"bad"}\n\n', "bad"),
    (b'data: {"object":"error","message":"bad","code":500}\n\n', "bad"),
    (b'event: error\ndata: {"message":"bad"}\n\n', "bad"),
    (b'event:error\r\ndata: {"error":{"message":"bad"}}\r\n\r\n', "bad"),
    (b'data: {"message":"bad"}\nevent: error\n\n', "bad"),
    (b"event: error\ndata: overloaded\n\n", "overloaded"),
    (b'event: error\ndata: "overloaded"\n\n', "overloaded"),
    (b"event: error\ndata: [DONE]\n\n", "[DONE]"),
    (b"event: error\ndata:\n\n", "The upstream gave no reason."),
]


@pytest.mark.parametrize(("event", "message"), SPOKEN_ERRORS)
@pytest.mark.parametrize("size", [None, 1])
def test_an_error_in_any_form_is_a_failure(event: bytes, message: str, size: int | None) -> None:
    """In the middle of a stream it is not followed by an end that nobody sent."""
    known = context()
    for before, phase in ((b"", "reply"), (streamed(chunk("Hi"), done=False), "stream")):
        with pytest.raises(UpstreamFailed) as raised:
            answered(before + event + streamed(END), known, size=size)
        assert (raised.value.phase, raised.value.message) == (phase, message)


def test_an_error_without_an_envelope_is_a_failure_in_json_too() -> None:
    """With what it says."""
    failure = failure_of(b'{"type":"error","code":"server_error","message":"bad"}', False)
    assert (failure.status, failure.code, failure.message) == (502, "server_error", "bad")


REFUSED = chunk("The API key used for this request has reached its budget. https://x/?ref=agent_y")

NO_ANSWERS = [
    (b"<!DOCTYPE html><html></html>", "html_page", 502),
    (b" \n<html>", "html_page", 502),
    (b'{"choices": [', "not_json", 502),
    (b"{" * 5000, "not_json", 502),
    (b"[1, 2]", "not_an_answer", 502),
    (b"{}", "empty_answer", 502),
    (b'{"choices": []}', "empty_answer", 502),
    (b'{"choices": null}', "empty_answer", 502),
    (b'{"choices": [null, 3]}', "empty_answer", 502),
    (b'{"error": {"message": "No", "code": "teapot", "status": 418}}', "teapot", 418),
    (b'{"error": "It broke"}', "upstream_error", 502),
    (DONE, "empty_answer", 502),
    (streamed(USED), "empty_answer", 502),
    (streamed(Chunk.of({"choices": [], "error": {"message": "No"}})), "upstream_error", 502),
    (
        streamed(chunk("", role="assistant"), Chunk.of({"choices": [], "error": "It broke"})),
        "upstream_error",
        502,
    ),
    (streamed(REFUSED, END), "key_budget_exhausted", 402),
    (body({"content": REFUSED.choices[0]["delta"]["content"]}), "key_budget_exhausted", 402),
]


@pytest.mark.parametrize(("data", "code", "status"), NO_ANSWERS)
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("size", [None, 1])
def test_no_answers(data: bytes, code: str, status: int, stream: bool, size: int | None) -> None:
    """Fail before a byte has left, so that somebody else can be asked."""
    known = context(stream=stream)
    with pytest.raises(UpstreamFailed) as raised:
        answered(data, known, data[:1] == b"d", size)
    failure = raised.value
    assert (failure.phase, failure.code, failure.status) == ("reply", code, status)


@pytest.mark.parametrize("text", [b"error code: 520", b"Bad gateway", b"ok", b"7"])
@pytest.mark.parametrize("events", [True, False])
def test_plain_text_is_no_answer(text: bytes, events: bool) -> None:
    """Whatever form was announced."""
    assert failure_of(text, events).status == 502


def test_an_error_after_text_waits_for_the_text_to_leave() -> None:
    """What came before it reaches the client, however the network cut it."""
    good, bad = streamed(chunk("Hi"), done=False), b'data: {"error": {"message": "No"}}\n\n'
    together, apart = answer(), answer()
    assert together.received(good + bad) == good
    assert apart.received(good) == good
    assert apart.failure is None
    for one, more in ((together, b""), (apart, bad)):
        with pytest.raises(UpstreamFailed) as raised:
            one.received(more)
        assert (raised.value.phase, raised.value.message) == ("stream", "No")
        assert one.failure == raised.value
        assert not one.ended
        for again in (one.closed, one.release):
            with pytest.raises(UpstreamFailed):
                again()


def test_a_comment_does_not_spend_the_status() -> None:
    """It waits until something else leaves, or is forgotten with it."""
    one = answer()
    assert one.received(b": wait\n\n") == b""
    assert one.received(b": wait\n\n" * 1000) == b""
    given = one.received(streamed(chunk("Hi"), done=False))
    assert given.endswith(b": wait\n\n" + streamed(chunk("Hi"), done=False))
    assert len(given) < answers.COMMENT_LIMIT + 300
    assert one.received(b": wait\n\n") == b": wait\n\n"
    refused = answer()
    assert refused.received(b": wait\n\n") == b""
    with pytest.raises(UpstreamFailed, match="budget"):
        refused.received(streamed(REFUSED, END))


def test_time_releases_what_is_held_back() -> None:
    """As it came, and a refusal that goes on is then an answer."""
    one = answer()
    begun = streamed(chunk("", role="assistant"), chunk("The API key used"), done=False)
    assert one.received(begun) == b""
    assert one.release() == begun
    assert one.release() == b""
    rest = streamed(chunk(" for this request has reached its budget. ref=agent_"), END)
    assert one.received(rest) == rest


# Limits.


def test_a_large_event_passes_and_a_larger_one_does_not() -> None:
    """Eight mebibytes are the limit."""
    settings = Settings(repetition=False)
    large = streamed(chunk("x" * 8_000_000), END)
    assert answered(large, context(settings=settings)) == large
    failure = failure_of(streamed(chunk("x" * 9_000_000), END))
    assert (failure.status, failure.code) == (502, "too_large")


def test_what_must_be_whole_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream for a client who wants a stream has none."""
    monkeypatch.setattr(answers, "WHOLE_LIMIT", 1000)
    long = streamed(*[chunk("Hi")] * 50, END)
    assert answered(long, context(), size=100) == long
    for data, stream, events in ((long, False, True), (body("x" * 1000), True, False)):
        with pytest.raises(UpstreamFailed, match="too large"):
            answered(data, context(stream=stream), events)


@pytest.mark.parametrize("stream", [False, True])
def test_a_json_answer_has_a_limit_of_its_own(stream: bool) -> None:
    """Sixteen MiB, which is a hundred times the longest text."""
    large = body({"role": "assistant", "content": "x" * (15 << 20)})
    assert answered(large, context(stream=stream), events=False, size=1 << 20)
    with pytest.raises(UpstreamFailed, match="too large"):
        answered(b" " + large + b" " * (2 << 20), context(stream=stream), False, size=1 << 20)


@pytest.mark.parametrize("pieces", [(b"{not ", b"json"), (b"data: {not", b" json")])
def test_a_failure_keeps_nothing_of_what_came(pieces: tuple[bytes, ...]) -> None:
    """Failures live for as long as anybody knows of them, and what came may be large."""
    failing = answer(stream=False)
    failing.received(pieces[0] + b" " * 1_000_000)
    failing.received(pieces[1])
    with pytest.raises(UpstreamFailed) as raised:
        failing.closed()
    del raised
    gc.collect()
    assert max(map(sys.getsizeof, held_by(failing))) < 10_000
    with pytest.raises(UpstreamFailed):
        failing.received(b"more")


def held_by(one: Any) -> list[Any]:
    """*one*, and all data and failures that it leads to."""
    found = {id(one): one}
    waiting = [one]
    while waiting:
        for each in gc.get_referents(waiting.pop()):
            code = isinstance(each, type | types.ModuleType | types.FunctionType)
            if id(each) not in found and not code:
                found[id(each)] = each
                waiting.append(each)
    return list(found.values())


def test_half_an_emoji_in_each_of_two_events() -> None:
    """As upstreams that count in UTF-16 send it; a client puts it together."""
    halves = [
        b'data: {"choices":[{"index":0,"delta":{"content":"\\u%b"}}]}\n\n' % half
        for half in (b"d83d", b"de00")
    ]
    data = b"".join((*halves, streamed(END)))
    whole = orjson.loads(answered(data, context(stream=False)))
    assert whole["choices"][0]["message"]["content"] == "😀"
    assert b"\\ud83d" in answered(data, context())


def test_a_deep_answer_passes_and_can_be_changed() -> None:
    """Deeper than most writers go."""
    deep = b"[" * 400 + b"]" * 400
    event = b'data: {"choices":[{"index":0,"delta":{},"x":%b,"finish_reason":"%b"}]}\n\n'
    good, bad = (event % (deep, reason) + DONE for reason in (b"stop", b"STOP"))
    assert answered(good, context()) == good
    assert told(answered(bad, context())) == told(good)


def test_what_cannot_be_written_is_an_error() -> None:
    """And no exception that nobody expects."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(UpstreamFailed, match="nested too deeply"):
        dumps(deep)
    while deep:
        deep = deep.pop()


def test_choices_without_end_are_an_error() -> None:
    """They would take memory without end."""
    many = streamed(*[chunk("Hi", index=index) for index in range(CHOICE_LIMIT + 1)])
    with pytest.raises(UpstreamFailed, match="too many choices"):
        answered(many, context(stream=False))


def test_a_hundred_thousand_tiny_events_keep_nothing() -> None:
    """Of an answer that leaves as it comes."""
    one, tiny = answer(), b'data: {"choices":[{"index":0,"delta":{"content":"a b\\n c%d"}}]}\n\n'
    for number in range(2000):
        read = b"".join(tiny % (number * 50 + at) for at in range(50))
        assert one.received(read) == read
    assert not one.ended
