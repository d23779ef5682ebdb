"""The endpoints, asked as a client asks them, in front of an imitated upstream."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from treq.testing import StubTreq
from twisted.internet.defer import maybeDeferred
from twisted.trial.unittest import SynchronousTestCase

from pollinations import __version__
from pollinations.settings.file import SettingsFile
from pollinations.settings.schema import Listener, Settings
from pollinations.testing import scripts
from pollinations.testing.account import DEMO_KEY
from pollinations.testing.together import Got, Together
from pollinations.web import api
from pollinations.web.relay import relay

HELLO = scripts.text("Hel", "lo")
CHAT = "/v1/chat/completions"
MESSAGES = [{"role": "user", "content": "hi"}]


class ChatTests(SynchronousTestCase):
    """Tests for ``/v1/chat/completions``."""

    def test_answers_in_json(self) -> None:
        """Without ``stream`` the answer is one JSON text, as OpenAI's default is."""
        got = Together(HELLO).chat("hi")
        self.assertEqual((got.status, got.text, got.whole), (200, "Hello", True))
        self.assertEqual(got.header("Content-Type"), "application/json")
        self.assertEqual(got.json["object"], "chat.completion")
        self.assertEqual(got.response.length, len(got.data))

    def test_answers_with_events(self) -> None:
        """With ``stream`` it is events, and ``[DONE]`` once, at the end."""
        got = Together(HELLO).chat("hi", stream=True)
        self.assertEqual((got.status, got.text, got.whole), (200, "Hello", True))
        self.assertTrue(str(got.header("Content-Type")).startswith("text/event-stream"))
        self.assertTrue(got.data.endswith(b"data: [DONE]\n\n"))
        self.assertEqual(got.data.count(b"[DONE]"), 1)

    def test_answers_at_the_short_path(self) -> None:
        """Clients whose base has no ``/v1`` are served too; so are slashes and queries."""
        for path in ("/chat/completions", f"{CHAT}/", f"{CHAT}?x=1", "/v1//chat/completions"):
            got = Together(HELLO).post(path, orjson.dumps({"messages": MESSAGES}))
            self.assertEqual((got.status, got.text), (200, "Hello"), path)

    def test_sends_to_the_universe_of_the_prefix(self) -> None:
        """Today's prefixes and those of old; the model reaches the upstream bare."""
        proxy = Together(HELLO)
        for name in (
            "free/openai",
            "pollinations/free/openai",
            "enter/openai/gpt-5.4",
            "pollinations/enter/openai/gpt-5.4",
            "enter/google/gemini-3-flash-preview",
        ):
            self.assertEqual(proxy.chat("hi", model=name).status, 200)
        self.assertEqual(
            [(asked.universe, asked.model) for asked in proxy.imitation.asked()],
            [
                ("free", "openai"),
                ("free", "openai"),
                ("enter", "openai/gpt-5.4"),
                ("enter", "openai/gpt-5.4"),
                ("enter", "google/gemini-3-flash-preview"),
            ],
        )

    def test_a_request_without_a_model_is_openais(self) -> None:
        """And goes the cheap way."""
        proxy = Together(HELLO)
        proxy.post(CHAT, orjson.dumps({"messages": MESSAGES}))
        [asked] = proxy.imitation.asked()
        self.assertEqual((asked.universe, asked.model), ("free", "openai"))

    def test_the_key_goes_to_enter_alone(self) -> None:
        """The free universe never sees one."""
        proxy = Together(HELLO)
        proxy.chat("hi", model="free/openai")
        proxy.chat("hi", model="enter/openai")
        free, enter = proxy.imitation.asked()
        self.assertEqual((free.key, enter.key), ("", DEMO_KEY))

    def test_tells_upstreams_nothing_of_the_client(self) -> None:
        """Its headers stay here, and ours are those that upstreams take."""
        proxy = Together(HELLO)
        headers = {
            "User-Agent": "OpenAI/Python",
            "Referer": "http://x",
            "Cookie": "a=b",
            "X-Stainless-Os": "Linux",
            "X-Session-Id": "ses_1",
        }
        proxy.chat("hi", headers=headers)
        [asked] = proxy.imitation.asked()
        self.assertEqual(
            dict(asked.headers),
            {
                "accept": "application/json, text/event-stream",
                "connection": "close",
                "content-length": str(len(asked.raw)),
                "content-type": "application/json",
                "host": "up",
                "user-agent": "curl/8.5.0",
            },
        )

    def test_passes_unknown_fields(self) -> None:
        """What the proxy does not know of, an upstream may."""
        proxy = Together(HELLO)
        proxy.chat("hi", wholly_new={"deep": [1, None]}, temperature=0.5)
        [asked] = proxy.imitation.asked()
        self.assertEqual(asked.body["wholly_new"], {"deep": [1, None]})
        self.assertEqual(asked.body["temperature"], 0.5)

    def test_explains_itself(self) -> None:
        """Each reply says who answered, what was changed, and after how many attempts."""
        got = Together(HELLO).chat("hi", model="enter/gemini")
        self.assertEqual(got.header("x-pollinations-universe"), "enter")
        self.assertEqual(got.header("x-pollinations-model"), "gemini")
        self.assertEqual(got.header("x-pollinations-attempts"), "1")
        self.assertIn("all.private", str(got.header("x-pollinations-changes")))
        self.assertIsNone(got.header("x-pollinations-fallback"))

    def test_passes_nothing_of_an_upstreams_headers(self) -> None:
        """Neither cookies nor limits nor what it says of other pages."""
        noisy = {
            "Set-Cookie": "a=b",
            "Access-Control-Allow-Origin": "*",
            "X-RateLimit-Remaining": "0",
            "X-Powered-By": "somebody",
        }
        quiet = Together(HELLO).chat("hi").response.headers

        def loud(asked):
            script = HELLO(asked)
            return script.but(headers={**script.headers, **noisy})

        got = Together(loud).chat("hi")
        names = [{name for name, _ in h.getAllRawHeaders()} for h in (quiet, got.response.headers)]
        self.assertEqual(*names)

    def test_wants_a_key_for_enter(self) -> None:
        """Nobody is asked without one."""
        proxy = Together(HELLO, key=None)
        got = proxy.chat("hi", model="enter/openai")
        self.assertEqual((got.status, got.error["code"]), (401, "api_key_required"))
        self.assertEqual(proxy.imitation.asked(), [])

    def test_has_room_for_so_many(self) -> None:
        """More are told to come back."""
        settings = Settings(listener=Listener(requests=1))
        proxy = Together(scripts.hanging(), settings=settings)
        proxy.chat("hi", model="enter/openai")
        got = proxy.chat("hi", model="enter/openai")
        self.assertEqual((got.status, got.header("Retry-After")), (503, "1"))

    def test_makes_room_again(self) -> None:
        """A request that is over, or whose client left, counts no longer."""
        settings = Settings(listener=Listener(requests=1))
        proxy = Together(scripts.InTurn(scripts.hanging(), HELLO, HELLO), settings=settings)
        proxy.chat("hi", model="enter/openai").leave()
        proxy.pump()
        for _ in range(2):
            self.assertEqual(proxy.chat("hi", model="enter/openai").status, 200)

    def test_a_bug_after_the_beginning_cuts_the_answer(self) -> None:
        """It does not end as if it were whole, and nothing is glued to it."""
        proxy = Together(HELLO)

        async def broken(body: Any, request: Any) -> None:
            request.write(b"data: begun")
            raise RuntimeError("a bug")

        self.patch(api, "relay", broken)
        got = proxy.chat("hi", stream=True)
        self.assertEqual((got.data, got.ended, got.whole), (b"data: begun", True, False))
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)
        self.assertEqual(proxy.get("/health").status, 200)

    def test_a_stream_keeps_no_head(self) -> None:
        """Once that has left, nobody needs it; a stream may be one of a thousand."""
        proxy, seen = Together(scripts.text("One ", "two").but(pace=5.0)), []

        async def seeing(body: Any, request: Any) -> None:
            seen.append(request)
            await relay(body, request)

        self.patch(api, "relay", seeing)
        got = proxy.chat("hi", model="enter/openai", stream=True)
        self.assertEqual((got.status, got.ended), (200, False))
        self.assertEqual(list(seen[0].responseHeaders.getAllRawHeaders()), [])
        proxy.advance(20)
        self.assertEqual((got.text, got.whole), ("One two", True))

    def test_an_observer_that_breaks_is_nobodys_business(self) -> None:
        """The answer is as whole as it was, and the bug in the log."""
        proxy = Together(HELLO)
        proxy.exchange.observers.insert(0, lambda record: 1 / 0)
        for stream in (True, False):
            got = proxy.chat("hi", stream=stream)
            self.assertEqual((got.text, got.whole), ("Hello", True))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 2)

    def test_names_its_requests_without_a_guard_too(self) -> None:
        """As in somebody else's site."""
        proxy = Together(HELLO)
        treq = StubTreq(proxy.api.app.resource())
        headers = {"Content-Type": "application/json", "X-Request-Id": "mine"}
        asking = treq.post(
            f"http://site{CHAT}", orjson.dumps({"messages": MESSAGES}), headers=headers
        )
        proxy.pump()
        treq.flush()
        response = self.successResultOf(asking)
        self.assertEqual(response.headers.getRawHeaders("x-request-id"), ["mine"])
        self.assertEqual(proxy.exchange.records.latest.id, "mine")

    def test_a_model_that_fails_is_counted_by_its_name(self) -> None:
        """Not by that of the one that took over."""
        proxy = Together(scripts.ByUniverse(enter=scripts.error(402, "No"), free=HELLO))
        proxy.chat("hi", model="enter/gemini")
        text = proxy.get("/metrics").data.decode()
        gemini = 'model="google/gemini-3-flash-preview",outcome="funds",universe="enter"'
        self.assertIn(f"pollinations_attempts_total{{{gemini}}} 1.0", text)


