"""
No key, prompt or answer is told by anything but the answer itself.

Each place that a secret can come from is planted with a word of its own, which is then looked for
wherever words end up. Few of these words look like a key: what takes keys out of texts is the last
defence, and must have nothing to do.
"""

import gc
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import orjson
import pytest
from twisted.internet.defer import Deferred, fail
from twisted.logger import eventAsJSON, eventAsText, globalLogPublisher
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseFailed
from zope.interface import implementer

from pollinations.chat.chunk import Chunk
from pollinations.interfaces import IRouter, ISanitizer, ISignatureStore
from pollinations.logs.lines import json, text
from pollinations.logs.service import LogService
from pollinations.proxy import proxy
from pollinations.settings.schema import Gui, Settings
from pollinations.start import Start, WrongStart
from pollinations.testing import answers, failures
from pollinations.testing.script import Cut, Model
from pollinations.testing.together import Together

PATH = "/v1/chat/completions"


def canary(place: str) -> str:
    """The word for a place. What masks a key may leave its beginning."""
    return f"secret{place}Canary"


HEADERS = {
    "Authorization": f"Bearer {canary('Bearer')}",
    "x-api-key": canary("Header"),
    "Cookie": f"session={canary('Cookie')}",
    "x-request-id": "r1",
}
SAID = [
    {"role": "system", "content": canary("System")},
    {"role": "user", "content": canary("Earlier")},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "read", "arguments": f'{{"path": "{canary("Arguments")}"}}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "content": canary("Result")},
    {"role": "user", "content": canary("Prompt")},
]
FIELDS = {
    "api_key": canary("Field"),
    "metadata": {"deep": [{"key": canary("Nested")}]},
    "tools": [{"type": "function", "function": {"name": "read", "description": canary("Tool")}}],
}
ECHO = f"The key {canary('Upstream')} is not good for {canary('Prompt')}"
KEY = canary("InForce")

PASSING = ("chat", "stages", "testing")
"""Rooms whose objects live as long as one answer and are what the answer is made of."""

MODELS: dict[str, Model] = {
    "an answer": answers.text(canary("Answer")),
    "a thought": answers.reasoning(canary("Thought"), canary("Answer")),
    "a call": answers.calls(("read", f'{{"path": "{canary("Called")}"}}')),
    "a signature": answers.signed_text(canary("Answer"), signature=canary("Signature")),
    "a cut": answers.text(f"{canary('Answer')}\n\nUser: {canary('Answer')}"),
    "a repetition": answers.text(f"{canary('Answer')} again and again, on and on\n" * 60),
    "an error in the stream": failures.failing(answers.text(canary("Answer")), ECHO),
    "an error with 200": failures.error_with_200(ECHO),
    "no choices": failures.no_choices(),
    "a refusal": failures.refusal(),
    "a page": failures.html(502, ECHO),
    "nonsense": failures.garbage(f'data: {{"{ECHO}\n\n{ECHO}'.encode()),
    "silence": failures.hanging(),
    "nothing": failures.dropped(),
    "too long": failures.overflow(),
    "a queue": failures.queue_full(),
    **{
        f"a {status}": failures.upstream_error(status, ECHO)
        for status in (400, 401, 402, 403, 404, 413, 422, 429, 500, 503)
    },
}


