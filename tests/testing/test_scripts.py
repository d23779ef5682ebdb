"""Tests for what an imitated upstream can be told to answer: the values, without a socket."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.chat.sse import EventDecoder
from pollinations.testing import scripts
from pollinations.testing.bodies import BATCH
from pollinations.testing.recording import Asked
from pollinations.testing.script import Pause, Produce, Script, Send


def ask(model, stream=True, name="openai", universe="enter"):
    """What *model* replies to a short question."""
    body = {"model": name, "messages": [{"role": "user", "content": "hi"}], "stream": stream}
    return model(Asked(universe, "/", body=body, raw=orjson.dumps(body)))


def body_of(script):
    """The bytes that a script sends."""
    return b"".join(step.data for step in script.steps if isinstance(step, Send))


def chunks(model, **asked):
    """The parsed events of a stream, ``[DONE]`` as text."""
    events = EventDecoder().feed(body_of(ask(model, **asked)))
    return [data.decode() if data == b"[DONE]" else orjson.loads(data) for _, data in events]


def deltas(model):
    """The deltas of a stream."""
    return [c["choices"][0]["delta"] for c in chunks(model) if c != "[DONE]" and c["choices"]]


def message(model):
    """The message of a JSON answer."""
    return orjson.loads(body_of(ask(model, stream=False)))["choices"][0]["message"]


def entries(model):
    """The tool call entries of a stream, delta by delta."""
    return [delta["tool_calls"] for delta in deltas(model) if delta.get("tool_calls")]


def test_text_streams_in_its_pieces():
    """A delta for each piece, then the finish, the usage, and the end."""
    first, second, finish, usage, done = chunks(scripts.text("Hel", "lo"))
    assert first["choices"][0]["delta"] == {"role": "assistant", "content": "Hel"}
    assert second["choices"][0]["delta"] == {"content": "lo"}
    assert finish["choices"][0]["finish_reason"] == "stop"
    assert usage["choices"] == []
    assert usage["usage"]["total_tokens"] > 0
    assert done == "[DONE]"


def test_text_is_one_message_in_json():
    """Put together it is the same answer."""
    assert message(scripts.text("Hel", "lo")) == {"role": "assistant", "content": "Hello"}


def test_usage_on_every_chunk():
    """Gemini repeats its usage, and has no chunk without choices."""
    *every, done = chunks(scripts.text("a", "b").but(counted="every"))
    assert done == "[DONE]"
    assert all("usage" in chunk and chunk["choices"] for chunk in every)


def test_usage_nowhere():
    """An answer may tell no usage, in both forms."""
    silent = scripts.text("a").but(counted="never")
    assert not any("usage" in chunk for chunk in chunks(silent)[:-1])
    assert "usage" not in orjson.loads(body_of(ask(silent, stream=False)))


@pytest.mark.parametrize("reason", ["STOP", "end_turn", "MAX_TOKENS", "SAFETY", "tool_calls"])
def test_any_finish_reason(reason):
    """Models say all kinds of words."""
    assert chunks(scripts.text("a").but(finish=reason))[1]["choices"][0]["finish_reason"] == reason


def test_no_finish_reason():
    """A stream may lack the chunk that says why it ends."""
    said = chunks(scripts.text("a").but(finish=None))
    assert all(c["choices"][0]["finish_reason"] is None for c in said[:-2])


def test_no_done():
    """A stream may lack its last event."""
    assert chunks(scripts.text("a").but(done=False))[-1] != "[DONE]"


def test_pauses_stand_between_deltas():
    """A pace is a pause between two deltas, and nowhere else."""
    steps = ask(scripts.text("a", "b", "c").but(pace=0.5)).steps
    assert [i for i, step in enumerate(steps) if step == Pause(0.5)] == [1, 3]


@given(st.integers(1, 40))
def test_cuts_keep_the_bytes(size):
    """Cut anywhere, the bytes are the same, and no piece is longer."""
    whole = ask(scripts.text("Grüße", "🌸").but(pace=0.1))
    cut = whole.cut_every(size)
    assert body_of(cut) == body_of(whole)
    assert all(len(s.data) <= size for s in cut.steps if isinstance(s, Send))
    assert cut.steps.count(Pause(0.1)) == 1


def test_bytes_can_drip():
    """A pause after each piece makes a stream as slow as one likes."""
    script = scripts.raw(b"abc").cut_every(1, pause=1.0)
    assert script.steps == tuple(
        step for byte in (b"a", b"b", b"c") for step in (Send(byte), Pause(1.0))
    )


def test_openai_calls():
    """An opening entry, then arguments in pieces, at the call's own index."""
    said = entries(scripts.calls(("weather", {"city": "Rome"}), ("time", {})))
    assert said[0][0]["id"] == "call_1"
    assert said[0][0]["function"] == {"name": "weather", "arguments": ""}
    assert "".join(e[0]["function"]["arguments"] for e in said[:3]) == '{"city":"Rome"}'
    assert [e[0]["index"] for e in said] == [0, 0, 0, 1, 1, 1]


