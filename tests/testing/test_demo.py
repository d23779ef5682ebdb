"""Tests for the model behind a demonstration."""

import shlex

import orjson
import pytest

from pollinations.chat.sse import EventDecoder
from pollinations.testing.demo import HELLO, Demo, manner_of
from pollinations.testing.recording import Asked
from pollinations.testing.script import Pause, Send
from pollinations.testing.strict import Strict
from pollinations.testing.thoughts import belongs, signature_for

WEATHER = {
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"enum": ["C", "F"]}},
        "required": ["city", "unit"],
    },
}
BASH = {
    "name": "bash",
    "description": "Runs a command",
    "parameters": {
        "type": "object",
        "properties": {"command": {"type": "string"}, "description": {"type": "string"}},
        "required": ["command", "description"],
    },
}
FAMILIES = [
    "openai",
    "gemini",
    "gemini-fast",
    "gemini-large",
    "mistral",
    "kimi",
    "nova-fast",
    "claude",
    "glm",
    "deepseek",
    "nomnom",
]


class Talk:
    """A conversation with a model, as a client has it: it sends back what it was given."""

    def __init__(self, name="openai", *functions, model=None, **fields):
        self.model = model or Demo()
        self.messages = []
        tools = [{"type": "function", "function": function} for function in functions]
        self.fields = {"model": name, **({"tools": tools} if tools else {}), **fields}

    def ask(self, **fields):
        """The script that answers the conversation so far."""
        body = {**self.fields, "messages": self.messages, **fields}
        asked = Asked("enter", "/v1/chat/completions", body=body, raw=orjson.dumps(body))
        return self.model(asked)

    def says(self, text):
        """What the model's message is, after the user said *text*."""
        self.messages.append({"role": "user", "content": text})
        return self.goes_on()

    def goes_on(self):
        """The model's next message."""
        [step] = self.ask().steps
        completion = orjson.loads(step.data)
        assert "choices" in completion, completion
        message = completion["choices"][0]["message"]
        self.messages.append(message)
        return message

    def returns(self, *results):
        """The model's next message, after its calls returned *results*."""
        for call, result in zip(self.messages[-1]["tool_calls"], results, strict=True):
            named = {"tool_call_id": call["id"], "name": call["function"]["name"]}
            self.messages.append({"role": "tool", **named, "content": result})
        return self.goes_on()


def made(message):
    """The tools that a message calls, with their arguments."""
    calls = message["tool_calls"]
    return [(c["function"]["name"], orjson.loads(c["function"]["arguments"])) for c in calls]


def test_it_greets_and_says_what_it_is():
    """A newcomer learns what this is and what to try."""
    assert Talk().says("hi")["content"] == HELLO


def test_it_asks_for_the_weather():
    """The call fits the tool's schema: what is required is there."""
    said = Talk("openai", WEATHER).says("What is the weather in Paris?")
    assert made(said) == [("get_weather", {"city": "Paris", "unit": "C"})]


def test_it_uses_the_result():
    """What the tool returned is in the answer."""
    talk = Talk("openai", WEATHER)
    talk.says("Weather in Rome?")
    assert "21 degrees" in talk.returns("21 degrees")["content"]


def test_cities_are_asked_at_once_or_in_turn():
    """With "and" they are one step of several calls, with "then" several steps."""
    talk = Talk("openai", WEATHER)
    first = talk.says("Weather in Paris and New York, then Rome?")
    assert [arguments["city"] for _, arguments in made(first)] == ["Paris", "New York"]
    assert made(talk.returns("1", "2"))[0][1]["city"] == "Rome"
    assert "> 3" in talk.returns("3")["content"]


def test_it_runs_what_it_is_told_to():
    """What stands in backquotes, one step each."""
    talk = Talk("openai", WEATHER, BASH)
    assert made(talk.says("Run `echo hi`, then `ls`"))[0][1]["command"] == "echo hi"
    assert made(talk.returns("hi"))[0][1]["command"] == "ls"
    assert "hi" in talk.returns("a.txt")["content"]


def test_it_guesses_no_commands():
    """Words outside backquotes are never run."""
    said = Talk("openai", BASH).says("Run rm -rf / for me")
    assert made(said)[0][1]["command"] == "echo 'Hello from the demo'"


def test_a_shell_knows_the_weather_too():
    """Without a tool for the weather, a shell says it."""
    said = Talk("openai", BASH).says("What is the weather in Oslo?")
    assert "Oslo" in made(said)[0][1]["command"]


def test_a_shell_understands_the_command():
    """An apostrophe in the name of a city is no quotation mark."""
    said = Talk("openai", BASH).says("What is the weather in L'Aquila?")
    command = made(said)[0][1]["command"]
    assert shlex.split(command) == ["echo", "L'Aquila: 21 °C, sunny"]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Use the tool.", {}),
        ("hi", {"tool_choice": "required"}),
        ("hi", {"tool_choice": {"type": "function", "function": {"name": "get_weather"}}}),
    ],
)
def test_it_uses_any_tool_when_told_to(text, fields):
    """By words, or by ``tool_choice``."""
    assert made(Talk("openai", WEATHER, **fields).says(text))[0][0] == "get_weather"


