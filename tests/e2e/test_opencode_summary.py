"""OpenCode sums up a conversation in which somebody has typed a command."""

import pytest_twisted
from twisted.internet.threads import deferToThread

MODEL = {"providerID": "pollinations", "modelID": "enter/openai"}
KEY = "sk_typed_into_the_chat"


@pytest_twisted.ensureDeferred
async def test_a_model_sums_up_and_sees_no_key(served, behind):
    """What else was said is not lost, and nothing is run again."""
    session = await deferToThread(served.session)
    await deferToThread(served.ask, "Hello there", session=session)
    await deferToThread(served.ask, f"/poll connect {KEY}", session=session)
    runs = behind.proxy.log.count("command connect:")
    behind.imitation.recording.clear()
    await deferToThread(served.call, f"/session/{session}/summarize", MODEL)
    assert behind.proxy.log.count("command connect:") == runs
    [asked] = behind.chats
    assert b"Hello there" in asked.raw
    assert b"/poll connect" in asked.raw
    assert KEY.encode() not in asked.raw


@pytest_twisted.ensureDeferred
async def test_commands_alone_need_no_model(served, behind):
    """There is nothing to sum up."""
    session = await deferToThread(served.session)
    await deferToThread(served.ask, "/poll status", session=session)
    await deferToThread(served.call, f"/session/{session}/summarize", MODEL)
    assert behind.chats == []
