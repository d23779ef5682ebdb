"""The openai client, against the proxy."""

import json
import re

import openai
import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from pollinations.testing import scripts
from pollinations.testing.process import running

HELLO = [{"role": "user", "content": "Hello"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"$ref": "#/$defs/City"}},
            "required": ["city"],
            "$defs": {"City": {"type": "string", "title": "City"}},
        },
    },
}


def connected(proxy, **options):
    """A client that tries once."""
    return openai.OpenAI(base_url=proxy.url, api_key="none", max_retries=0, timeout=60, **options)


@pytest.fixture(scope="module")
def client(demo):
    """A client of the demonstration."""
    with connected(demo) as client:
        yield client


def test_lists_models(client):
    """Of both universes, with all that OpenAI says of a model; each can be looked up."""
    models = list(client.models.list())
    assert {model.id.partition("/")[0] for model in models} == {"free", "enter"}
    assert {model.object for model in models} == {"model"}
    for model in models:
        assert client.models.retrieve(model.id).id == model.id


@pytest.mark.parametrize("model", ["enter/openai", "pollinations/free/openai", "mistral"])
def test_gets_an_answer(client, model):
    """Whole, with its tokens and its end, whichever name the model goes by."""
    answer = client.chat.completions.create(model=model, messages=HELLO)
    [choice] = answer.choices
    assert choice.message.content.startswith("Hello!")
    assert choice.finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


@pytest.mark.parametrize("model", ["enter/openai", "enter/gemini", "free/openai"])
def test_gets_a_stream(client, model):
    """Of many pieces, with the usage last."""
    options = {"include_usage": True}
    with client.chat.completions.create(
        model=model, messages=HELLO, stream=True, stream_options=options
    ) as stream:
        chunks = list(stream)
    said = [choice.delta.content for chunk in chunks for choice in chunk.choices]
    assert "".join(filter(None, said)).startswith("Hello!")
    assert len(said) > 10
    ends = [choice.finish_reason for chunk in chunks for choice in chunk.choices]
    assert list(filter(None, ends)) == ["stop"]
    assert [bool(chunk.usage) for chunk in chunks].count(True) == 1


def test_reads_who_answered_from_the_headers(client):
    """Each reply says who made it, and which rules altered the request."""
    raw = client.chat.completions.with_raw_response.create(
        model="enter/gemini", messages=HELLO, tools=[WEATHER], extra_headers={"x-request-id": "a"}
    )
    assert raw.headers["x-request-id"] == "a"
    assert raw.headers["x-pollinations-universe"] == "enter"
    assert raw.headers["x-pollinations-model"] == "gemini"
    assert "gemini.schema" in raw.headers["x-pollinations-changes"].split(",")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(
    "model", ["enter/gemini", "enter/kimi", "enter/claude-fast", "free/openai"]
)
def test_calls_tools_until_it_has_its_answer(client, model, stream):
    """The loop of every agent: two cities at once, then a third one."""
    question = "What is the weather in Paris and Rome, then Oslo?"
    messages = [{"role": "user", "content": question}]
    steps = 0
    while True:
        create = _streamed if stream else _whole
        message = create(client, model=model, messages=messages, tools=[WEATHER])
        messages.append(message.to_dict())
        if not message.tool_calls:
            break
        steps += 1
        messages += [
            {
                "role": "tool",
                "tool_call_id": call.id,
                "content": f"{json.loads(call.function.arguments)['city']}: sunny",
            }
            for call in message.tool_calls
        ]
    assert steps == 2
    assert re.findall(r"> (\w+): sunny", message.content) == ["Paris", "Rome", "Oslo"]


def _whole(client, **asked):
    return client.chat.completions.create(**asked).choices[0].message


def _streamed(client, **asked):
    with client.chat.completions.stream(**asked) as stream:
        return stream.get_final_completion().choices[0].message


def test_gets_json_when_it_asks_for_it(client):
    """In the shape that was asked for."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    form = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    answer = client.chat.completions.create(
        model="enter/openai", messages=HELLO, response_format=form
    )
    assert isinstance(json.loads(answer.choices[0].message.content)["n"], int)


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"messages": "Hello"}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user"}, {"content": 1}]}, "messages[1]"),
        ({"model": 7}, "model"),
        ({"stream": "yes"}, "stream"),
    ],
    ids=str,
)
def test_a_wrong_request_is_named(client, asked, param):
    """With the field that is wrong."""
    fields = {"model": "openai", "messages": HELLO, **asked}
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(**fields)
    assert raised.value.type == "invalid_request_error"
    assert (raised.value.param or "").startswith(param)


def test_an_unknown_model_or_path_is_not_found(client):
    """Whether it is asked for, or asked about."""
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="enter/none", messages=HELLO)
    with pytest.raises(openai.NotFoundError, match="There is no model 'none'"):
        client.models.retrieve("none")
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="enter/openai", input="Hello")


def test_a_missing_key_is_said(tmp_path):
    """Before anything is asked of an upstream."""
    nobody = "http://127.0.0.1:9"
    with running(tmp_path, "--port", "0", "--free-url", nobody, "--enter-url", nobody) as proxy:
        with connected(proxy) as client, pytest.raises(openai.AuthenticationError) as raised:
            client.chat.completions.create(model="enter/openai", messages=HELLO)
    assert raised.value.code == "api_key_required"


@pytest.mark.parametrize(
    ("model", "error", "code"),
    [
        (scripts.error(400, "Bad field"), openai.BadRequestError, None),
        (scripts.error(401, "Bad key"), openai.AuthenticationError, None),
        (scripts.refusal("credits"), openai.APIStatusError, 402),
        (scripts.refusal("model"), openai.PermissionDeniedError, 403),
        (scripts.error(404, "No such model"), openai.NotFoundError, 404),
        (scripts.error(422, "Bad schema"), openai.UnprocessableEntityError, 422),
        (scripts.error(429, "Slow down", retry_after=7), openai.RateLimitError, 429),
        (scripts.error(503, "Busy"), openai.InternalServerError, 503),
        (scripts.html(502), openai.InternalServerError, 502),
        (scripts.html(), openai.InternalServerError, 502),
        (scripts.dropped(), openai.InternalServerError, 502),
    ],
)
@pytest_twisted.ensureDeferred
async def test_errors_have_their_classes(behind, model, error, code):
    """So that programs can tell them apart; and what can be waited for says how long."""
    behind.imitation.model = model
    with connected(behind.proxy) as client, pytest.raises(error) as raised:
        await deferToThread(
            client.chat.completions.create, model="enter/openai", messages=HELLO, stream=True
        )
    assert code in (None, raised.value.status_code)
    assert raised.value.body["message"]
    if code == 429:
        assert raised.value.response.headers["retry-after"] == "7"
