"""The keys of what is remembered."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.chat.memory import (
    keys_of,
    prompt_key,
    prompt_keys,
    reasoning_key,
    signature_key,
    signatures_for,
    v3_key,
)
from pollinations.chat.request import ChatRequest

Message = dict[str, Any]


def call(call_id: str, name: str = "weather", arguments: str = "{}") -> Message:
    """A tool call."""
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


SYSTEM = {"role": "system", "content": "Be brief."}
ASKED = {"role": "user", "content": "What is the weather in Paris?"}
CALLED = {"role": "assistant", "content": None, "tool_calls": [call("c1"), call("c2")]}
RESULTS = (
    {"role": "tool", "tool_call_id": "c1", "content": "12C"},
    {"role": "tool", "tool_call_id": "c2", "content": "rain"},
)
SAID = {"role": "assistant", "content": "Twelve degrees and rain."}
CONVERSATION = (SYSTEM, ASKED, CALLED, *RESULTS, SAID, {"role": "user", "content": "continue"})


def request(*messages: Message) -> ChatRequest:
    """A request with these messages."""
    return ChatRequest({"messages": list(messages)})


SAME = [
    pytest.param(
        {"content": "hi", "role": "user"}, {"role": "user", "content": "hi"}, id="order of fields"
    ),
    pytest.param(
        {"role": "user", "content": [{"type": "text", "text": "hi"}]},
        {"role": "user", "content": "hi"},
        id="a single text part",
    ),
    pytest.param(
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}},
            ],
        },
        {"role": "user", "content": "hi", "cache_control": {"type": "ephemeral"}},
        id="cache control",
    ),
    pytest.param(
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": "u", "detail": "low"}},
                {"type": "text", "text": "what is it?", "cache_control": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"image_url": {"detail": "low", "url": "u"}, "type": "image_url"},
                {"text": "what is it?", "type": "text"},
            ],
        },
        id="order of fields within",
    ),
    pytest.param(
        {"role": "user", "content": "hi", "name": "ann"},
        {"role": "user", "content": "hi"},
        id="name",
    ),
    pytest.param(
        {"role": "assistant", "content": ""}, {"role": "assistant"}, id="no content, one way"
    ),
    pytest.param(
        {"role": "assistant", "content": []},
        {"role": "assistant", "content": None, "tool_calls": []},
        id="no content, another way",
    ),
    pytest.param(
        {
            "role": "assistant",
            "content": None,
            "thought_signature": "s",
            "reasoning_content": "hm",
            "extra_content": {"google": {"thought_signature": "s"}},
            "tool_calls": [call("c1", arguments='{"a": 1}') | {"thought_signature": "s"}],
        },
        {"role": "assistant", "tool_calls": [call("c1", arguments='{"a":1}')]},
        id="signatures, reasoning, white space of arguments",
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_conversation(one: Message, other: Message) -> None:
    """What clients alter between turns does not alter the key."""
    assert prompt_key([SYSTEM, one]) == prompt_key([SYSTEM, other])


DIFFERENT = [
    pytest.param({"role": "user", "content": "Aa"}, {"role": "user", "content": "BB"}, id="text"),
    pytest.param(
        {"role": "user", "content": "a b"}, {"role": "user", "content": "ab"}, id="white space"
    ),
    pytest.param({"role": "user", "content": "hi"}, {"role": "system", "content": "hi"}, id="role"),
    pytest.param(
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "user", "content": "ab"},
        id="parts",
    ),
    pytest.param(
        {"role": "user", "content": [{"type": "x", "a": "bc"}]},
        {"role": "user", "content": [{"type": "x", "ab": "c"}]},
        id="structure",
    ),
    pytest.param(
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u"}}]},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "v"}}]},
        id="image",
    ),
    pytest.param(
        {"role": "tool", "tool_call_id": "c1", "content": "12C"},
        {"role": "tool", "tool_call_id": "c2", "content": "12C"},
        id="result of another call",
    ),
    pytest.param(
        {"role": "assistant", "tool_calls": [call("c1")]},
        {"role": "assistant", "tool_calls": [call("c2")]},
        id="call id",
    ),
    pytest.param(
        {"role": "assistant", "tool_calls": [call("c1", "a")]},
        {"role": "assistant", "tool_calls": [call("c1", "b")]},
        id="function",
    ),
    pytest.param(
        {"role": "assistant", "tool_calls": [call("", "a", "1")]},
        {"role": "assistant", "tool_calls": [call("", "a", "2")]},
        id="arguments of a call without an id",
    ),
    pytest.param(
        {"role": "user", "content": "x" * 5000}, {"role": "user", "content": "x" * 5001}, id="long"
    ),
    pytest.param(
        {"role": "user", "content": '["user","x"]'}, {"role": "user", "content": "x"}, id="JSON"
    ),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_conversations(one: Message, other: Message) -> None:
    """What is said makes the key, nothing of it is erased."""
    assert prompt_key([SYSTEM, one]) != prompt_key([SYSTEM, other])


def test_where_messages_end_matters() -> None:
    """The same text in other messages is another conversation."""
    split = [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]
    assert prompt_key(split) != prompt_key([{"role": "user", "content": "ab"}])
    assert prompt_key(split) != prompt_key(split[::-1])


def test_odd_shapes_have_keys() -> None:
    """Whatever a request may hold besides, it has a key."""
    odd: list[Message] = [
        {
            "role": "user",
            "content": [None, 1, "text", {"type": "text"}, {"type": "text", "text": 3}],
        },
        {"role": "nobody", "content": None, "tool_calls": [{}, {"function": None}, {"id": ""}]},
        {"role": "assistant", "tool_calls": [{"id": None, "function": {}}], "tool_call_id": ""},
    ]
    assert len(prompt_keys([*odd, *odd])) == 2
    assert keys_of(request(*odd), imported=True)


def test_depth_has_no_limit() -> None:
    """A message that nests more deeply than JSON can be written has a key, which is its own."""
    parts: list[Any] = ["a", "b"]
    for _ in range(1000):
        parts = [[part] for part in parts]
    first, second = ({"role": "user", "content": [{"type": "x", "x": part}]} for part in parts)
    assert prompt_key([first]) != prompt_key([second])
    assert keys_of(request(first, SAID), imported=True)


_TEXTS = st.sampled_from(["", "a", "b", "ab", "é🌸", '"', "x" * 5000])
_MESSAGES = st.lists(
    st.builds(
        lambda role, content, ids: {
            "role": role,
            "content": content,
            "tool_calls": [call(i) for i in ids],
        },
        st.sampled_from(["user", "assistant"]),
        _TEXTS | st.lists(st.builds(lambda text: {"type": "text", "text": text}, _TEXTS)),
        st.lists(st.sampled_from(["c1", "c2"])),
    )
)


@given(_MESSAGES)
def test_keys_of_all_beginnings(messages: list[Message]) -> None:
    """One reading gives what reading each beginning anew gives, and alters nothing."""
    before = copy.deepcopy(messages)
    keys = prompt_keys(messages)
    places = [i for i, message in enumerate(messages) if message["role"] == "assistant"]
    assert keys == {place: prompt_key(messages[:place]) for place in places}
    assert messages == before


def test_each_message_is_read_once() -> None:
    """A conversation of a thousand messages costs a thousand readings, not half a million."""

    class Counted(dict[str, Any]):
        read = 0

        def __getitem__(self, name: str) -> Any:
            Counted.read += name == "role"
            return super().__getitem__(name)

    messages = [
        Counted(role=role, content=f"{n}") for n in range(500) for role in ("user", "assistant")
    ]
    assert len(prompt_keys(messages)) == 500
    assert Counted.read <= 3 * len(messages)


BEFORE = prompt_key([SYSTEM, ASKED])
"""The conversation before the calls of :data:`CONVERSATION`."""


@pytest.mark.parametrize(
    ("call_id", "unique"),
    [
        ("portkey-3f2b8c1a-9d4e-4f6a-8b7c-1234567890ab", True),
        ("call_AbC123xYz456", True),
        ("call_00_Xy12Zw34Ab56", True),
        ("toolu_01A09q90qw90lq917835lq9", True),
        ("aB3dE6gH9", True),
        ("call_0", False),
        ("call_12", False),
        ("functions.bash:0", False),
        ("functions.get_base64string:3", False),
        ("bash", False),
        ("tool_call_1", False),
        ("0", False),
        ("", False),
    ],
)
def test_an_identifier_that_is_counted_is_not_unique(call_id: str, unique: bool) -> None:
    """Other conversations have the same one; there the conversation is part of the key."""
    one, other = (prompt_key([said]) for said in (ASKED, {"role": "user", "content": "Other."}))
    for key_of in (signature_key, reasoning_key):
        assert (key_of(call_id, one) == key_of(call_id, other)) is unique


def test_all_keys_of_a_request() -> None:
    """Each call has two keys and each of the model's messages one, as the client sent them."""
    asked = request(*CONVERSATION)
    assert set(keys_of(asked)) == {
        prompt_key([SYSTEM, ASKED]),
        prompt_key(CONVERSATION[:5]),
        *(key_of(id, BEFORE) for key_of in (signature_key, reasoning_key) for id in ("c1", "c2")),
    }