WRONG = [
    (b"", None),
    (b"{", None),
    (b'{"messages": [', None),
    (b"null", None),
    (b"[]", None),
    (b'"x"', None),
    (b"{}", "messages"),
    (b'{"messages": null}', "messages"),
    (b'{"messages": []}', "messages"),
    (b'{"messages": {}}', "messages"),
    (b'{"messages": "hi"}', "messages"),
    (b'{"messages": [null]}', "messages[0]"),
    (b'{"messages": [{}]}', "messages[0].role"),
    (b'{"messages": [{"role": 1}]}', "messages[0].role"),
    (b'{"messages": [{"role": "user", "content": 5}]}', "messages[0].content"),
    (b'{"messages": [{"role": "user", "content": {}}]}', "messages[0].content"),
    (
        b'{"messages": [{"role": "assistant", "tool_calls": {}}]}',
        "messages[0].tool_calls",
    ),
    (
        b'{"messages": [{"role": "assistant", "tool_calls": [1]}]}',
        "messages[0].tool_calls[0]",
    ),
    (
        b'{"messages": [{"role": "assistant", "tool_calls": [{"function": 1}]}]}',
        "messages[0].tool_calls[0].function",
    ),
    (
        b'{"messages": [{"role": "tool", "tool_call_id": 7}]}',
        "messages[0].tool_call_id",
    ),
    (b'{"messages": [{"role": "user"}], "model": 5}', "model"),
    (b'{"messages": [{"role": "user"}], "model": ["a"]}', "model"),
    (b'{"messages": [{"role": "user"}], "model": "a\\nb"}', "model"),
    (b'{"messages": [{"role": "user"}], "model": "' + b"a" * 1000 + b'"}', "model"),
    (b'{"messages": [{"role": "user"}], "stream": "yes"}', "stream"),
    (b'{"messages": [{"role": "user"}], "stream": 1}', "stream"),
    (b'{"messages": [{"role": "user"}], "tools": {}}', "tools"),
    (b'{"messages": [{"role": "user"}], "tools": ["bash"]}', "tools[0]"),
    (
        b'{"messages": [{"role": "user"}], "tools": [{"function": "bash"}]}',
        "tools[0].function",
    ),
    (b'{"messages": [{"role": "user", "content": NaN}]}', None),
    (b'\xff{"messages": []}', None),
    (b"[" * 100_000, None),
    (
        b'{"messages": [{"role": "user"}], "deep": ' + b"[" * 600 + b"]" * 600 + b"}",
        None,
    ),
    (b'{"messages":' * 5000 + b"1" + b"}" * 5000, None),
]


