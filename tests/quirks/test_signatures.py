"""Thought signatures on their way back to Gemini."""

import pytest

from pollinations.chat.memory import keys_of, prompt_key, v3_key
from pollinations.chat.signature import signature_of_call, signature_on, signed
from pollinations.quirks.signatures import SKIP, skipped
from pollinations.testing.conversations import (
    asked,
    assistant,
    call,
    kept,
    result,
    step,
    system,
    tool,
    user,
)

LONG = "portkey-" + "0" * 36


def signatures(messages) -> list[object]:
    """What each of the model's turns carries: itself, and each of its calls."""
    return [
        (signature_on(message), *map(signature_of_call, message.get("tool_calls") or ()))
        for message in messages
        if message["role"] == "assistant"
    ]


@pytest.mark.parametrize("name", ["enter/google/gemini-3-flash", "free/gemini", "enter/nomnom"])
def test_a_remembered_signature_comes_back_in_every_carrier(sanitized, name) -> None:
    """On the message, on the first call and on its function, in both forms."""
    request = asked(user(), step("a", "b"), result("a"), result("b"))
    sent = sanitized(name, request, kept(request, {"a": "kept"})).request.messages[1]
    extra = {"google": {"thought_signature": "kept"}}
    first, second = sent["tool_calls"]
    for carrier in (sent, first, first["function"]):
        assert carrier["thought_signature"] == "kept"
        assert carrier["extra_content"] == extra
    assert second == call("b")


@pytest.mark.parametrize(
    "carried",
    [
        step(call("a", thought_signature="sent"), "b"),
        step(call("a", extra_content={"vertex": {"thought_signature": "sent"}}), "b"),
        step({"id": "a", "function": signed({"name": "f", "arguments": "{}"}, "sent")}, "b"),
        step("a", "b", thought_signature="sent"),
    ],
)
def test_what_the_client_sends_is_given_back(sanitized, carried) -> None:
    """From whatever carrier."""
    sent = sanitized("enter/gemini", asked(carried, result("a"), result("b"))).request
    assert signatures(sent.messages) == [("sent", "sent", "")]


def test_the_call_knows_best(sanitized) -> None:
    """Its own signature, then the remembered one, then the message's."""
    messages = step(call("a", thought_signature="call")), step("b", thought_signature="message")
    request = asked(*messages)
    sent = sanitized("enter/gemini", request, kept(request, {"b": "kept"})).request
    assert signatures(sent.messages) == [("call", "call"), ("message", "kept")]


def test_a_step_without_any_skips_the_validator(sanitized) -> None:
    """On its first call alone, in the whole conversation."""
    request = asked(step("a", "b"), result("a"), result("b"), user(), step("c"), result("c"))
    sent = sanitized("enter/gemini", request).request
    assert signatures(sent.messages) == [("", SKIP, ""), ("", SKIP)]


def test_a_text_answer_gets_that_of_its_prompt(sanitized) -> None:
    """It has no call whose identifier could be the key."""
    request = asked(user("Hi"), assistant("Hello"), user("And?"))
    known = {prompt_key([user("Hi")]): "kept"}
    assert signatures(sanitized("enter/gemini", request, known).request.messages) == [("kept",)]


def test_an_imported_signature_is_found_by_the_message_before(sanitized) -> None:
    """As older versions kept it."""
    request = asked(user("Hi"), step("a"), result("a"))
    sent = sanitized("enter/gemini", request, {v3_key(user("Hi")): "old"}).request
    assert signatures(sent.messages) == [("old", "old")]


def test_it_is_found_before_anything_is_altered(sanitized) -> None:
    """Moved results, merged system messages and new identifiers do not hide it."""
    messages = system(), user("Hi"), step("a", ""), user("?"), result("a"), system("x")
    request = asked(*messages, assistant("Hello"))
    known = {**kept(request, {"a": "first"}), prompt_key(messages): "second"}
    sent = sanitized("enter/gemini", request, known).request
    assert signatures(sent.messages) == [("first", "first", ""), ("second",)]


def test_azure_with_a_gemini_gets_both(sanitized) -> None:
    """The memory's key is the identifier as the client sent it, not the one that is sent on."""
    request = asked(step(LONG), result(LONG))
    sent = sanitized("enter/azure/gemini", request, kept(request, {LONG: "kept"}))
    assert signatures(sent.request.messages) == [("kept", "kept")]
    assert {"gemini.signatures", "openai.tool-ids"} < set(sent.changes)


@pytest.mark.parametrize("name", ["enter/openai", "enter/kimi", "free/mistral", "enter/glm"])
def test_other_families_are_sent_none(sanitized, name) -> None:
    """No carrier is left, and nothing else in ``extra_content`` is lost."""
    extra = {"google": {"thought_signature": "s"}, "vertex": {"thought_signature": "s"}, "x": 1}
    mine = call("a23456789", extra_content=extra, thought_signature="s")
    mine["function"]["thought_signature"] = "s"
    request = asked(step(mine, thought_signature="s"), result("a23456789", thought_signature="s"))
    sent = sanitized(name, request, kept(request, {"a23456789": "kept"}))
    assert "all.signatures" in sent.changes
    assert sent.request.messages[0]["tool_calls"] == [call("a23456789", extra_content={"x": 1})]
    assert "thought_signature" not in str(sent.request.body)


def test_b15_a_fresh_conversation_gets_no_foreign_signature(sanitized) -> None:
    """There is no such thing as the last signature that was seen."""
    other = asked(user("Secret."), step("a"), result("a"))
    fresh = asked(user("Hi"), assistant("Hello"), user("Go on."), step("b"), result("b"))
    kept = dict.fromkeys(keys_of(other, imported=True), "foreign")
    assert "foreign" not in str(sanitized("enter/gemini", fresh, kept).request.body)


def test_b16_results_carry_none_and_the_turn_after_them_its_own(sanitized) -> None:
    """What is looked up is what the client sent, not what a rule made of it."""
    messages = user("Hi"), step("a"), result("a"), step("b"), result("b")
    kept = {v3_key(messages[0]): "AAA", v3_key(messages[2]): "BBB"}
    sent = sanitized("enter/gemini", asked(*messages), kept).request
    assert signatures(sent.messages) == [("AAA", "AAA"), ("BBB", "BBB")]
    assert [m for m in sent.messages if m["role"] == "tool" and "thought_signature" in m] == []


def test_b19_equal_last_words_are_not_the_same_conversation(sanitized) -> None:
    """ "continue" is said in many of them."""
    kept = {prompt_key([user("One"), assistant("1"), user("continue")]): "one"}
    two = asked(user("Two"), assistant("2"), user("continue"), assistant("Well."))
    assert signatures(sanitized("enter/gemini", two, kept).request.messages) == [("",), ("",)]


def test_skipping_replaces_every_signature() -> None:
    """What was sent once and refused is not sent again."""
    request = asked(step(call("a", thought_signature="bad"), thought_signature="bad"), step("b"))
    sent = skipped(request)
    assert signatures(sent.messages) == [("", SKIP), ("", SKIP)]
    assert skipped(sent) is sent


def test_a_model_without_tools_has_no_steps(sanitized) -> None:
    """Its conversation is words, and these are signed as far as they were."""
    request = asked(step("a"), result("a"), tools=[tool()])
    sent = sanitized("enter/gemini-search", request, tools=False).request
    assert signatures(sent.messages) == [("",)]
