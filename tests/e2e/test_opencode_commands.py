"""Commands, typed in OpenCode."""

import json

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

DASHBOARD = "### 🌸 Pollinations Dashboard"


def text_of(message):
    """The words of an answer of ``opencode serve``."""
    return "".join(part["text"] for part in message["parts"] if part["type"] == "text")


def runs(behind, verb):
    """How often a command was run."""
    return behind.proxy.log.count(f"command {verb}:")


async def typed(served, text):
    """A command in a conversation without a title: the conversation, and what was answered."""
    session = await deferToThread(served.call, "/session", {})
    message = await deferToThread(served.ask, text, "free/openai-fast", session["id"])
    assert (message["info"]["finish"], message["info"].get("error")) == ("stop", None)
    return session["id"], text_of(message)


@pytest.mark.parametrize(
    ("text", "verb", "answer"),
    [
        ("/pollinations usage", "usage", DASHBOARD),
        ("/poll usage full", "usage", DASHBOARD),
        ("/poll mode pro", "mode", "**pro**"),
        ("/poll", "help", "/pollinations mode"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_command_is_run_once(served, behind, until, text, verb, answer):
    """The request for a title quotes it, is sent first, and gets a title that needs no model."""
    before = runs(behind, verb)
    session, said = await typed(served, text)
    assert answer in said
    shown = {}

    def titled():
        shown.update(served.call(f"/session/{session}"))
        return shown["title"].startswith("Pollinations")

    await until(titled)
    assert runs(behind, verb) == before + 1
    assert behind.chats == []


@pytest_twisted.ensureDeferred
async def test_a_mode_that_was_set_counts(served, behind):
    """In the file, and at once."""
    for mode in ("manual", "pro"):
        await typed(served, f"/poll mode {mode}")
        kept = json.loads((behind.proxy.home / "config.json").read_text())
        health = await deferToThread(served.__class__(behind.proxy.url[:-3]).call, "/health")
        assert (kept["mode"], health["mode"]) == (mode, mode)


@pytest_twisted.ensureDeferred
async def test_a_command_in_quotes_is_run(opencode, behind):
    """As ``opencode run`` sends what is one word to the shell."""
    status, output = await deferToThread(
        opencode.run, behind.proxy.url, "-m", "pollinations/free/openai-fast", "/pollinations usage"
    )
    assert (status, DASHBOARD in output) == (0, True), output
    assert behind.chats == []