def test_imported_keys_when_wanted() -> None:
    """Version 3's keys are of the message before each of the model's, as the client sent it."""
    asked = request(*CONVERSATION)
    extra = set(keys_of(asked, imported=True)) - set(keys_of(asked))
    assert extra >= {v3_key(ASKED), v3_key(RESULTS[1])}
    assert not any(key.startswith("v3:") for key in keys_of(asked))


def test_first_message_of_the_model() -> None:
    """A conversation that the model opens has no message before that one."""
    greeting = {"role": "assistant", "content": "Hello!"}
    asked = request(greeting, ASKED)
    assert prompt_key([]) in keys_of(asked, imported=True)
    assert signatures_for(asked.messages, {"v3:imported": "x"}) == {}


def test_signature_of_the_first_known_call() -> None:
    """A step's signature is found under any of its calls, the first that is known."""
    assert signatures_for(CONVERSATION, {signature_key("c2", BEFORE): "B"}) == {2: "B"}
    both = {signature_key("c1", BEFORE): "A", signature_key("c2", BEFORE): "B"}
    assert signatures_for(CONVERSATION, both) == {2: "A"}


def test_signature_by_conversation() -> None:
    """An answer without calls is found by the conversation before it."""
    assert signatures_for(CONVERSATION, {prompt_key(CONVERSATION[:5]): "S"}) == {5: "S"}


