"""OpenCode, as it comes from npm, against the proxy."""

import json

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from pollinations.testing import scripts
from pollinations.testing.demo import Demo
from pollinations.testing.process import running
from pollinations.testing.script import Stall
from pollinations.testing.thoughts import signature_for

WEATHER = "What is the weather in Paris, then Rome?"


def text_of(message):
    """The words of an answer of ``opencode serve``."""
    return "".join(part["text"] for part in message["parts"] if part["type"] == "text")


def test_runs_a_tool_and_uses_its_result(opencode, demo):
    """``opencode run``, whole: a title, a call of bash, and an answer that quotes its output."""
    status, output = opencode.run(
        demo.url, "-m", "pollinations/enter/gemini", "--format", "json", "run `echo $((6 * 7))`"
    )
    assert status == 0
    events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    [tool] = [event["part"] for event in events if event["type"] == "tool_use"]
    assert (tool["tool"], tool["state"]["status"]) == ("bash", "completed")
    assert tool["state"]["output"] == "42\n"
    [text] = [event["part"]["text"] for event in events if event["type"] == "text"]
    assert "> 42" in text


def test_a_missing_key_is_an_error_and_no_loop(opencode, tmp_path):
    """``opencode run`` says what is missing and ends with a status that a script notices."""
    nobody = "http://127.0.0.1:9"
    offline = ("--free-url", nobody, "--enter-url", nobody)
    with running(tmp_path, "--port", "0", *offline) as proxy:
        status, output = opencode.run(proxy.url, "-m", "pollinations/enter/openai", "Hi")
    assert status == 1
    assert "This model needs an API key" in output


@pytest.mark.parametrize(
    "model",
    [
        "enter/gemini",
        "enter/gemini-fast",
        "enter/openai",
        "enter/glm",
        "enter/claude-fast",
        "enter/kimi",
        "enter/mistral",
        "enter/nova",
        "enter/deepseek",
        "enter/nomnom",
        "free/gemini",
        "free/openai-fast",
    ],
)
@pytest_twisted.ensureDeferred
async def test_three_steps_with_models_that_are_particular(served, behind, model):
    """Two tool calls, one after the other, and an answer made of what they returned."""
    message = await deferToThread(served.ask, WEATHER, model)
    assert message["info"]["finish"] == "stop"
    assert "error" not in message["info"]
    assert "> Paris: 21 °C, sunny\n> Rome: 21 °C, sunny" in text_of(message)
    assert len(behind.chats) == 3
    universe, _, name = model.partition("/")
    assert {(asked.universe, asked.model) for asked in behind.chats} == {(universe, name)}


@pytest.mark.parametrize("model", ["enter/gemini", "enter/gemini-fast"])
@pytest_twisted.ensureDeferred
async def test_thought_signatures_come_back(served, behind, model):
    """OpenCode does not bring them; the proxy gives each step its own."""
    await deferToThread(served.ask, WEATHER, model)
    calls = [
        message["tool_calls"][0]
        for message in behind.chats[-1].body["messages"]
        if message.get("tool_calls")
    ]
    given = [call["extra_content"]["google"]["thought_signature"] for call in calls]
    made = [signature_for("bash", int(call["id"].rpartition("-")[2], 16)) for call in calls]
    assert given == made


@pytest_twisted.ensureDeferred
async def test_a_conversation_goes_on_with_another_model(served, behind):
    """What one family made of it is acceptable to the next."""
    session = await deferToThread(served.session)
    for model in ("enter/gemini", "enter/openai", "enter/mistral", "enter/claude-fast"):
        message = await deferToThread(served.ask, WEATHER, model, session)
        assert "Rome: 21 °C" in text_of(message)
    assert len(behind.chats) == 12


@pytest_twisted.ensureDeferred
async def test_a_title_is_asked_for_beside_the_answer(served, behind):
    """In a conversation that has none yet; both get one."""
    behind.imitation.model = Demo()
    session = await deferToThread(served.call, "/session", {})
    message = await deferToThread(served.ask, "Hello there", "enter/openai", session["id"])
    assert text_of(message).startswith("Hello!")
    [title] = [asked for asked in behind.chats if not asked.body.get("tools")]
    assert title.body["messages"][0]["content"].startswith("You are a title generator")
    shown = await deferToThread(served.call, f"/session/{session['id']}")
    assert shown["title"].startswith("Demo:")


@pytest_twisted.ensureDeferred
async def test_an_abort_hangs_up_on_the_upstream(served, behind, until):
    """The escape key, that is: the upstream is free within a second."""
    behind.imitation.model = scripts.text("Once upon a time").then(Stall())
    session = await deferToThread(served.session)
    prompt = served.prompt("Tell me a story")
    await deferToThread(served.call, f"/session/{session}/prompt_async", prompt)
    chats = behind.imitation.recording
    await until(lambda: any(one.asked.method == "POST" and one.written for one in chats))
    await deferToThread(served.call, f"/session/{session}/abort", {})
    await until(lambda: chats[-1].hung_up, within=1.0)