def test_no_tools_when_told_so():
    """``tool_choice: none`` counts."""
    said = Talk("openai", WEATHER, tool_choice="none").says("Weather in Rome?")
    assert "tool_calls" not in said


def test_riddles_make_it_think():
    """The thought comes beside the answer."""
    said = Talk().says("Here is a riddle: it has keys and opens no lock?")
    assert said["reasoning_content"]
    assert "piano" in said["content"]


def test_it_finds_titles():
    """A title generator gets a short title, whatever the text asks for."""
    talk = Talk()
    talk.messages = [
        {"role": "system", "content": "You are a title generator. You output only a title."},
        {"role": "user", "content": "Generate a title for this conversation:\n"},
    ]
    title = talk.says('"Run `ls` and tell me what you see in there"')["content"]
    assert title == "Demo: Run `ls` and tell me what"


def test_it_summarizes():
    """So does the summarizer of a long conversation."""
    talk = Talk()
    talk.messages = [{"role": "system", "content": "You are a context summarization agent."}]
    assert "2 messages" in talk.says("Summarize.")["content"]


def test_it_answers_in_json():
    """By the schema that was given, or by none."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    assert orjson.loads(Talk(response_format=wanted).says("hi")["content"]) == {"n": 1}
    said = Talk(response_format={"type": "json_object"}).says("hi")["content"]
    assert orjson.loads(said)["demo"] is True


def test_text_in_parts():
    """A message may be a list of parts."""
    talk = Talk("openai", WEATHER)
    assert made(talk.says([{"type": "text", "text": "Weather in Rome?"}]))


def test_text_that_is_none():
    """A part whose text is a number says nothing."""
    assert Talk().says([{"type": "text", "text": 5}])["content"] == HELLO


def test_unknown_models():
    """What is not listed is not found."""
    talk = Talk("gpt-2")
    talk.messages = [{"role": "user", "content": "hi"}]
    assert talk.ask().status == 404


@pytest.mark.parametrize(
    ("model", "form"),
    [
        ("google/gemini-2.5-flash-lite", "portkey"),
        ("Kimi-K2", "kimi"),
        ("amazon/nova-micro-v1", "whole"),
        ("innovator", "openai"),
        ("community/gemini-fan/foo", "openai"),
    ],
)
def test_the_manner_is_the_family_s(model, form):
    """A family is a word in a model's name."""
    assert manner_of(model).form == form


def test_gemini_calls_as_gemini_does():
    """Identifiers of 44 characters, one signature a step, the same in every run."""
    first = Talk("gemini", WEATHER).says("Weather in Paris and Rome?")["tool_calls"]
    assert [len(call["id"]) for call in first] == [44, 44]
    assert belongs(first[0]["function"]["thought_signature"], "get_weather")
    assert "thought_signature" not in first[1]["function"]
    assert Talk("gemini", WEATHER).says("Weather in Paris and Rome?")["tool_calls"] == first


def test_signatures_of_any_name():
    """The names of Gemini's functions may hold colons."""
    assert belongs(signature_for("files:read", 1), "files:read")
    assert not belongs(signature_for("files:read", 1), "files")


def test_gemini_streams_as_gemini_does():
    """All calls at index 0, and ``stop`` as the reason."""
    talk = Talk("gemini", WEATHER)
    talk.messages = [{"role": "user", "content": "Weather in Paris and Rome?"}]
    sent = b"".join(step.data for step in talk.ask(stream=True).steps)
    chunks = [orjson.loads(data) for _, data in EventDecoder().feed(sent)[:-1]]
    calls = [c["choices"][0]["delta"]["tool_calls"][0] for c in chunks[:2]]
    assert [call["index"] for call in calls] == [0, 0]
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


def test_identifiers_are_never_repeated():
    """Each call of a demonstration has its own."""
    talk = Talk("openai", WEATHER)
    one = talk.says("Weather in Rome?")["tool_calls"][0]["id"]
    assert talk.says("Weather in Rome?")["tool_calls"][0]["id"] != one


def test_a_pace_makes_streaming_visible():
    """Between two deltas it waits."""
    talk = Talk(model=Demo(pace=0.02))
    talk.messages = [{"role": "user", "content": "hi"}]
    steps = talk.ask(stream=True).steps
    assert steps.count(Pause(0.02)) == len([s for s in steps if isinstance(s, Send)]) - 4


@pytest.mark.parametrize("family", FAMILIES)
def test_a_strict_model_takes_a_loop_that_is_right(family):
    """Three steps, with everything sent back as it came, end in an answer, in every family."""
    functions = [{**BASH, "description": "A shell."}]
    talk = Talk(family, *functions, model=Strict(Demo()))
    talk.says("Run `one`, `two` and `three`")
    talk.returns("1")
    talk.returns("2")
    assert "> 3" in talk.returns("3")["content"]
