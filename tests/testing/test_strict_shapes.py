"""Tests for requests of odd shapes: they are refused or answered, whatever they hold."""

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pollinations.chat.request import ChatRequest
from pollinations.errors import InvalidRequest
from pollinations.testing.demo import Demo
from pollinations.testing.recording import Asked
from pollinations.testing.strict import Strict


def ask(model, body):
    """What *model* says to a body that reaches it as JSON."""
    raw = orjson.dumps(body)
    return model(Asked("enter", "/", body=ChatRequest.from_json(raw).body, raw=raw))


def body(*messages, **fields):
    """A request whose user speaks of the weather, a tool and a shell."""
    said = {"role": "user", "content": "Use a tool: list the weather in Paris"}
    return {"model": "openai", "messages": [said, *messages], **fields}


def calling(**call):
    """A turn with one call."""
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def offering(**function):
    """A tool that is offered."""
    return [{"type": "function", "function": function}]


def answering(json_schema):
    """An answer's format."""
    return {"type": "json_schema", "json_schema": json_schema}


WRONG = [
    (body(calling(id="a")), "messages[1].tool_calls[0].function.name"),
    (body(calling(id="a", function={"arguments": "{}"})), "tool_calls[0].function.name"),
    (body(tools=[{"type": "function"}]), "tools[0].function.name"),
    (body(tools=offering(description="x")), "tools[0].function.name"),
    (body(tools=offering(name="f", parameters=[1])), "tools[0].function.parameters"),
    (body(tools=offering(name="f", parameters=5)), "tools[0].function.parameters"),
    (body(max_tokens="5"), "max_tokens"),
    (body(max_tokens=True), "max_tokens"),
    (body(response_format=answering([1])), "response_format.json_schema"),
]


@pytest.mark.parametrize("model", ["openai", "gemini", "nova", "claude", "mistral", "grok"])
@pytest.mark.parametrize(("wrong", "param"), WRONG)
def test_wrong_shapes_are_refused(wrong, param, model):
    """With a 400 that names the parameter, for any model."""
    script = ask(Strict(), {**wrong, "model": model})
    assert script.status == 400
    error = orjson.loads(script.steps[0].data)["error"]
    assert param in error["message"]
    assert error["details"]["name"] == "ValidationError"


RIGHT = [
    body(max_tokens=5.0),
    body(max_tokens=None),
    body(tools=[{"type": "code_execution"}]),
    body(tools=offering(name="f", parameters=None)),
    body(tools=offering(name="f", description=5)),
    body({"role": "user", "content": "hi", "tool_calls": [{"id": "no assistant's"}]}),
]


@pytest.mark.parametrize("right", RIGHT)
def test_other_shapes_are_answered(right):
    """What can be understood is."""
    assert ask(Strict(), {**right, "model": "grok"}).status == 200


SCHEMAS = [
    {"properties": [1]},
    {"properties": {"a": {"required": 5, "enum": 5, "anyOf": 5, "items": 5, "type": [5]}}},
    {"properties": {"a": {"required": [[]]}}},
    {"type": {}},
]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_gemini_refuses_keywords_of_a_wrong_shape(schema):
    """As it does keywords that it does not know."""
    asked = {**body(tools=offering(name="f", parameters=schema)), "model": "gemini"}
    assert ask(Strict(), asked).status == 400


KEYS = [
    *("type", "properties", "required", "items", "anyOf", "enum", "const", "$ref", "minItems"),
    *("name", "description", "parameters", "function", "json_schema", "schema", "text"),
    *("thought_signature", "extra_content", "google"),
]
VALUES = ["object", "array", "string", "function", "text", "json_schema", "required", "#", "f"]
ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**64 - 1) | st.floats(-1e300, 1e300),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), below | st.sampled_from(VALUES), max_size=3)
    ),
    max_leaves=8,
)
TEXT = st.none() | st.sampled_from(["", "a", "get_weather", "bash", "x:y", "Weather in Rome"])


def holding(**fields):
    """Objects some of whose fields are there, among any others."""
    beside = st.dictionaries(st.sampled_from(KEYS), ODD, max_size=2)
    known = st.fixed_dictionaries({}, optional=fields)
    return st.builds(lambda one, other: {**one, **other}, beside, known)


FUNCTION = st.none() | holding(name=TEXT, description=ODD, parameters=ODD, arguments=TEXT)
CALLS = st.none() | st.lists(holding(id=TEXT, function=FUNCTION), max_size=3)
MESSAGE = st.builds(
    lambda role, rest: {"role": role, **rest},
    st.sampled_from(["user", "assistant", "tool", "system", "x"]),
    holding(
        content=TEXT | st.lists(ODD, max_size=3),
        tool_calls=CALLS,
        tool_call_id=TEXT,
        reasoning_content=ODD,
    ),
)
FIELDS = holding(
    stream=st.booleans(),
    tools=st.none() | st.lists(holding(type=ODD | TEXT, function=FUNCTION), max_size=3),
    tool_choice=ODD | st.sampled_from(["none", "required"]),
    response_format=ODD | holding(type=st.sampled_from(["json_object", "json_schema"])),
    max_tokens=ODD | TEXT,
)
FAMILIES = [
    *("openai", "gemini", "gemini-fast", "mistral", "kimi", "nova", "claude", "deepseek"),
    *("nomnom", "perplexity-fast", "openai-audio", "", "unknown"),
]


def accepted(body):
    """Whether *body* is a chat request at all."""
    try:
        return ChatRequest.from_json(orjson.dumps(body))
    except InvalidRequest:
        return None


@given(st.sampled_from(FAMILIES), FIELDS, st.lists(MESSAGE, min_size=1, max_size=4))
def test_whatever_a_request_may_hold_is_replied_to(model, fields, messages):
    """By the demo, whether or not something particular stands before it."""
    odd = {"model": model, "messages": messages, **fields}
    assume(accepted(odd))
    assert ask(Demo(), odd).status in (200, 404)
    assert ask(Strict(), odd).status in (200, 400, 404, 500)