class Ears:
    """Hears all that is logged, in every form that it could be written in."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def __call__(self, event: dict[str, Any]) -> None:
        fields = {n: v for n, v in event.items() if n not in ("log_logger", "log_trace")}
        told = (eventAsText(event), eventAsJSON(dict(event)), repr(fields))
        own = (text(event).decode(), json(event).decode())
        self.heard.extend((*told, *own))


class SecretsTests(SynchronousTestCase):
    """A whole proxy in memory."""

    def setUp(self) -> None:
        self.ears = Ears()
        globalLogPublisher.addObserver(self.ears)
        self.addCleanup(globalLogPublisher.removeObserver, self.ears)
        # What is there already is not of these proxies, and need not be looked through; requests
        # that other tests left on their way complain when they are collected.
        gc.collect()
        self.flushLoggedErrors()
        gc.freeze()
        self.addCleanup(gc.unfreeze)

    def proxy(self, model: Model | None = None) -> Together:
        """A proxy that says as much as it can."""
        gui = Gui("all", "verbose")
        return Together(model, Settings(debug=True, gui=gui), key=KEY)

    def chat(self, proxy: Together, **fields: Any) -> Any:
        """Ask, with secrets everywhere."""
        given = {**FIELDS, **fields}
        body = orjson.dumps({"model": "enter/gemini", "messages": SAID, **given})
        got = proxy.post(f"{PATH}?key={canary('Query')}", body, HEADERS)
        proxy.advance(1)
        return got

    def told(self, proxy: Together) -> Iterator[str]:
        """All that *proxy* has told anybody but its answers."""
        yield from self.ears.heard
        for path in ("/metrics", "/health", "/v1/notifications", "/v1/models", "/v1/opencode"):
            yield proxy.get(path).data.decode()
        for words in (["why"], ["status"], ["usage", "full"], ["config"], ["mode"], ["help"]):
            yield proxy.post("/v1/commands", orjson.dumps({"words": words})).data.decode()
        for one in gc.get_objects():
            room = str(type(one).__module__).split(".")[:2]
            if room[0] == "pollinations" and room[-1] not in PASSING:
                yield repr(one)

    def check(self, proxy: Together) -> None:
        """Nothing of what was planted is anywhere."""
        for each in self.told(proxy):
            if "Canary" in each:
                self.fail(_near(each))
        self.ears.heard.clear()

    def test_whatever_upstreams_do(self) -> None:
        """In both universes, in both forms, with a rescue and without."""
        for name, model in MODELS.items():
            proxy = self.proxy(model)
            for stream in (False, True):
                for asked in ("free/gemini", "enter/gemini"):
                    with self.subTest(name, stream=stream, asked=asked):
                        got = self.chat(proxy, model=asked, stream=stream)
                        proxy.advance(130, step=10)
                        got.leave()
                        proxy.advance(1)
            self.check(proxy)

    def test_a_cut_in_the_middle(self) -> None:
        """After bytes have left."""
        proxy = self.proxy(
            lambda asked: answers.text(canary("Answer"), canary("Answer"))(asked).then(Cut())
        )
        self.chat(proxy, stream=True)
        self.check(proxy)

    def test_whatever_breaks_within(self) -> None:
        """Exceptions that quote what they are about, wherever they are raised."""
        for name, break_it in BROKEN.items():
            with self.subTest(name):
                proxy = self.proxy(answers.text(canary("Answer")))
                break_it(proxy)
                got = self.chat(proxy)
                self.assertNotIn(b"Canary", b"" if got.response is None else self.unanswered(got))
                self.check(proxy)
                self.flushLoggedErrors()

    def unanswered(self, got: Any) -> bytes:
        """What a reply says, if it is no answer."""
        return b"" if got.status == 200 else bytes(got.data)

    def test_bodies_that_are_no_requests(self) -> None:
        """A refusal names the place, and does not quote it."""
        proxy = self.proxy()
        bodies = (
            f'{{"model": "{canary("Field")}',
            f'["{canary("Field")}"]',
            f'{{"messages": "{canary("Prompt")}"}}',
            f'{{"messages": [{{"role": "{canary("Prompt")}"}}]}}',
            f'{{"messages": [], "stream": "{canary("Field")}"}}',
        )
        for body in bodies:
            got = proxy.post(PATH, body.encode(), HEADERS)
            self.assertNotIn("Canary", got.data.decode())
        self.check(proxy)

    def test_keys_that_are_typed(self) -> None:
        """In a chat, for a program, in words that nobody understands."""
        proxy = self.proxy()
        key = f"sk_{canary('Typed')}0123456789"
        commands = (f"connect {key}", key, f"config apiKey {key}", f"config {key} 1", f"why {key}")
        for command in commands:
            for got in (
                proxy.chat(f"/poll {command}"),
                proxy.post("/v1/commands", orjson.dumps({"words": command.split()})),
            ):
                proxy.advance(10)
                self.assertNotIn("Canary", got.data.decode(), command)
        got = proxy.post("/v1/auth", orjson.dumps({"apiKey": key}), HEADERS)
        proxy.advance(10)
        self.assertNotIn("Canary", got.data.decode())
        self.check(proxy)

    def test_a_token_that_is_wrong(self) -> None:
        proxy = self.proxy()
        proxy.token = canary("Token")
        got = proxy.get("/v1/models", HEADERS)
        self.assertEqual(got.status, 401)
        self.assertNotIn("Canary", got.data.decode())
        proxy.token = None
        self.check(proxy)

    def test_keys_where_names_belong(self) -> None:
        """A path and a model's name are logged, as they are not secret; keys in them are not."""
        key = "sk_0123456789Planted"
        proxy = self.proxy()
        proxy.get(f"/v1/models/{key}")
        proxy.get(f"/{key}")
        self.chat(proxy, model=f"free/{key}")
        for each in self.ears.heard:
            if "log_source" not in each:
                self.assertNotIn("Planted", each)

    def test_failures_of_libraries(self) -> None:
        """What Twisted logs by itself goes through the same hands, where the log is ours."""
        seen = Ears()
        log = LogService(None, Settings)
        log.startService()
        self.addCleanup(log.stopService)
        globalLogPublisher.addObserver(seen)
        self.addCleanup(globalLogPublisher.removeObserver, seen)
        fail(ValueError(canary("Prompt")))
        gc.collect()
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
        for each in seen.heard:
            self.assertNotIn("Canary", each)


def _near(told: str) -> str:
    at = told.find("Canary")
    return told[max(0, at - 200) : at + 50]


