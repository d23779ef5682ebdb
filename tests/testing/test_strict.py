"""Tests for the models that are as particular as the real ones: tables of what each refuses."""

import orjson
import pytest

from pollinations.testing import scripts
from pollinations.testing.recording import Asked
from pollinations.testing.strict import Strict, at_most_tools
from pollinations.testing.thoughts import SKIP, signature_for

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}


def ask(model, **body):
    """What a strict model says to a request."""
    body = {"model": model, "messages": [user()], **body}
    asked = Asked("enter", "/v1/chat/completions", body=body, raw=orjson.dumps(body))
    return Strict(scripts.text("Fine"))(asked)


def complaint(script):
    """The message of an error."""
    return orjson.loads(script.steps[0].data)["error"]["message"]


def user(text="Weather?"):
    """What the user says."""
    return {"role": "user", "content": text}


def tool(parameters=WEATHER, name="weather"):
    """A tool that is offered."""
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


def called(*ids, arguments='{"city":"Rome"}', function=None, **fields):
    """An assistant's message that calls the weather."""
    calls = [
        {
            "id": id,
            "type": "function",
            "function": {"name": "weather", "arguments": arguments, **(function or {})},
        }
        for id in ids
    ]
    return {"role": "assistant", "content": "", "tool_calls": calls, **fields}


def result(id, **fields):
    """What a tool returned."""
    return {"role": "tool", "tool_call_id": id, "content": "sunny", **fields}


SIGNED = {"thought_signature": signature_for("weather", 1)}
OTHERS = {"thought_signature": signature_for("bash", 1)}
GARBLED = {"thought_signature": "not base64!"}
SKIPPED = {"thought_signature": SKIP}

SCHEMAS = [
    ({"$ref": "#/$defs/City"}, 'Unknown name "$ref"'),
    ({"const": "Rome"}, 'Unknown name "const"'),
    ({"type": "integer", "exclusiveMinimum": 0}, 'Unknown name "exclusiveMinimum"'),
    ({"$schema": "https://json-schema.org/draft/2020-12/schema"}, 'Unknown name "$schema"'),
    ({"type": ["string", "null"]}, "cannot start list"),
    ({"type": "null"}, ".type"),
    ({"type": "integer", "enum": [60]}, "only allowed for STRING"),
    ({"type": "string", "enum": [60]}, "(TYPE_STRING), 60"),
    ({"type": "string", "enum": []}, "cannot be empty"),
    ({"type": "string", "enum": [""]}, "cannot be empty"),
    ({"type": "array"}, "items: missing field"),
    ({"type": "array", "items": {"oneOf": []}}, 'Unknown name "oneOf"'),
    ({"type": "object", "required": ["a"]}, "property is not defined"),
    ({"description": "x", "anyOf": [{"type": "string"}]}, "it must be the only field set"),
    ({"anyOf": [{"type": "string", "const": "x"}]}, 'Unknown name "const"'),
    (True, "Invalid value"),
]


@pytest.mark.parametrize(("schema", "said"), SCHEMAS)
@pytest.mark.parametrize("model", ["gemini", "nomnom", "google/gemini-3-flash-preview"])
def test_gemini_refuses_what_its_schema_lacks(model, schema, said):
    """Each keyword is refused wherever a schema stands, with Vertex's words."""
    parameters = {"type": "object", "properties": {"city": schema}}
    script = ask(model, tools=[tool(parameters)])
    assert script.status == 400
    assert said in complaint(script)


def test_gemini_lets_properties_have_any_name():
    """A property may be called as a keyword is."""
    parameters = {"type": "object", "properties": {"const": {"type": "string"}}}
    assert ask("gemini", tools=[tool(parameters)]).status == 200


REFUSED = [
    ("gemini", [called("a"), result("a")], "missing a thought_signature"),
    ("gemini", [called("a", function=OTHERS), result("a")], "Corrupted thought signature"),
    ("gemini", [called("a", function=GARBLED), result("a")], "Corrupted thought signature"),
    ("gemini", [called("a", "b", function=SIGNED), result("a")], "number of function response"),
    ("gemini", [called("a", "b", function=SIGNED), result("b"), result("a")], "number of"),
    ("gemini", [result("a")], "immediately after"),
    ("openai", [called("a" * 41), result("a" * 41)], "maximum length 40"),
    ("gpt-5", [called("a"), user("next")], "must be followed by tool messages"),
    ("openai", [called("a"), result("b")], "must be followed by tool messages"),
    ("openai", [result("b")], "must be a response to a preceeding"),
    ("kimi", [called("a", reasoning_content="hm"), result("a")], "has no name"),
    ("kimi", [called("a"), result("a", name="weather")], "message at index 1"),
    ("kimi", [called("a", reasoning_content=""), result("a", name="w")], "reasoning_content is"),
    ("deepseek", [called("a"), result("a")], "must be passed back"),
    ("claude", [called("a.b"), result("a.b")], "should match pattern"),
    ("nova", [called("a:b"), result("a:b")], "should match pattern"),
    ("claude", [called("a")], "without `tool_result` blocks"),
    ("mistral", [called("call_1"), result("call_1")], "length of 9"),
    ("mistral", [called("abcdefghi"), result("abcdefghi"), user()], "Unexpected role 'user'"),
]


