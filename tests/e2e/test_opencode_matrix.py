"""The seven models that every release is tried with, each with a tool and without."""

import json
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from pollinations.testing.thoughts import signature_for

MODELS = [
    "enter/gemini",
    "enter/gemini-fast",
    "enter/openai",
    "enter/glm",
    "enter/claude-fast",
    "free/gemini",
    "free/openai-fast",
]


def text_of(message):
    """The words of an answer of ``opencode serve``."""
    return "".join(part["text"] for part in message["parts"] if part["type"] == "text")


def signatures(message):
    """The signatures on the calls of a message, wherever they stand."""
    calls = message.get("tool_calls") or ()
    return [
        call.get("extra_content", {}).get("google", {}).get("thought_signature") for call in calls
    ]


@pytest.mark.parametrize("model", MODELS)
@pytest_twisted.ensureDeferred
async def test_calls_a_tool_and_uses_its_result(served, behind, model):
    """« météo à paris »: one call, one result, an answer made of it."""
    message = await deferToThread(served.ask, "météo à paris", model)
    assert (message["info"]["finish"], message["info"].get("error")) == ("stop", None)
    assert "> Paris: 21 °C, sunny" in text_of(message)
    first, second = behind.chats
    assert (first.universe, first.model) == tuple(model.split("/", 1))
    asked, result = second.body["messages"][-2:]
    [call] = asked["tool_calls"]
    assert (call["function"]["name"], result["tool_call_id"]) == ("bash", call["id"])
    if "gemini" in model:
        number = int(call["id"].rpartition("-")[2], 16)
        assert signatures(asked) == [signature_for("bash", number)]
    else:
        assert "thought_signature" not in json.dumps(second.body)


@pytest.mark.parametrize("model", MODELS)
@pytest_twisted.ensureDeferred
async def test_answers_without_a_tool(served, behind, model):
    """« salut »: one request, one answer."""
    message = await deferToThread(served.ask, "salut", model)
    assert (message["info"]["finish"], message["info"].get("error")) == ("stop", None)
    assert text_of(message).startswith("Hello! I am the demo")
    assert len(behind.chats) == 1


@pytest.mark.parametrize("model", ["enter/gemini", "free/openai-fast"])
@pytest_twisted.ensureDeferred
async def test_ends_as_a_script_expects(opencode, behind, model, until):
    """``opencode run`` with status 0; the signatures of gemini are kept on disk."""
    run = ("--title", "T", "-m", f"pollinations/{model}", "météo à paris")
    status, output = await deferToThread(opencode.run, behind.proxy.url, *run)
    assert (status, "> Paris: 21 °C, sunny" in output) == (0, True), output
    if "gemini" in model:
        kept = Path(behind.proxy.home, "signatures.json")
        call = behind.chats[-1].body["messages"][-2]["tool_calls"][0]
        [signature] = signatures({"tool_calls": [call]})
        await until(lambda: kept.exists() and signature in kept.read_text())
