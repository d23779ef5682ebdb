"""A command's answer looks like a model's, and no model has seen it."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from treq.testing import StubTreq
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from pollinations.testing import scripts
from pollinations.testing.together import Together
from pollinations.upstream.exchange import Exchange
from pollinations.web.api import OpenAIResource

FIXTURES = Path(__file__).parent.parent / "fixtures" / "opencode"
ZERO = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
TITLE = {"role": "system", "content": "You are a title generator. You output ONLY a thread title."}


class AnswerTests(SynchronousTestCase):
    """Tests for commands in ``/v1/chat/completions``."""

    def setUp(self) -> None:
        self.proxy = Together()
        self.proxy.clock.advance(1000)

    def test_as_json(self) -> None:
        """One completion."""
        got = self.proxy.chat("/poll retry", model="enter/openai")
        whole = got.json
        self.assertTrue(whole.pop("id").startswith("pollinations-cmd-"))
        [choice] = whole.pop("choices")
        said = "No model was left alone; there is nothing to forget."
        self.assertEqual(
            choice,
            {
                "index": 0,
                "message": {"role": "assistant", "content": said},
                "finish_reason": "stop",
            },
        )
        self.assertEqual(
            whole,
            {
                "object": "chat.completion",
                "created": 1000,
                "model": "enter/openai",
                "usage": ZERO,
            },
        )
        self.assertEqual((got.status, got.header("Content-Type")), (200, "application/json"))

    def test_as_events(self) -> None:
        """The text, the end, ``[DONE]``; all with one identifier."""
        got = self.proxy.chat("/poll retry", stream=True)
        text, end = got.events
        self.assertEqual(text["id"], end["id"])
        self.assertEqual(text["object"], "chat.completion.chunk")
        self.assertEqual(text["choices"][0]["delta"]["role"], "assistant")
        self.assertEqual(end["choices"], [{"index": 0, "delta": {}, "finish_reason": "stop"}])
        self.assertNotIn("usage", text)
        self.assertTrue(got.data.endswith(b"data: [DONE]\n\n"))
        self.assertTrue(str(got.header("Content-Type")).startswith("text/event-stream"))
        self.assertEqual(got.text, self.proxy.chat("/poll retry").text)

    def test_usage_where_it_is_asked_for(self) -> None:
        """An event of its own, as OpenAI sends it."""
        got = self.proxy.chat("/poll", stream=True, stream_options={"include_usage": True})
        *_, usage = got.events
        self.assertEqual((usage["choices"], usage["usage"]), ([], ZERO))
        for options in (None, {}, {"include_usage": False}, "x"):
            got = self.proxy.chat("/poll", stream=True, stream_options=options)
            self.assertEqual(len(got.events), 2)

    def test_no_upstream_is_asked_and_nothing_counted(self) -> None:
        """And the reply names none."""
        got = self.proxy.chat("/poll mode")
        self.proxy.chat("/poll mode", stream=True)
        self.assertEqual(self.proxy.imitation.asked(), [])
        self.assertEqual(len(self.proxy.exchange.records), 0)
        self.assertIsNone(got.header("x-pollinations-universe"))
        self.assertIsNotNone(got.header("x-request-id"))
        self.assertNotIn(b"pollinations_attempts_total{", self.proxy.get("/metrics").data)

    def test_waits_for_nobody(self) -> None:
        """The one lane of the free universe may be taken."""
        proxy = Together(scripts.hanging())
        busy = proxy.chat("Tell me a story.", stream=True)
        self.assertFalse(busy.ended)
        self.assertTrue(proxy.chat("/poll retry").whole)

    def test_needs_no_key(self) -> None:
        """Not even for a model that does."""
        self.proxy.key = None
        self.assertEqual(self.proxy.chat("/poll", model="enter/openai").status, 200)

    def test_a_title_is_made_here(self) -> None:
        """The command is not run, nor told to a model; only its name is said."""
        for line, title in (
            ("/poll mode manual", "Pollinations: mode"),
            ("/poll", "Pollinations: help"),
            ("/poll connect sk_demo", "Pollinations: connect"),
            ("/poll sk_abcdef", "Pollinations: command"),
        ):
            got = self.proxy.chat(TITLE, "Generate a title for this conversation:\n", line)
            self.assertEqual(got.text, title)
        self.assertEqual(self.proxy.imitation.asked(), [])
        self.assertIsNone(self.proxy.settings.mode)
        self.assertIsNone(self.proxy.settings.api_key)

    def test_opencodes_own_requests(self) -> None:
        """With its tools, its long system text and its options."""
        body = orjson.loads((FIXTURES / "gemini.json").read_bytes())["body"]
        system = body["messages"][0]
        body["messages"] = [system, {"role": "user", "content": "/poll retry\n"}]
        got = self.proxy.post("/v1/chat/completions", orjson.dumps(body))
        self.assertEqual(got.text, "No model was left alone; there is nothing to forget.")

    def test_without_commands_a_model_answers(self) -> None:
        """The resource may be somebody else's."""
        exchange = Exchange(Clock(), {})
        api = OpenAIResource(exchange, exchange.clock)
        client: Any = StubTreq(api.app.resource())
        url = "http://x/v1/commands"
        got = self.successResultOf(client.post(url, json={"words": ["mode"]}))
        self.assertEqual(got.code, 404)


class CommandsResourceTests(SynchronousTestCase):
    """Tests for ``/v1/commands``."""

    def test_runs_a_command(self) -> None:
        """And gives what it says, for a person and for a program."""
        proxy = Together()
        got = proxy.post("/v1/commands", b'{"words": ["mode", "manual"]}')
        self.assertEqual(got.status, 200)
        self.assertEqual((got.json["ok"], got.json["data"]["mode"]), (True, "manual"))
        self.assertTrue(got.json["text"].startswith("✅ Mode: **manual**."))
        self.assertEqual(proxy.settings.mode, "manual")

    def test_what_was_not_done_is_no_http_error(self) -> None:
        """The request was a good one."""
        got = Together().post("/v1/commands", b'{"words": ["mode", "rich"]}')
        self.assertEqual((got.status, got.json["ok"]), (200, False))

    def test_is_guarded(self) -> None:
        """By the token, the type and the origin, as all else."""
        body = b'{"words": ["mode"]}'
        proxy = Together(token="local_x")
        self.assertEqual(proxy.post("/v1/commands", body).status, 401)
        proxy.token = None
        headers = {"Origin": "https://evil.example"}
        self.assertEqual(proxy.post("/v1/commands", body, headers).status, 403)
        headers = {"Content-Type": "text/plain"}
        self.assertEqual(proxy.post("/v1/commands", body, headers).status, 415)
        self.assertEqual(proxy.get("/v1/commands").status, 405)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nope",
        b"[]",
        b"{}",
        b'{"words": null}',
        b'{"words": "mode"}',
        b'{"words": [1]}',
        b'{"words": [null]}',
        b'{"words": ["\\ud800"]}',
    ],
)
def test_what_is_no_list_of_words(body: bytes) -> None:
    """Is 400."""
    assert Together().post("/v1/commands", body).status == 400
