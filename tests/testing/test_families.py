"""
Whole conversations with every model through the proxy, before models that are particular.

The client sends back what OpenAI's API has and no more: no signatures, no reasoning, no names.
"""

from itertools import chain

import pytest

from pollinations.settings.schema import Settings
from pollinations.testing import lists
from pollinations.testing.demo import Demo
from pollinations.testing.strict import Strict
from pollinations.testing.together import Together

HARD = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"Seconds": {"type": ["integer", "null"], "exclusiveMinimum": 0}},
    "properties": {
        "command": {"type": "string"},
        "timeout": {"$ref": "#/$defs/Seconds"},
        "level": {"enum": [1, 2]},
        "where": {"anyOf": [{"const": "here"}, {"type": "null"}], "description": "Place"},
    },
    "required": ["command", "gone"],
    "additionalProperties": False,
}
"""What real tools have, and few models take."""

TOOLS = [
    {"type": "function", "function": {"name": "bash", "parameters": HARD}},
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    },
]

QUESTION = "What is the weather in Paris and Rome, then in Oslo?"
NAMES = [
    *(f"enter/{model.name}" for model in lists.texts(lists.ENTER) if model.tools),
    *(f"free/{model.name}" for model in lists.FREE if model.tools),
]


class Talk:
    """A client's side of a conversation: it runs each tool, and asks again."""

    def __init__(self):
        self.proxy = Together(Strict(Demo()), settings=Settings(mode="manual"))
        self.messages = [{"role": "user", "content": QUESTION}]

    def ask(self, model, **fields):
        """The next answer, which becomes part of the conversation."""
        got = self.proxy.chat(*self.messages, model=model, tools=TOOLS, **fields)
        self.proxy.advance(5)
        assert got.status == 200, got.data
        said = _streamed(got.events) if fields.get("stream") else _whole(got.json)
        self.messages.append(said)
        for call in said.get("tool_calls") or ():
            result = f"sunny in {call['function']['arguments']}"
            self.messages.append(
                {"role": "tool", "tool_call_id": call["id"], "content": result},
            )
        return said


def _streamed(events):
    """The message that the events of an answer make, as a client puts it together."""
    deltas = [c["delta"] for event in events for c in event["choices"]]
    entries = chain.from_iterable(delta.get("tool_calls") or () for delta in deltas)
    calls = {}
    for entry in entries:
        call = calls.setdefault(
            entry["index"], {"type": "function", "function": {"name": "", "arguments": ""}}
        )
        call["id"] = entry.get("id") or call["id"]
        for field, value in call["function"].items():
            call["function"][field] = value + (entry["function"].get(field) or "")
    content = "".join(delta.get("content") or "" for delta in deltas)
    return {
        "role": "assistant",
        "content": content,
        **({"tool_calls": list(calls.values())} if calls else {}),
    }


def _whole(completion):
    """The message of a JSON answer, without what OpenAI's API does not have."""
    message = completion["choices"][0]["message"]
    return {k: message[k] for k in ("role", "content", "tool_calls") if k in message}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_a_loop_comes_to_its_end(name, stream):
    """Two calls at once, a third one after them, and an answer that has used the results."""
    talk = Talk()
    assert len(talk.ask(name, stream=stream)["tool_calls"]) == 2
    assert len(talk.ask(name, stream=stream)["tool_calls"]) == 1
    assert "sunny" in talk.ask(name, stream=stream)["content"]


@pytest.mark.parametrize("name", NAMES)
def test_models_take_over_from_each_other(name):
    """A model goes on where Gemini stopped, and Gemini where that model did."""
    talk = Talk()
    talk.ask("enter/gemini", stream=True)
    talk.ask(name, stream=True)
    assert "sunny" in talk.ask("enter/gemini", stream=True)["content"]


def test_models_without_tools_get_the_story():
    """Tools and what they did are told in words to a model that has none."""
    talk = Talk()
    talk.ask("enter/gemini", stream=True)
    assert talk.ask("enter/perplexity-fast", stream=True)["content"]