@pytest.mark.parametrize(("model", "turns", "said"), REFUSED)
def test_each_family_refuses_conversations(model, turns, said):
    """What a family does not take in a conversation is a 400 with its words."""
    script = ask(model, messages=[user(), *turns], tools=[tool()])
    assert script.status == 400
    assert said.lower() in complaint(script).lower()


TAKEN = [
    ("gemini", [called("a", function=SIGNED), result("a")]),
    ("gemini", [called("a", function=SKIPPED), result("a")]),
    ("gemini", [called("a", function={"extra_content": {"google": SIGNED}}), result("a")]),
    ("gemini", [called("a"), result("a"), user("And now?")]),
    ("gemini-fast", [called("a"), result("a")]),
    ("openai", [called("a", "b"), result("b"), result("a")]),
    ("kimi", [called("a", reasoning_content="hm"), result("a", name="weather")]),
    ("deepseek", [called("a", reasoning_content="hm"), result("a")]),
    ("claude", [called("a-b_1"), result("a-b_1")]),
    ("mistral", [called("abcdefgh1"), result("abcdefgh1")]),
    ("grok", [called("anything goes"), user()]),
]


@pytest.mark.parametrize(("model", "turns"), TAKEN)
def test_each_family_takes_what_is_right(model, turns):
    """What a family takes goes on to the model within."""
    assert ask(model, messages=[user(), *turns], tools=[tool()]).status == 200


@pytest.mark.parametrize(
    ("model", "said"),
    [("gemini", "immediately after"), ("openai", "(messages[0])"), ("kimi", "messages[0]")],
)
def test_a_result_cannot_open_a_conversation(model, said):
    """The first message counts as much as the others."""
    script = ask(model, messages=[result("a", name="weather"), user()], tools=[tool()])
    assert script.status == 400
    assert said in complaint(script)


def test_the_gateway_breaks_on_empty_arguments():
    """Arguments that are an empty text are a 500, as they are in the service."""
    turns = [user(), called("a", arguments="", function=SIGNED), result("a")]
    assert ask("gemini", messages=turns, tools=[tool()]).status == 500


BODIES = [
    ("gemini", {"tools": [tool(), {"type": "google_search"}]}, "all search tools"),
    ("openai", {"tools": [tool(name=f"t{n}") for n in range(129)]}, "maximum length 128"),
    ("openai", {"tools": [tool({"properties": {}})]}, "got 'type: \"None\"'"),
    ("nova", {"max_tokens": 8001}, "model limit of 8000"),
    ("nova", {"tools": [tool({**WEATHER, "additionalProperties": False})]}, "extraneous key"),
    ("claude", {"tools": [tool({"anyOf": []})]}, "at the top level"),
    ("claude", {"messages": [user(), called("a"), result("a")]}, "toolConfig field must be"),
    ("perplexity-fast", {"tools": [tool()]}, "does not support tool calling"),
]


@pytest.mark.parametrize(("model", "body", "said"), BODIES)
def test_each_family_refuses_fields(model, body, said):
    """So are the fields that it does not take."""
    script = ask(model, **body)
    assert script.status == 400
    assert said in complaint(script)


@pytest.mark.parametrize("model", ["nomnom", "community/demo/nomnom", "gemini-scrape"])
def test_a_model_that_searches_takes_functions_beside_its_search(model):
    """Whatever else it refuses as Gemini does."""
    for search in ({"type": "google_search"}, tool(name="google_search")):
        assert ask(model, tools=[tool(), search]).status == 200
    assert ask(model, tools=[tool({"properties": {"a": {"const": "x"}}})]).status == 400


@pytest.mark.parametrize("model", ["innovator", "gptq", "community/nova-fan/foo"])
def test_a_family_is_a_word(model):
    """A word within a word, or in the name of a community's member, makes no family."""
    assert ask(model, max_tokens=8001, tools=[tool(name=f"t{n}") for n in range(129)]).status == 200


def test_the_cap_on_tools_is_a_parameter():
    """A deployment with a lower cap is a family of one check."""
    strict = Strict(scripts.text("Fine"), {"openai": [at_most_tools(120)]})
    body = {"messages": [user()], "tools": [tool(name=f"t{n}") for n in range(121)]}
    assert "maximum length 120" in complaint(strict(Asked("enter", "/", body=body)))


def test_a_deep_schema_is_walked():
    """However deep a schema is, it is looked through."""
    schema = {"type": "string", "const": "x"}
    for _ in range(2000):
        schema = {"type": "object", "properties": {"a": schema}}
    body = {"model": "gemini", "messages": [user()], "tools": [tool(schema)]}
    asked = Asked("enter", "/", body=body)
    assert Strict(scripts.text("Fine"))(asked).status == 400