@pytest.mark.parametrize(("body", "param"), WRONG, ids=range(len(WRONG)))
def test_a_body_that_is_no_request_is_refused(body: bytes, param: str | None) -> None:
    """With OpenAI's error, which names the field; no upstream hears of it."""
    proxy = Together(HELLO)
    got = proxy.post(CHAT, body)
    assert (got.status, got.error["type"]) == (400, "invalid_request_error")
    assert got.error["param"] == param
    assert param is None or param in got.error["message"]
    assert proxy.imitation.asked() == []
    assert proxy.chat("hi").status == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/", 404, None),
        ("GET", "/nothing", 404, None),
        ("POST", "/v1/embeddings", 404, None),
        ("GET", "/v1/chat/completions", 405, "OPTIONS, POST"),
        ("DELETE", "/v1/models", 405, "GET, HEAD, OPTIONS"),
        ("POST", "/health", 405, "GET, HEAD, OPTIONS"),
        ("GET", "/v1/auth", 405, "OPTIONS, POST"),
        ("GET", "/%ff", 400, None),
        ("post", "/health", 405, "GET, HEAD, OPTIONS"),
        ("GET", "/v1/%2e%2e/health", 404, None),
        ("GET", "/v1/models/enter/none/such", 404, None),
    ],
)
def test_what_is_not_served_is_said_so(
    method: str, path: str, status: int, allow: str | None
) -> None:
    """In OpenAI's form, with ``Allow`` where another method would do."""
    got = Together().ask(method, path, {"Content-Type": "application/json"}, b"{}")
    assert got.status == status
    assert got.header("Content-Type") == "application/json"
    assert set(got.error) == {"message", "type", "param", "code"}
    if allow is not None:
        assert set(allow.split(", ")) - {"OPTIONS"} <= set(str(got.header("Allow")).split(", "))


