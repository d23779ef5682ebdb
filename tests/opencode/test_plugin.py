"""The plugin for OpenCode, run by node as OpenCode's bun runs it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import attrs
import pytest

from pollinations.opencode.plugin import is_plugin, plugin

NODE = shutil.which("node")
DRIVER = Path(__file__).with_name("drive.mjs")
TWIST = Path(sys.executable).with_name("twist")
PATIENCE = 60.0

HEALTH = {"status": "ok", "version": "1", "mode": "pro", "has_key": True}
TOLD = {
    "small_model": "pollinations/free/small",
    "provider": {
        "pollinations": {
            "npm": "@ai-sdk/openai-compatible",
            "options": {"baseURL": "http://127.0.0.1/v1", "timeout": False},
            "models": {"free/one": {"name": "One", "tool_call": True}, "free/two": {"name": "Two"}},
        }
    },
    "command": {"poll": {"template": "/pollinations $ARGUMENTS"}},
}

pytestmark = pytest.mark.skipif(
    NODE is None and not os.environ.get("CI"), reason="there is no node on PATH"
)


@attrs.define(eq=False)
class Fake:
    """
    A proxy as far as the plugin asks it.

    :param pages: path to what is answered: a value as JSON, bytes as they are, or a number, which
        is a status.
    :param streams: what each listener is sent, in order of their coming.
    """

    pages: dict[str, Any] = attrs.field(factory=lambda: {"/health": HEALTH, "/v1/opencode": TOLD})
    streams: list[bytes] = attrs.field(factory=list)
    asked: list[tuple[str, dict[str, str]]] = attrs.field(factory=list)
    over: Event = attrs.field(factory=Event)
    url: str = ""
    close: Callable[[], None] = lambda: None

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        self.asked.append((request.path, {k.lower(): v for k, v in request.headers.items()}))
        if request.path == "/v1/notifications":
            return self._listen(request)
        page = self.pages.get(request.path, 404)
        status = page if isinstance(page, int) else 200
        body = page if isinstance(page, bytes) else json.dumps(page).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.send_header("Connection", "close")
        request.end_headers()
        request.wfile.write(body)
        return None

    def headers(self, path: str) -> list[dict[str, str]]:
        """What the requests for *path* bore."""
        return [headers for asked, headers in self.asked if asked == path]

    def _listen(self, request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Connection", "close")
        request.end_headers()
        if self.streams:
            request.wfile.write(self.streams.pop(0))
        else:
            self.over.wait(PATIENCE)
        request.close_connection = True


@contextmanager
def serving(fake: Fake) -> Iterator[Fake]:
    """*fake*, which listens meanwhile."""

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with suppress(OSError):
                fake.answer(self)

        def log_message(self, *args: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}/v1"

    def close() -> None:
        fake.over.set()
        server.shutdown()
        thread.join()
        server.server_close()

    fake.close = close
    try:
        yield fake
    finally:
        close()


@attrs.define(eq=False)
class Driven:
    """A process that has loaded the plugin."""

    process: "subprocess.Popen[str]"

    def told(self, what: str) -> Any:
        """The next thing of this kind that it tells."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told = json.loads(line)
            if what in told:
                return told[what]
        raise AssertionError(f"it has ended without a {what}: {self.process.stderr}")

    def fetch(self, url: str) -> Any:
        """What is answered to a request that OpenCode sends there."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{url}\n")
        self.process.stdin.flush()
        return self.told("fetched")

    def end(self) -> tuple[list[Any], str]:
        """Dispose of it; what else it has told, and what it wrote to standard error."""
        output, errors = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, errors
        return [json.loads(line) for line in output.splitlines()], errors


@attrs.define(eq=False)
class Place:
    """
    Where the plugin is installed.

    :param folder: of the user; ``home`` in it is the proxy's.
    """

    folder: Path
    twist: Path = Path("/nowhere/twist")
    started: list["subprocess.Popen[str]"] = attrs.field(factory=list)

    @property
    def home(self) -> Path:
        """The proxy's folder."""
        return self.folder / "home"

    def announce(self, url: str, pid: int | None = None) -> None:
        """Write what a proxy writes that runs."""
        told = {"url": url, "pid": pid or os.getpid()}
        self.home.mkdir(exist_ok=True)
        (self.home / "proxy.json").write_text(json.dumps(told))

    def drive(self, edit: Callable[[str], str] = lambda source: source, **settings: Any) -> Driven:
        """Load the plugin into OpenCode's *settings*."""
        source = plugin(self.twist, self.home).replace("const DRAWN = 3000", "const DRAWN = 10")
        file = self.folder / "plugin.mjs"
        file.write_text(edit(source.replace("[1000, 30000]", "[10, 100]")))
        environ = {"HOME": str(self.folder), "PATH": os.environ["PATH"]}
        process = subprocess.Popen(
            [str(NODE), str(DRIVER), str(file), json.dumps(settings)],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return Driven(process)

    def script(self, text: str) -> None:
        """What takes the place of ``twist``."""
        self.twist = self.folder / "twist"
        self.twist.write_text(f"#!/bin/sh\n{text}\n")
        self.twist.chmod(0o755)

    @property
    def running(self) -> Any:
        """What ``proxy.json`` says."""
        return json.loads((self.home / "proxy.json").read_text())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A folder of a user, and no process left behind."""
    place = Place(tmp_path)
    yield place
    for process in place.started:
        process.kill()
        process.communicate()
    with suppress(FileNotFoundError, ProcessLookupError):
        if place.running["pid"] != os.getpid():
            os.kill(place.running["pid"], signal.SIGTERM)


def notification(number: int, message: str, **fields: Any) -> bytes:
    """An event of the proxy."""
    told = {"channel": "status", "kind": "info", "title": "T", "message": message, **fields}
    return f"id: {number}\ndata: {json.dumps(told)}\n\n".encode()


def test_tells_opencode_of_the_proxy_that_runs(place):
    """The provider with its models, the small model and the commands."""
    with serving(Fake()) as fake:
        place.announce(fake.url)
        driven = place.drive()
        config = driven.told("config")
        driven.end()
    provider = TOLD["provider"]["pollinations"]
    assert config == {
        **TOLD,
        "provider": {
            "pollinations": {**provider, "options": {"timeout": False, "baseURL": fake.url}}
        },
    }
    assert "authorization" not in fake.headers("/v1/opencode")[0]


def test_keeps_what_the_user_wrote(place):
    """Whatever it is; only where the proxy is knows the proxy."""
    mine = {
        "name": "Mine",
        "options": {"baseURL": "http://127.0.0.1:9/v1", "timeout": 5, "apiKey": "x"},
        "models": {"free/one": {"name": "My one"}, "mine": {"name": "Mine"}},
    }
    with serving(Fake()) as fake:
        place.announce(fake.url)
        driven = place.drive(
            provider={"pollinations": mine, "other": {"npm": "other"}},
            small_model="other/small",
            command={"poll": {"template": "mine"}},
            enabled_providers=["other"],
        )
        config = driven.told("config")
        driven.end()
    provider = config["provider"]["pollinations"]
    assert provider["name"] == "Mine"
    assert provider["options"] == {"baseURL": fake.url, "timeout": 5, "apiKey": "x"}
    assert provider["models"]["free/one"] == {"name": "My one", "tool_call": True}
    assert set(provider["models"]) == {"free/one", "free/two", "mine"}
    assert config["provider"]["other"] == {"npm": "other"}
    assert config["small_model"] == "other/small"
    assert config["command"] == {"poll": {"template": "mine"}}
    assert config["enabled_providers"] == ["other", "pollinations"]


@pytest.mark.parametrize(
    ("model", "small"),
    [(None, True), ("pollinations/free/one", True), ("anthropic/claude", False)],
)
def test_makes_titles_of_its_own_conversations_only(place, model, small):
    """What is asked of another provider is not told to this one."""
    with serving(Fake()) as fake:
        place.announce(fake.url)
        driven = place.drive(**({} if model is None else {"model": model}))
        assert ("small_model" in driven.told("config")) == small
        driven.end()


def test_does_nothing_where_it_is_not_wanted(place):
    """``disabled_providers``."""
    settings = {"disabled_providers": ["pollinations"]}
    driven = place.drive(**settings)
    assert driven.told("config") == settings
    assert driven.end() == ([], "")
    assert not place.home.exists()


def test_asks_the_proxy_that_the_settings_name(place):
    """If it answers, whichever else runs."""
    with serving(Fake()) as named, serving(Fake()) as running:
        place.announce(running.url)
        driven = place.drive(provider={"pollinations": {"options": {"baseURL": named.url}}})
        config = driven.told("config")
        driven.end()
    assert config["provider"]["pollinations"]["options"]["baseURL"] == named.url
    assert running.asked == []


def test_a_proxy_on_another_machine_is_left_as_it_is(place):
    """None is started here for it, and no token of this machine is shown to it."""
    (place.home).mkdir()
    (place.home / "token").write_text("local_secret")
    options = {"baseURL": "http://proxy.invalid/v1", "apiKey": "theirs"}
    settings = {"provider": {"pollinations": {"options": options}}}
    driven = place.drive(**settings)
    assert driven.told("config") == settings
    driven.end()
    assert [path.name for path in place.home.iterdir()] == ["token"]


def test_bears_the_local_token(place):
    """Where there is one, in what it asks itself and in what OpenCode will ask."""
    with serving(Fake()) as fake:
        place.announce(fake.url)
        (place.home / "token").write_text("local_secret\n")
        fake.streams = [notification(1, "one")]
        driven = place.drive(provider={"pollinations": {"options": {"apiKey": "old"}}})
        config = driven.told("config")
        driven.told("toast")
        driven.end()
    assert config["provider"]["pollinations"]["options"]["apiKey"] == "local_secret"
    for path in ("/v1/opencode", "/v1/notifications"):
        assert fake.headers(path)[0]["authorization"] == "Bearer local_secret"


@pytest.mark.parametrize(
    "pages",
    [
        {"/v1/opencode": 500},
        {"/v1/opencode": 401},
        {"/v1/opencode": 404},
        {"/v1/opencode": b"<html>"},
        {"/v1/opencode": b""},
        {"/v1/opencode": None},
        {"/v1/opencode": []},
        {"/v1/opencode": {"provider": None}},
    ],
    ids=str,
)
def test_an_answer_that_makes_no_sense_changes_nothing(place, pages):
    """OpenCode starts as if there were no plugin, and says once what is wrong."""
    with serving(Fake({"/health": HEALTH, **pages})) as fake:
        place.announce(fake.url)
        driven = place.drive(model="other/one")
        assert driven.told("config") == {"model": "other/one"}
        assert driven.told("toast")["variant"] == "error"
        rest, errors = driven.end()
    assert (rest, len(errors.splitlines())) == ([], 1)
    assert errors.startswith("pollinations: ")


def test_shows_notifications(place):
    """In their colour, and longer what is about the status."""
    with serving(Fake()) as fake:
        fake.streams = [
            b": listening\n\n"
            + notification(7, "Sälut 🌸", kind="warning")
            + notification(8, "two", channel="log", kind="error"),
            b"id: 9\ndata: no JSON\n\n: \n\n" + notification(10, "three"),
        ]
        place.announce(fake.url)
        driven = place.drive()
        toasts = [driven.told("toast") for _ in range(3)]
        driven.end()
    assert toasts == [
        {"title": "T", "message": "Sälut 🌸", "variant": "warning", "duration": 6000},
        {"title": "T", "message": "two", "variant": "error", "duration": 4000},
        {"title": "T", "message": "three", "variant": "info", "duration": 6000},
    ]


def test_listens_again_where_it_was(place):
    """After the proxy hung up, to whichever proxy runs then."""
    with serving(Fake()) as first, serving(Fake()) as second:
        first.streams = [notification(7, "one")]
        second.streams = [notification(8, "two")]
        place.announce(first.url)
        driven = place.drive()
        driven.told("toast")
        place.announce(second.url)
        assert driven.told("toast")["message"] == "two"
        driven.end()
    assert "last-event-id" not in first.headers("/v1/notifications")[0]
    assert second.headers("/v1/notifications")[0]["last-event-id"] == "7"


def patient(source: str) -> str:
    """The plugin for a machine that may be slow."""
    return re.sub(r"const (ANSWER|LISTS|START) = \d+", r"const \1 = 60000", source)


def test_starts_a_proxy_where_none_runs(place):
    """A real one; what is in the way is gone over."""
    place.script(f'exec {TWIST} "$@" --demo')
    place.announce("http://127.0.0.1:9/v1", pid=2**22 + 1)
    driven = place.drive(patient)
    config = driven.told("config")
    driven.end()
    assert config["provider"]["pollinations"]["options"]["baseURL"] == place.running["url"]
    assert "free/openai-fast" in config["provider"]["pollinations"]["models"]
    assert not (place.home / "starting").exists()


@pytest.mark.parametrize("owner", [2**22 + 1, os.getpid()], ids=["dead", "another"])
def test_several_at_once_start_one(place, owner):
    """Each finds it. A lock of one that died, whose number another may have now, is no matter."""
    place.script(f'echo "$$" >> {place.folder}/calls\nexec {TWIST} "$@" --demo')
    place.home.mkdir()
    (place.home / "starting").write_text(str(owner))
    if owner == os.getpid():
        os.utime(place.home / "starting", (0, 0))
    driven = [place.drive(patient) for _ in range(3)]
    configs = [each.told("config") for each in driven]
    for each in driven:
        each.end()
    urls = {config["provider"]["pollinations"]["options"]["baseURL"] for config in configs}
    assert urls == {place.running["url"]}
    assert len((place.folder / "calls").read_text().splitlines()) == 1


def test_follows_the_proxy_to_where_it_is_now(place):
    """Requests go to the address that OpenCode knows, which was the first one's."""
    with serving(Fake()) as first, serving(Fake()) as second:
        first.pages["/v1/x"], second.pages["/v1/x"] = "first", "second"
        place.announce(first.url)
        driven = place.drive()
        driven.told("config")
        assert driven.fetch(f"{first.url}/x") == "first"
        place.announce(second.url)
        assert driven.fetch(f"{first.url}/x") == "first"
        first.close()
        assert driven.fetch(f"{first.url}/x") == "second"
        driven.end()


def test_a_proxy_may_come_later(place):
    """With what setup has written, a message finds one even if OpenCode's start found none."""
    dead = "http://127.0.0.1:9/v1"
    options = {"baseURL": dead, "apiKey": "x"}
    driven = place.drive(provider={"pollinations": {"options": options}})
    assert driven.told("config")["provider"]["pollinations"]["options"] == options
    with serving(Fake()) as fake:
        fake.pages["/v1/x"] = "here"
        place.announce(fake.url)
        assert driven.fetch(f"{dead}/x") == "here"
        driven.end()


def said(place: Place) -> str:
    """What the user is told, in both places."""
    driven = place.drive()
    assert driven.told("config") == {}
    toast = driven.told("toast")
    rest, errors = driven.end()
    assert rest == []
    assert errors == f"pollinations: {toast['message']}\n"
    return str(toast["message"])


def test_says_that_there_is_no_twist(place):
    """And what to do."""
    told = "no proxy: /nowhere/twist cannot be run (ENOENT); 'pollinations setup' finds it again"
    assert said(place) == told


def test_says_why_a_proxy_did_not_start(place):
    """In its own words."""
    place.script("echo 'Traceback' >&2; echo 'Cannot start: no reason.' >&2; exit 1")
    assert said(place) == "no proxy: Cannot start: no reason."


def test_waits_for_another_that_starts_one(place):
    """And starts none beside it."""
    place.home.mkdir()
    (place.home / "starting").write_text(str(os.getpid()))
    with serving(Fake()) as fake:
        driven = place.drive(patient)
        place.announce(fake.url)
        (place.home / "starting").unlink()
        assert "pollinations" in driven.told("config")["provider"]
        driven.end()


def test_does_not_wait_for_ever(place):
    """For one that neither listens nor ends."""
    place.script(f"echo $$ > {place.folder}/pid; exec sleep 60")
    driven = place.drive(lambda source: source.replace("const START = 10000", "const START = 200"))
    assert driven.told("config") == {}
    assert driven.told("toast")["message"] == "no proxy: none has started within 0.2 s"
    driven.end()
    os.kill(int((place.folder / "pid").read_text()), signal.SIGKILL)


def test_is_told_where_it_is_installed(tmp_path):
    """Paths of any kind; without them it looks on PATH and in the user's folder."""
    odd = tmp_path / "a \"b\" $& 'c' é\n"
    line = f"\nconst INSTALLED = {json.dumps({'twist': str(odd), 'home': str(tmp_path)})}\n"
    assert line in plugin(odd, tmp_path)
    assert "\nconst INSTALLED = {}\n" in plugin()


def test_knows_itself():
    """Of whichever place, and nothing else."""
    assert is_plugin(plugin())
    assert is_plugin(plugin(Path("/x"), Path("/y")) + "// changed\n")
    assert not is_plugin("export const Mine = async () => ({})\n")
    assert not is_plugin("")