def _raising(*_: Any, **__: Any) -> Any:
    raise ValueError(f"{KEY} cannot be used with {SAID}")


def _failing(*_: Any, **__: Any) -> Any:
    """A treq failure that knows the URL and the headers."""
    cause = Failure(RuntimeError(f"https://up/?key={KEY}"))
    return fail(ResponseFailed([cause]))


def _unknown(*_: Any, **__: Any) -> Any:
    return fail(RuntimeError(f"https://up/?key={KEY}"))


def _router(proxy: Together) -> None:
    proxy.exchange.router = _Object(route=_raising, fallback=_raising)  # type: ignore[assignment]


def _sanitizer(proxy: Together) -> None:
    proxy.exchange.sanitizer = _Object(sanitize=_raising)  # type: ignore[assignment]


def _store(proxy: Together) -> None:
    proxy.exchange.signatures = _Object(get=_raising, put=_raising)  # type: ignore[assignment]


def _observer(proxy: Together) -> None:
    proxy.exchange.observers.append(_raising)


def _clients(post: Callable[..., "Deferred[Any]"]) -> Callable[[Together], None]:
    def broken(proxy: Together) -> None:
        for upstream in proxy.exchange.upstreams.values():
            upstream._client = _Object(post=post, get=post)

    return broken


def _stages(proxy: Together) -> None:
    proxy.exchange.remember = _raising  # type: ignore[method-assign]
    proxy.imitation.model = answers.signed_text("a", signature=canary("Signature"))


BROKEN: dict[str, Callable[[Together], None]] = {
    "a router": _router,
    "a sanitizer": _sanitizer,
    "a store": _store,
    "an observer": _observer,
    "a client": _clients(_failing),
    "a client that fails in its own way": _clients(_unknown),
    "a client that raises": _clients(_raising),
    "a stage": _stages,
}


@implementer(IRouter, ISanitizer, ISignatureStore)
class _Object:
    """Whatever is put into it."""

    def __init__(self, **members: Any) -> None:
        self.__dict__.update(members)


# What it is started with.

CONFIG = {
    "apiKey": canary("Config"),
    "mode": canary("Mode"),
    "thresholds": {"tier": canary("Tier"), "wallet": [canary("Wallet")]},
    "signatures": f"redis://:{canary('Password')}@127.0.0.1:1/0",
    "logs": {"levels": [canary("Level")]},
    "user": {"agent": canary("Unknown")},
}


def _environ(folder: Any, **more: str) -> dict[str, str]:
    return {
        "HOME": str(folder),
        "POLLINATIONS_HOME": str(folder / "home"),
        "POLLINATIONS_API_KEY": canary("Environment"),
        **more,
    }


def _written(folder: Any, config: Any) -> None:
    (folder / "home").mkdir(exist_ok=True)
    (folder / "home" / "config.json").write_bytes(config)


@pytest.fixture
def ears() -> Iterator[Ears]:
    """Who hears what is logged."""
    ears = Ears()
    globalLogPublisher.addObserver(ears)
    yield ears
    globalLogPublisher.removeObserver(ears)


@pytest.mark.parametrize(
    "config",
    [orjson.dumps(CONFIG), orjson.dumps(CONFIG)[:-9], orjson.dumps([canary("List")])],
    ids=["wrong", "broken", "a list"],
)
def test_settings_are_not_quoted(tmp_path: Any, ears: Ears, config: bytes) -> None:
    """Neither what is right in them nor what is wrong."""
    _written(tmp_path, config)
    start = Start.of({}, _environ(tmp_path))
    assert start.file.problems
    assert "Canary" not in repr(start) + repr(start.file) + repr(start.file.problems)
    assert "Canary" not in "".join(ears.heard)


@pytest.mark.parametrize(
    "signatures",
    [
        f"redis://:{canary('Password')}@host:notaport/0",
        f"redis://:{canary('Password')}@/0",
        f"redis://:{canary('Password')}@host/notanumber",
        f"nothing://:{canary('Password')}@host",
        f"redis://:{canary('Password')}@[::1/0",
        f"redis://:{canary('Password')}@host/0 ",
    ],
)
def test_a_start_that_fails_quotes_no_password(tmp_path: Any, ears: Ears, signatures: str) -> None:
    """Nor do the tracebacks that it leaves."""
    environ = _environ(tmp_path, POLLINATIONS_SIGNATURES=signatures)
    said = ""
    try:
        proxy(Start.of({}, environ), environ, _reactor(), lambda: 0.0)
    except (ValueError, WrongStart) as e:
        said = f"{e} {e!r} {Failure(e).getTraceback()}"
    assert "Canary" not in said + "".join(ears.heard)


def _reactor() -> Any:
    from twisted.internet.testing import MemoryReactorClock

    return MemoryReactorClock()


def test_chunks_are_values_of_their_own() -> None:
    """They are tuples for speed, so a ``repr`` of them would quote; nothing ever logs one."""
    assert not attrs.has(Chunk)
