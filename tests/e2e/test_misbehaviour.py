"""
What OpenCode and the openai client make of each way in which a model is known to misbehave.

Without the proxy, OpenCode repeats a request for ever, many times a second, for most of them.
"""

import attrs
import openai
import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from pollinations.testing import scripts
from pollinations.testing.script import Abort, Cut, Pause, Script

HELLO = scripts.text("Hel", "lo.")


def whole(model):
    """What *model* says to who wants no stream, whoever asks."""
    return lambda asked: model(attrs.evolve(asked, body={**asked.body, "stream": False}))


def bytewise(model):
    """What *model* says, byte by byte."""
    return lambda asked: model(asked).cut_every(1)


def interrupted(*between):
    """HELLO, with *between* in the middle of its stream, which is no chunk."""

    def streamed(asked):
        first, *rest = HELLO(asked).steps
        return HELLO(asked).but(steps=(first, *scripts.raw(*between).steps, *rest))

    return scripts.Either(streamed, HELLO)


def ending(finish, **fields):
    """HELLO, with another end."""
    return HELLO.but(finish=finish, **fields)


SAYS_HELLO = {
    "no finish reason": ending(None),
    "no [DONE]": ending("stop", done=False),
    "STOP": ending("STOP"),
    "end_turn": ending("end_turn"),
    "did_not_finish": ending("did_not_finish"),
    "tool_calls without a call": ending("tool_calls"),
    "a finish reason of nobody's": ending("banana"),
    "an empty list of calls": scripts.deltas(
        {"content": "Hello."}, {"content": "", "tool_calls": []}
    ).but(finish="tool_calls"),
    "no usage": HELLO.but(counted="never"),
    "usage on every chunk": HELLO.but(counted="every"),
    "JSON where events were asked for": whole(HELLO),
    "byte by byte": bytewise(HELLO),
    "comments": interrupted(b": thinking\n\n", b":\r\n\r\n"),
    "a ping": interrupted(b"event: ping\ndata: {}\n\n"),
    "blocks without data": interrupted(b"id: 7\nretry: 10\n\n"),
    "data that is no JSON": interrupted(b"data: hello?\n\n"),
    "a chunk without choices": interrupted(b'data: {"choices": null}\n\n'),
    "text twice, in content blocks": scripts.reasoning("Hm.", "Hel", "lo.", field="content_blocks"),
    "a turn played for the user": scripts.text("Hello.\n", "Us", "er: And you?\nFine."),
}
"""All of these are "Hello." in the end, and nothing else."""


@pytest.mark.parametrize("habit", SAYS_HELLO)
@pytest_twisted.ensureDeferred
async def test_opencode_asks_once(served, behind, habit):
    """And has the answer."""
    behind.imitation.model = SAYS_HELLO[habit]
    message = await deferToThread(served.ask, "Hi")
    assert "error" not in message["info"]
    assert message["info"]["finish"] == "stop"
    said = [part["text"] for part in message["parts"] if part["type"] == "text"]
    assert "".join(said).strip() == "Hello."
    assert len(behind.chats) == 1


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("habit", SAYS_HELLO)
@pytest_twisted.ensureDeferred
async def test_openai_has_the_answer(behind, habit, stream):
    """In either form."""
    behind.imitation.model = SAYS_HELLO[habit]
    with openai.OpenAI(base_url=behind.proxy.url, api_key="none", max_retries=0) as client:
        said, ends = await deferToThread(_streamed if stream else _whole, client)
    assert said.strip() == "Hello."
    assert ends == ["stop"]


def _asked(client, **fields):
    messages = [{"role": "user", "content": "Hi"}]
    return client.chat.completions.create(model="enter/openai", messages=messages, **fields)


def _whole(client):
    [choice] = _asked(client).choices
    return choice.message.content, [choice.finish_reason]


def _streamed(client):
    choices = [choice for chunk in _asked(client, stream=True) for choice in chunk.choices]
    said = "".join(choice.delta.content or "" for choice in choices)
    return said, [choice.finish_reason for choice in choices if choice.finish_reason]


