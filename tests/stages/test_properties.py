"""What is true of every answer, however it was cut and whoever asked in what form."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pollinations.chat import sse
from pollinations.chat.chunk import Chunk
from pollinations.chat.completion import Completion
from pollinations.errors import UpstreamFailed
from pollinations.routing.route import Route
from pollinations.stages import stages_for
from pollinations.stages.answer import Answer
from pollinations.stages.stage import Context
from pollinations.testing import scripts
from pollinations.testing.chunks import (
    answered,
    chunk,
    context,
    reason_of,
    streamed,
    text_of,
    told,
)
from pollinations.testing.recording import Asked

USER = "Hello"
WEATHER = ("weather", {"city": "Rome"})
TIME = ("time", {"zone": "CET", "note": 'a "{}{" in a string'})

CLEAN: Mapping[str, scripts.Model] = {
    "text": scripts.text(
        "Bonjour", " à", " tous 😀", "\n\nUser", " stories\n", "```\nUser: x\n```"
    ),
    "calls": scripts.calls(WEATHER, TIME),
    "whole calls": scripts.calls(WEATHER, TIME, form="whole", says="Let me see."),
    "reasoning": scripts.reasoning("Hm. ", "Yes", ".", field="reasoning_content"),
    "reasoning details": scripts.reasoning("Hm. ", "Yes", field="reasoning_details"),
    "length": scripts.text("Bonjour").but(finish="length"),
    "further fields": scripts.text("Hi").but(
        extra={"system_fingerprint": "fp", "mystery": {"a": 1}}
    ),
    "declined": scripts.deltas({"content": None, "refusal": "I "}, {"refusal": "won't"}),
}

MENDED: Mapping[str, scripts.Model] = {
    "portkey": scripts.calls(WEATHER, TIME, form="portkey", signature="sig", nulls=1),
    "kimi": scripts.calls(WEATHER, TIME, form="kimi"),
    "no identifiers": scripts.calls(scripts.Call(*WEATHER, id=None), scripts.Call(*TIME, id=None)),
    "one identifier": scripts.calls((*WEATHER, "same"), (*TIME, "same"), form="whole"),
    "concatenated": scripts.calls(scripts.Call("weather", '{"a":1}{"a":2}')),
    "signed text": scripts.signed_text("Hi", " you", signature="sig"),
    "content blocks": scripts.reasoning("Hm", "Hi", field="content_blocks"),
    "STOP": scripts.text("Hi").but(finish="STOP"),
    "no finish": scripts.text("Hi").but(finish=None),
    "usage everywhere": scripts.text("Hi", " you").but(counted="every"),
    "no usage": scripts.text("Hi", " you").but(counted="never"),
    "turn": scripts.text("Done.", "\n\nUs", "er", ": go\n", "on"),
    "repetition": scripts.text(*["again and again\n"] * 100),
}

BROKEN: Mapping[str, scripts.Model] = {
    "refusal": scripts.refusal(),
    "deprecation": scripts.deprecation(),
    "html": scripts.html(),
    "garbage": scripts.garbage(),
    "no choices": scripts.no_choices(),
    "error": scripts.error_with_200(),
    "error in the middle": scripts.failing(scripts.text("Hi", " you")),
    "no done, no finish": scripts.text("Hi").but(finish=None, done=False),
    "other events": scripts.raw(b": x\n\nid: 1\n\ndata: {}\n\ndata: x\n\n"),
}

ALL = {**CLEAN, **MENDED, **BROKEN}


def sent(model: scripts.Model, stream: bool) -> tuple[bytes, bool]:
    """The body that the imitation sends to who asks so, and whether it says that it is events."""
    body = {"model": "m", "messages": [{"role": "user", "content": USER}], "stream": stream}
    raw = orjson.dumps({**body, "stream": True})
    script = model(Asked("free", "/openai", body=body, raw=raw, when=1763769600.0))
    data = b"".join(step.data for step in script.steps if isinstance(step, scripts.Send))
    return data, script.headers.get("content-type") == "text/event-stream"


def known(stream: bool, reason: str = "", learned: dict[str, str] | None = None) -> Context:
    numbers = count(1)
    return context(
        stream,
        Route("free", "mistral", reason),
        learn=({} if learned is None else learned).__setitem__,
        make_id=lambda: f"call_made_{next(numbers)}",
    )


def seen(data: bytes, asked: Context, events: bool, cuts: Sequence[int]) -> tuple[bytes, Any]:
    """What a client gets in pieces cut at *cuts*, and the failure that ends it, if one does."""
    answer, out, start = Answer(asked, stages_for(asked), events), b"", 0
    try:
        for cut in [*sorted(cuts), len(data)]:
            out += answer.received(data[start:cut])
            start = max(start, cut)
        out += answer.closed()
    except UpstreamFailed as failure:
        return out, (failure.phase, failure.status, failure.code, failure.message)
    return out, None


def assert_cuts_do_not_matter(name: str, reason: str, cuts: Sequence[int]) -> None:
    data, events = sent(ALL[name], True)
    learned: tuple[dict[str, str], dict[str, str]] = ({}, {})
    whole = seen(data, known(True, reason, learned[0]), events, [])
    places = [cut for cut in cuts if cut < len(data)]
    assert seen(data, known(True, reason, learned[1]), events, places) == whole
    assert learned[0] == learned[1]


@pytest.mark.parametrize("name", ALL)
def test_bytes_may_come_one_by_one(name: str) -> None:
    """The client sees the same, byte for byte, and the same is learned."""
    assert_cuts_do_not_matter(name, "Rate Limit (Upstream 429)", range(10_000))


@given(st.sampled_from(sorted(ALL)), st.sampled_from(["", "Why"]), st.lists(st.integers(0, 3000)))
def test_cuts_do_not_matter(name: str, reason: str, cuts: list[int]) -> None:
    """Wherever they are."""
    assert_cuts_do_not_matter(name, reason, cuts)


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_answer_changes_no_byte(name: str) -> None:
    """In either form."""
    for stream in (True, False):
        data, events = sent(CLEAN[name], stream)
        assert answered(data, known(stream), events, 50) == data


def message_of(data: bytes, stream: bool) -> Any:
    """What an answer says, in whatever form it came, without the names that differ by form."""
    if not stream:
        return orjson.loads(data)
    completion = Completion()
    for event in told(data)[:-1]:
        completion.add(Chunk.of(event))
    return completion.whole()


@pytest.mark.parametrize("name", {**CLEAN, **MENDED})
@pytest.mark.parametrize("reason", ["", "Rate Limit (Upstream 429)"])
def test_both_forms_agree(name: str, reason: str) -> None:
    """Of the upstream's answer and of the client's: text, calls, end and usage are the same."""
    answers = []
    for upstream in (True, False):
        for client in (True, False):
            data, events = sent(ALL[name], upstream)
            answer = message_of(answered(data, known(client, reason), events), client)
            answers.append([_told(answer), answer["choices"], answer.get("usage")])
    if name == "content blocks":
        # Whole, an answer's blocks are another list than in pieces.
        answers = [[told_of] for told_of, *_ in answers]
    streams, wholes = answers[:2], answers[2:]
    assert streams[0] == streams[1]
    assert wholes[0] == wholes[1]
    assert streams[0][0] == wholes[0][0]


def _told(answer: Any) -> Any:
    [choice] = answer["choices"]
    message = choice["message"]
    calls = [
        (call["id"], call["function"]["name"], call["function"]["arguments"])
        for call in message.get("tool_calls") or ()
    ]
    return (
        message["content"] or "",
        message.get("reasoning_content"),
        calls,
        choice["finish_reason"],
    )


# JSON that is whole has an end of its own.
ENDS = [(name, s) for name in BROKEN for s in (True, False) if s or name != "no done, no finish"]


@pytest.mark.parametrize(("name", "stream"), ENDS)
def test_a_broken_answer_is_a_failure_in_both_forms(name: str, stream: bool) -> None:
    """Never an invented end."""
    data, events = sent(BROKEN[name], stream)
    out, failure = seen(data, known(stream), events, [])
    assert failure is not None
    assert b"[DONE]" not in out


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False)
    | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "index",
                    "id",
                    "function",
                    "name",
                    "arguments",
                    "type",
                    "google",
                    "thought_signature",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=6,
)
DELTAS = st.dictionaries(
    st.sampled_from(
        ["role", "content", "tool_calls", "reasoning", "content_blocks", "extra_content", "audio"]
    ),
    JSON
    | st.lists(JSON, max_size=3)
    | st.sampled_from(["\nUser", ":", "The account", "again\n" * 40]),
    max_size=4,
)
CHOICES = st.fixed_dictionaries(
    {},
    optional={
        "index": st.integers(0, 2) | JSON,
        "delta": DELTAS | JSON,
        "message": DELTAS,
        "finish_reason": st.sampled_from(["stop", "STOP", "tool_calls", "error", "", None]) | JSON,
        "logprobs": JSON,
        "error": JSON,
    },
)
CHUNKS = st.fixed_dictionaries(
    {},
    optional={
        "id": JSON,
        "choices": st.lists(CHOICES | JSON, max_size=3) | JSON,
        "usage": st.dictionaries(st.text(max_size=3), JSON, max_size=2) | JSON,
        "error": JSON,
        "status": JSON,
    },
)


@given(st.lists(CHUNKS, max_size=6), st.booleans(), st.booleans(), st.sampled_from(["", "Why"]))
@settings(max_examples=150)
def test_nothing_else_is_raised(
    chunks: list[Any], upstream: bool, client: bool, reason: str
) -> None:
    """Whatever an upstream sends: an answer, or the failure that it is. Its end is a valid one."""
    data = b"".join(b"data: %b\n\n" % orjson.dumps(one) for one in chunks) + b"data: [DONE]\n\n"
    if not upstream:
        data = orjson.dumps(chunks[0] if chunks else {})
    out, failure = seen(data, known(client, reason), upstream, [])
    if failure is None and client:
        assert out.endswith(b"data: [DONE]\n\n")
        assert out.count(b"[DONE]") == 1
    elif failure is None:
        assert all("message" in choice for choice in orjson.loads(out)["choices"])


@given(st.lists(st.binary(max_size=60), max_size=8), st.booleans(), st.booleans())
@settings(max_examples=100)
def test_any_bytes_at_all(pieces: list[bytes], upstream: bool, client: bool) -> None:
    """Are no answer, and no surprise."""
    _, failure = seen(b"".join(pieces), known(client), upstream, [])
    assert failure is not None


TURNS = st.lists(st.text(alphabet="\n\nUUser: `", min_size=1, max_size=4), max_size=20)


@given(TURNS, st.integers(1, 8))
@example(["Hi", ".\n", "\nUs", "er", ": x", "y"], 8)
@example(["Hi", ".\n", "\nU", "s"], 8)
def test_how_many_events_come_at_once_does_not_matter(texts: list[str], at_once: int) -> None:
    """The client reads the same, an answer that is cut ends with the same usage, and an event that
    nobody changes leaves as it came."""
    chunks = [chunk("", role="assistant"), chunk("So: "), *map(chunk, texts), chunk(finish="stop")]
    events = [streamed(one, done=False) for one in chunks]
    one_by_one = _in_reads(events)
    found = _in_reads(
        [b"".join(events[at : at + at_once]) for at in range(0, len(events), at_once)]
    )
    assert _read(found) == _read(one_by_one)
    if one_by_one == b"".join((*events, sse.encode(sse.DONE))):
        assert found == one_by_one


def _in_reads(reads: list[bytes]) -> bytes:
    known = context()
    answer = Answer(known, stages_for(known), True)
    given = [answer.received(read) for read in reads]
    return b"".join((*given, answer.closed()))


def _read(data: bytes) -> tuple[Any, ...]:
    events = told(data)
    usage = [event["usage"] for event in events[:-1] if event.get("usage")]
    return text_of(events), reason_of(events), usage, events[-1]