def test_the_call_counts_before_the_conversation() -> None:
    """A call's own signature wins, then the conversation's, then an imported one."""
    remembered = {v3_key(ASKED): "old"}
    assert signatures_for(CONVERSATION, remembered) == {2: "old"}
    remembered[prompt_key([SYSTEM, ASKED])] = "conversation"
    assert signatures_for(CONVERSATION, remembered) == {2: "conversation"}
    remembered[signature_key("c1", BEFORE)] = "call"
    assert signatures_for(CONVERSATION, remembered) == {2: "call"}


def test_imported_after_a_tool_result() -> None:
    """The result is hashed as the client sent it, so the step after it finds its own entry."""
    remembered = {v3_key(RESULTS[1]): "BBB", v3_key(ASKED): "AAA"}
    assert signatures_for(CONVERSATION, remembered) == {2: "AAA", 5: "BBB"}


def test_nothing_for_another_conversation() -> None:
    """What one conversation has left is not found by another, the same last words or not."""
    learned = dict.fromkeys(keys_of(request(*CONVERSATION, SAID)), "secret")
    learned[prompt_key(CONVERSATION)] = "secret"
    fresh = (SYSTEM, {"role": "user", "content": "continue"}, SAID, ASKED)
    assert not learned.keys() & set(keys_of(request(*fresh)))
    assert signatures_for(fresh, learned) == {}


def test_messages_that_version_3_confused() -> None:
    """Conversations that had one key in version 3 have their own now."""
    for one, other in (("Aa", "BB"), ("a b", "ab")):
        first, second = {"role": "user", "content": one}, {"role": "user", "content": other}
        assert v3_key(first) == v3_key(second)
        assert prompt_key([first]) != prompt_key([second])


def test_same_last_words() -> None:
    """What was said before the last message is a part of the key."""
    last = {"role": "user", "content": "continue"}
    assert prompt_key([ASKED, last]) != prompt_key([SYSTEM, last])