@pytest_twisted.ensureDeferred
async def test_opencode_knows_an_answer_that_was_too_long(served, behind):
    """Whichever word says so, and when it repeats itself without end, too."""
    for model in (ending("MAX_TOKENS"), ending("max_tokens"), scripts.endless_text()):
        behind.imitation.model = model
        behind.imitation.recording.clear()
        message = await deferToThread(served.ask, "Hi")
        assert message["info"]["finish"] == "length"
        assert len(behind.chats) == 1
        assert behind.imitation.recording[-1].ended or behind.imitation.recording[-1].hung_up


@pytest_twisted.ensureDeferred
async def test_opencode_knows_an_answer_that_was_filtered(served, behind):
    """And ends."""
    behind.imitation.model = ending("SAFETY")
    message = await deferToThread(served.ask, "Hi")
    assert message["info"]["error"]["name"] == "ContentFilterError"
    assert len(behind.chats) == 1


def bash(*commands, **fields):
    """Calls of OpenCode's shell."""
    made = [("bash", {"command": command, "description": "x"}) for command in commands]
    return scripts.calls(*[(*one, f"call_{n}") for n, one in enumerate(made)], **fields)


def renamed(model, id):
    """The same calls, all with this *id*, or without any."""
    return model.but(deltas=tuple(_renamed(delta, id) for delta in model.deltas))


def _renamed(delta, id):
    calls = [
        {
            **{name: value for name, value in call.items() if name != "id"},
            **({"id": id} if id else {}),
        }
        if "id" in call
        else call
        for call in delta.get("tool_calls") or ()
    ]
    return {**delta, "tool_calls": calls} if calls else delta


TWO = ("echo one", "echo two")

CALLS = {
    "null entries": (bash(*TWO, nulls=2), TWO),
    "null names": (bash(*TWO, form="kimi"), TWO),
    "all at index 0": (bash(*TWO, form="portkey"), TWO),
    "whole calls in one delta": (bash(*TWO, form="whole"), TWO),
    "no identifiers": (renamed(bash(*TWO, form="whole"), None), TWO),
    "one identifier for both": (renamed(bash(*TWO, form="whole"), "call_1"), TWO),
    "the finish reason stop": (bash(*TWO).but(finish="stop"), TWO),
    "no finish reason": (bash(*TWO).but(finish=None), TWO),
    "a finish reason of nobody's": (bash(*TWO).but(finish="banana"), TWO),
    "JSON where events were asked for": (whole(bash(*TWO)), TWO),
    "byte by byte": (bytewise(bash(*TWO)), TWO),
    "text before": (bash(*TWO, says="I look."), TWO),
}
"""All of these call the shell twice."""


@pytest.mark.parametrize("habit", CALLS)
@pytest_twisted.ensureDeferred
async def test_opencode_runs_each_call_once(served, behind, habit):
    """And asks once more, with what they returned."""
    model, commands = CALLS[habit]
    behind.imitation.model = scripts.InTurn(model, HELLO)
    message = await deferToThread(served.ask, "Hi")
    assert message["info"]["finish"] == "stop"
    assert len(behind.chats) == 2
    results = [m["content"] for m in behind.chats[1].body["messages"] if m["role"] == "tool"]
    assert [result.strip() for result in results] == [one.split()[1] for one in commands]


FINAL = {
    "out of credits": (scripts.refusal("credits"), 402),
    "out of credits, as an error": (scripts.insufficient_balance(0.005), 402),
    "a key's budget is spent": (scripts.refusal("budget"), 402),
    "no quest pollen is left": (scripts.refusal("quest"), 402),
    "a model that the key may not use": (scripts.refusal("model"), 403),
    "a bad key": (scripts.error(401, "Invalid or missing API key. Try again later."), 401),
    "an unknown model": (scripts.error(404, "Model not found: openai-4290"), 404),
    "a bad request": (scripts.error(400, "Field 429 of 500 is wrong: rate limit"), 400),
}
"""Asking again would change nothing."""