def test_portkey_calls():
    """Whole calls, each in its delta, all at index 0, and the finish reason of a text."""
    model = scripts.calls(("weather", {"city": "Rome"}, "a"), ("time", {}, "b"), form="portkey")
    assert [(e[0]["id"], e[0]["index"]) for e in entries(model)] == [("a", 0), ("b", 0)]
    assert chunks(model)[-2]["choices"][0]["finish_reason"] == "stop"
    assert all(delta["content"] == "" for delta in deltas(model))


def test_whole_calls():
    """All calls in one delta."""
    [both] = entries(scripts.calls(("weather",), ("time",), form="whole"))
    assert [entry["index"] for entry in both] == [0, 1]


def test_kimi_calls():
    """Null where there is no name, and no calls."""
    model = scripts.calls(("weather", {"city": "Rome"}), form="kimi")
    assert deltas(model)[0]["tool_calls"] is None
    assert entries(model)[1][0]["function"]["name"] is None


def test_null_entries_and_missing_ids():
    """Entries may be null, and calls without an identifier."""
    model = scripts.calls(scripts.Call("weather", {}, id=None), form="whole", nulls=2)
    [[one, two, call]] = entries(model)
    assert (one, two) == (None, None)
    assert "id" not in call


@pytest.mark.parametrize("form", ["openai", "whole", "portkey", "kimi"])
def test_calls_are_put_together_in_json(form):
    """In JSON, calls are whole and have no index."""
    model = scripts.calls(("a", {"x": 1}, "1"), ("b", "{broken", "2"), form=form)
    calls = message(model)["tool_calls"]
    assert [(c["id"], c["function"]["arguments"]) for c in calls] == [
        ("1", '{"x":1}'),
        ("2", "{broken"),
    ]
    assert not any("index" in call for call in calls)


SIGNED = {"thought_signature": "s"}
GOOGLE = {"extra_content": {"google": SIGNED}}
VERTEX = {"extra_content": {"vertex": SIGNED}}


@pytest.mark.parametrize(
    ("carrier", "fields"),
    [("thought_signature", SIGNED), ("google", GOOGLE), ("vertex", VERTEX)],
)
def test_signatures_on_each_carrier(carrier, fields):
    """The first call carries the step's signature, its function or the delta does."""

    def signed(place):
        model = scripts.calls(
            ("a",), ("b",), form="whole", signature="s", carrier=carrier, place=place
        )
        return deltas(model)[0]

    assert fields.items() <= signed("delta").items()
    first, second = signed("call")["tool_calls"]
    assert fields.items() <= first.items()
    assert fields.items() <= signed("function")["tool_calls"][0]["function"].items()
    assert "thought_signature" not in str(second)


def test_signed_text():
    """A text's signature comes in a last, empty delta."""
    assert deltas(scripts.signed_text("Hi", signature="s"))[1] == {"content": "", **GOOGLE}


REASONED = [
    ("reasoning_content", "hm"),
    ("reasoning", "hm"),
    ("reasoning_details", [{"type": "reasoning.text", "text": "hm", "index": 0}]),
    ("content_blocks", [{"index": 0, "delta": {"thinking": "hm"}}]),
]


@pytest.mark.parametrize(("field", "value"), REASONED)
def test_reasoning_in_each_field(field, value):
    """The thought comes first, in the field that the model uses."""
    thought, answer, *_ = deltas(scripts.reasoning("hm", "Yes", field=field))
    assert thought[field] == value
    assert answer["content"] == "Yes"
    assert message(scripts.reasoning("hm", "Y", "es", field=field))["content"] == "Yes"


def test_content_blocks_repeat_the_text():
    """They hold the visible text a second time."""
    said = deltas(scripts.reasoning("hm", "Yes", field="content_blocks"))
    assert said[1]["content_blocks"][0]["delta"] == {"text": "Yes"}


@pytest.mark.parametrize("why", ["credits", "budget", "quest", "model"])
@pytest.mark.parametrize("stream", [True, False])
def test_refusals_look_like_answers(why, stream):
    """HTTP 200, no token used, a link that tells where it came from."""
    script = ask(scripts.refusal(why, "kimi"), stream)
    assert script.status == 200
    assert b'"total_tokens":0' in body_of(script)
    assert b"ref=agent_" in body_of(script)
    assert b"API key" in body_of(script)


def test_refusals_as_errors():
    """The same, as JSON mode gets them."""
    assert [scripts.refused(w).status for w in ("credits", "budget", "quest", "model")] == [
        402,
        402,
        402,
        403,
    ]


def test_the_envelope():
    """The service's errors hold a code, a message, and an upstream's details."""
    script = scripts.upstream_error(502, "Broken")
    body = orjson.loads(body_of(script))
    assert (body["status"], body["success"]) == (502, False)
    assert body["error"]["code"] == "BAD_GATEWAY"
    assert body["error"]["details"]["upstreamHost"]