def test_a_byte_order_mark_is_no_reason_either() -> None:
    """Some systems write one before every file."""
    body = b"\xef\xbb\xbf" + orjson.dumps({"messages": MESSAGES})
    assert Together(HELLO).post(CHAT, body).status == 200


def test_half_an_emoji_is_no_reason_to_refuse() -> None:
    """Clients that cut a text write such."""
    proxy = Together(HELLO)
    body = rb'{"messages": [{"role": "user", "content": "\uD83D, \ud83c\udf38, \\ud83d"}]}'
    assert proxy.post(CHAT, body).status == 200
    [asked] = proxy.imitation.asked()
    assert asked.body["messages"][0]["content"] == "\ufffd, \U0001f338, \\ud83d"


class ModelsTests(SynchronousTestCase):
    """Tests for ``/v1/models``."""

    def test_lists_both_universes(self) -> None:
        """With a key."""
        found = Together().get("/v1/models").json
        ids = [model["id"] for model in found["data"]]
        self.assertEqual(found["object"], "list")
        self.assertTrue({"free", "enter"} <= {id.partition("/")[0] for id in ids})

    def test_lists_free_ones_without_a_key(self) -> None:
        """Unless all are asked for."""
        proxy = Together(key=None)
        few, all_ = (proxy.get(f"/models{q}").json["data"] for q in ("/", "?all=1"))
        self.assertEqual({model["id"].partition("/")[0] for model in few}, {"free"})
        self.assertGreater(len(all_), len(few))

    def test_describes_one(self) -> None:
        """By its name with slashes, by an alias, by a name of old."""
        proxy = Together()
        for name in ("enter/google/gemini-3-flash-preview", "enter/gemini"):
            for path in (
                f"/v1/models/{name}",
                f"/models/{name}/",
                f"/v1/models/pollinations/{name}",
            ):
                got = proxy.get(path)
                self.assertEqual(got.status, 200, path)
                self.assertEqual(got.json["object"], "model")

    def test_answers_head(self) -> None:
        """With the headers alone."""
        got = Together().ask("HEAD", "/v1/models", {})
        self.assertEqual((got.status, got.data), (200, b""))


class HealthTests(SynchronousTestCase):
    """Tests for ``/health``."""

    def test_says_how_it_is_set(self) -> None:
        """Without asking anybody."""
        proxy = Together()
        proxy.clock.advance(5)
        self.assertEqual(
            proxy.get("/health").json,
            {
                "status": "ok",
                "version": __version__,
                "mode": "pro",
                "has_key": True,
                "uptime": 5.0,
            },
        )
        self.assertEqual(proxy.imitation.asked(), [])

    def test_is_ready_until_it_drains(self) -> None:
        """Then new requests belong elsewhere, and it lives all the same."""
        proxy = Together()
        self.assertEqual(proxy.get("/health/ready").status, 200)
        proxy.api.in_flight.draining = True
        self.assertEqual(proxy.get("/health/ready").status, 503)
        self.assertEqual(proxy.get("/health/live/").status, 200)