@pytest.mark.parametrize("failure", FINAL)
@pytest_twisted.ensureDeferred
async def test_opencode_does_not_ask_again_in_vain(served, behind, failure):
    """It shows the error, and that is all."""
    behind.imitation.model, status = FINAL[failure]
    message = await deferToThread(served.ask, "Hi")
    error = message["info"]["error"]
    assert error["name"] == "APIError"
    assert error["data"]["statusCode"] == status
    assert error["data"]["isRetryable"] is False
    assert error["data"]["message"]
    assert len(behind.chats) == 1


@pytest_twisted.ensureDeferred
async def test_opencode_knows_a_conversation_that_is_too_long(served, behind):
    """It may make a summary of it then."""
    words = "This model's maximum context length is 128000 tokens."
    for model in (scripts.error(400, words, "context_length_exceeded"), scripts.error(413, "Much")):
        behind.imitation.model = model
        behind.imitation.recording.clear()
        message = await deferToThread(served.ask, "Hi")
        assert message["info"]["error"]["name"] == "ContextOverflowError"
        assert len(behind.chats) <= 2


PASSING = {
    "busy": scripts.error(503, "Busy"),
    "too often": scripts.error(429, "Slow down"),
    "a page": scripts.html(),
    "nothing": scripts.raw(),
    "no JSON": whole(scripts.garbage()),
    "no choices": scripts.no_choices(),
    "an error with 200": scripts.error_with_200(),
    "the old notice": scripts.deprecation(),
    "a closed connection": scripts.dropped(),
    "a reset": Script(steps=(Abort(),)),
}
"""Asking again may help."""

BROKEN = {
    "a stream that is cut": HELLO.then(Cut()),
    "a stream that is reset": HELLO.then(Pause(0.1), Abort()),
    "an error in the stream": scripts.failing(HELLO),
}
"""Some of it is there already."""


@pytest.mark.parametrize("failure", PASSING)
@pytest_twisted.ensureDeferred
async def test_opencode_waits_before_it_asks_again(served, behind, until, failure):
    """Two seconds at first, and it is not told anything that would make it a storm."""
    behind.imitation.model = PASSING[failure]
    session = await deferToThread(served.session)
    prompt = served.prompt("Hi")
    await deferToThread(served.call, f"/session/{session}/prompt_async", prompt)
    await until(lambda: behind.chats)
    statuses = {}
    while statuses.get(session, {"type": "busy"})["type"] == "busy":
        statuses = await deferToThread(served.call, "/session/status")
    asked = len(behind.chats)
    await deferToThread(served.call, f"/session/{session}/abort", {})
    assert statuses[session]["type"] == "retry"
    assert statuses[session]["message"]
    assert asked == 1


@pytest.mark.parametrize("failure", BROKEN)
@pytest_twisted.ensureDeferred
async def test_opencode_ends_a_turn_that_breaks_off(served, behind, failure):
    """With what has come so far and an error; it does not begin again."""
    behind.imitation.model = BROKEN[failure]
    message = await deferToThread(served.ask, "Hi")
    assert message["info"]["error"]["name"] == "UnknownError"
    said = [part["text"] for part in message["parts"] if part["type"] == "text"]
    assert "".join(said) == "Hello."
    assert len(behind.chats) == 1


@pytest.mark.parametrize("failure", BROKEN)
@pytest_twisted.ensureDeferred
async def test_openai_raises_when_a_stream_breaks_off(behind, failure):
    """It takes no half of an answer for a whole one."""
    behind.imitation.model = BROKEN[failure]
    with openai.OpenAI(base_url=behind.proxy.url, api_key="none", max_retries=0) as client:
        with pytest.raises(openai.APIError):
            await deferToThread(_streamed, client)
        with pytest.raises(openai.InternalServerError):
            await deferToThread(_whole, client)