@pytest.mark.parametrize("after", [2, "Wed, 21 Oct 2026 07:28:00 GMT", "soon", -1])
def test_retry_after_is_anything(after):
    """The header is a number, a date, or nonsense."""
    assert scripts.error(429, "Wait", retry_after=after).headers["retry-after"] == str(after)


NO_ENVELOPE = [
    (scripts.key_rate_limited(), 429, b"retryAfterSeconds"),
    (scripts.concurrency_limited(), 429, b"concurrency_limit_exceeded"),
    (scripts.address_limited(), 429, b"Too many requests"),
    (scripts.queue_full(), 429, b"Queue full for IP"),
    (scripts.queue_full(402), 402, b"Queue full for IP"),
    (scripts.overflow(), 400, b"context_length_exceeded"),
    (scripts.insufficient_balance(), 402, b"0.00500 pollen"),
    (scripts.html(520), 520, b"<!DOCTYPE html>"),
    (scripts.garbage(), 200, b"NaN"),
]


@pytest.mark.parametrize(("script", "status", "holds"), NO_ENVELOPE)
def test_failures_of_other_shapes(script, status, holds):
    """Not every failure comes in the envelope."""
    assert script.status == status
    assert holds in body_of(script)


def test_deprecation_is_an_answer():
    """The notice of the free service comes as a text."""
    assert "IMPORTANT NOTICE" in message(scripts.deprecation())["content"]


def test_an_error_inside_a_stream():
    """The answer begins, and an error takes the place of its end."""
    said = chunks(scripts.failing(scripts.text("Hel"), "Lost it", type="server_error"))
    assert said[1:] == [{"error": {"message": "Lost it", "type": "server_error"}}, "[DONE]"]


@pytest.mark.parametrize("stream", [True, False])
def test_200_without_an_answer(stream):
    """An error, or no choice, with HTTP 200 and in the form that was asked for."""
    assert b'"error"' in body_of(ask(scripts.error_with_200(), stream))
    assert b'{"choices":[]}' in body_of(ask(scripts.no_choices(), stream))


def test_breaking_off():
    """What follows takes the place of the end, or of the second half of JSON."""
    broken = scripts.text("Hello").then(scripts.Cut())
    assert len(chunks(broken)) == 1
    assert ask(broken).steps[-1] == scripts.Cut()
    whole = body_of(ask(scripts.text("Hello"), stream=False))
    half = body_of(ask(broken, stream=False))
    assert whole.startswith(half)
    assert len(half) < len(whole)


def test_anything_can_be_sent():
    """Events of any data, bytes at any boundaries, deltas of any fields."""
    assert body_of(scripts.events({"a": 1}, b"not json")) == b'data: {"a":1}\n\ndata: not json\n\n'
    assert scripts.raw(b": ping\n", b"\n").steps == (Send(b": ping\n"), Send(b"\n"))
    assert deltas(scripts.deltas({"content": "a", "odd": 1}))[0]["odd"] == 1


def test_in_turn():
    """Each request has the next answer, and the last answer stays."""
    model = scripts.InTurn(scripts.error(503, "Busy"), scripts.text("Here"))
    assert [ask(model).status for _ in range(3)] == [503, 200, 200]


def test_by_model():
    """Each name has its answer; an unknown one is an error of the test."""
    model = scripts.ByModel({"kimi": scripts.error(500, "No")})
    assert ask(model, name="kimi").status == 500
    with pytest.raises(KeyError):
        ask(model, name="glm")
    assert ask(scripts.ByModel({}, otherwise=scripts.text("x")), name="glm").status == 200


def test_by_universe():
    """Free and enter may differ."""
    model = scripts.ByUniverse(free=scripts.text("x"), enter=scripts.error(402, "No"))
    assert [ask(model, universe=name).status for name in ("free", "enter")] == [200, 402]


def test_endless_text_is_made_as_it_is_read():
    """Three hundred megabytes are described, not built."""
    steps = ask(scripts.endless_text("word ", 300_000_000)).steps
    [produce] = [step for step in steps if isinstance(step, Produce)]
    first = next(iter(produce.pieces()))
    assert len(first) <= BATCH
    assert EventDecoder().feed(first)
    assert len(list(produce.pieces())) * len(first) >= 300_000_000


def test_endless_json():
    """Without a stream it is JSON, which ends if it has a size."""
    script = ask(scripts.endless_text('"', 1000), stream=False)
    [produce] = [step for step in script.steps if isinstance(step, Produce)]
    sent = script.steps[0].data + b"".join(produce.pieces()) + script.steps[-1].data
    assert orjson.loads(sent)["choices"][0]["message"]["content"].startswith('""')


def test_a_script_does_more():
    """Steps can be added, and fields changed."""
    script = Script(steps=(Send(b"a"),)).then(scripts.Stall()).but(status=206)
    assert (script.status, script.steps) == (206, (Send(b"a"), scripts.Stall()))