class AuthTests(SynchronousTestCase):
    """Tests for ``/v1/auth``."""

    def auth(self, proxy: Together, body: bytes) -> Got:
        """Post what should hold a key; what is said does not repeat it."""
        got = proxy.post("/v1/auth", body)
        self.assertNotIn(b"sk_", got.data)
        return got

    def test_is_served_where_keys_are_kept(self) -> None:
        """And nowhere else."""
        proxy = Together()
        proxy.control.keeps_keys = False
        got = self.auth(proxy, b'{"apiKey": "sk_x"}')
        self.assertEqual((got.status, got.error["code"]), (404, "keys_not_kept"))

    def test_keeps_a_key(self) -> None:
        """When it is good."""
        proxy = Together()
        got = self.auth(proxy, b'{"apiKey": " sk_demo "}')
        said = {"status": "ok", "in_force": True, "limited": False, "models": 20}
        self.assertEqual((got.status, got.json), (200, said))
        self.assertEqual(proxy.settings.api_key, DEMO_KEY)

    def test_refuses_what_is_no_key(self) -> None:
        """And says so without repeating it."""
        proxy = Together()
        for body in (b"{}", b"[]", b"{", b'{"apiKey": 5}', b'{"apiKey": " "}'):
            self.assertEqual(self.auth(proxy, body).status, 400)
        got = self.auth(proxy, b'{"apiKey": ""}')
        self.assertEqual(got.error["message"], "'apiKey' must not be empty.")
        got = self.auth(proxy, b'{"apiKey": "sk_secret"}')
        self.assertEqual((got.status, got.error["code"]), (401, "key_invalid"))

    def test_says_why_a_good_key_cannot_be_kept(self) -> None:
        """Of which the file in the way holds nothing."""
        proxy = Together()
        proxy.control.file = SettingsFile(Path("config.json"), maybeDeferred)
        proxy.control.file.path.write_text("{")
        got = self.auth(proxy, b'{"apiKey": "sk_demo"}')
        self.assertEqual((got.status, got.error["param"]), (500, "apiKey"))
        said = "The key cannot be kept in config.json: no JSON from line 1, column 2."
        self.assertEqual(got.error["message"], said)


class MetricsTests(SynchronousTestCase):
    """Tests for ``/metrics``."""

    def test_says_how_much_there_is(self) -> None:
        """Without it, HTTP/1.0 could not tell a whole answer from one that was cut."""
        proxy = Together(HELLO)
        got, head = (proxy.ask(method, "/metrics", {}) for method in ("GET", "HEAD"))
        self.assertEqual(got.response.length, len(got.data))
        self.assertIsNotNone(head.header("Content-Length"))

    def test_counts_requests(self) -> None:
        """By who answered; models that no catalogue knows share a label."""
        proxy = Together(HELLO)
        proxy.chat("hi", model="enter/gemini")
        for name in ("free/made-up-1", "free/made-up-2"):
            proxy.chat("hi", model=name)
        text = proxy.get("/metrics").data.decode()
        counted = (
            'requests_total{endpoint="chat",model="%s",origin="none",status_class="2xx",%s} %s'
        )
        gemini = counted % ("google/gemini-3-flash-preview", 'universe="enter"', "1.0")
        self.assertIn(gemini, text)
        self.assertIn(counted % ("other", 'universe="free"', "2.0"), text)
        self.assertIn("pollinations_in_flight 0.0", text)
        self.assertNotIn("made-up", text)


class OpenCodeTests(SynchronousTestCase):
    """Tests for ``/v1/opencode``."""

    def test_says_what_the_settings_of_opencode_would(self) -> None:
        """For where the client is, with the models that are known now."""
        told = Together().get("/v1/opencode").json
        provider = told["provider"]["pollinations"]
        self.assertEqual(provider["options"]["baseURL"], "http://127.0.0.1:10001/v1")
        self.assertLessEqual({"free/openai-fast", "enter/openai"}, provider["models"].keys())
        self.assertEqual(told["small_model"], "pollinations/free/openai-fast")
        self.assertEqual(set(told["command"]), {"pollinations", "poll"})

    def test_says_https_where_it_was_asked_so(self) -> None:
        """Behind ``--listen ssl:…``."""
        proxy = Together()
        there = "https://127.0.0.1:10001/v1"
        got = Got(proxy.client.get(f"{there}/opencode", unbuffered=True))
        proxy.pump()
        self.assertEqual(got.json["provider"]["pollinations"]["options"]["baseURL"], there)

    def test_has_no_key_in_it(self) -> None:
        """And without one, no models that want one."""
        proxy = Together()
        self.assertNotIn(DEMO_KEY, proxy.get("/v1/opencode").data.decode())
        proxy.key = None
        models = proxy.get("/v1/opencode").json["provider"]["pollinations"]["models"]
        self.assertEqual({name.partition("/")[0] for name in models}, {"free"})
