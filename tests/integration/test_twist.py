"""``twist pollinations``, run as a person, a unit file or another program runs it."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from contextlib import ExitStack, closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from pollinations import __version__
from pollinations.testing import scripts
from pollinations.testing.account import DEMO_KEY, Account, Key
from pollinations.testing.imitation import Imitation
from pollinations.testing.process import TWIST, free_port, in_front, running, started

DEAD = "http://127.0.0.1:9"
"""Where nobody listens."""

OFFLINE = ("--free-url", DEAD, "--enter-url", DEAD)


def failed(folder, *arguments, **environ):
    """The status and the words with which a start failed."""
    proxy = started(folder, *arguments, **environ)
    status = proxy.process.wait(60)
    proxy.stop()
    return status, proxy.log


def mode_of(path):
    """The permission bits of *path*."""
    return stat.S_IMODE(path.stat().st_mode)


# What it says when it listens.


def test_says_alone_on_a_line_where_it_listens(tmp_path, call):
    """Even when the log goes to standard output as well."""
    options = ("--log-format=text", "--log-file=-")
    with running(tmp_path, "--demo", "--port", "0", log=options) as proxy:
        assert call(proxy, "/health").json["status"] == "ok"
    [line] = [line for line in proxy.lines if "POLLINATIONS_URL" in line]
    assert line == f"POLLINATIONS_URL=http://127.0.0.1:{proxy.address.split(':')[1]}/v1\n"
    assert len(proxy.lines) > 1


def test_nothing_else_is_printed_when_the_log_goes_elsewhere(tmp_path):
    """So a program can read the first line and close the pipe."""
    with running(tmp_path, "--demo", "--port", "0") as proxy:
        pass
    assert proxy.lines == [f"POLLINATIONS_URL={proxy.url}\n"]


def test_other_programs_find_it_as_soon_as_it_is_said(tmp_path):
    """Both files are there when the line is, for their owner's eyes, and tell the truth."""
    with running(tmp_path, "--demo", "--port", "0") as proxy:
        found = json.loads((proxy.home / "proxy.json").read_text())
        port = (proxy.home / "port").read_text()
        assert mode_of(proxy.home / "proxy.json") == mode_of(proxy.home / "port") == 0o600
        assert mode_of(proxy.home) == 0o700
    assert found.pop("started") > 1_700_000_000
    assert found == {
        "url": proxy.url,
        "pid": proxy.process.pid,
        "port": int(port),
        "version": __version__,
    }
    assert proxy.url.endswith(f":{port}/v1")


def test_a_clean_stop_takes_its_description_away_and_leaves_the_port(tmp_path):
    """OpenCode will not start without the port file."""
    with running(tmp_path, "--demo", "--port", "0") as proxy:
        port = (proxy.home / "port").read_text()
        assert proxy.stop(signal.SIGTERM) == 0
    assert not (proxy.home / "proxy.json").exists()
    assert (proxy.home / "port").read_text() == port
    assert "Traceback" not in proxy.log


def test_an_interrupt_is_a_clean_stop_too(tmp_path):
    """Ctrl-C, that is."""
    with running(tmp_path, "--demo", "--port", "0") as proxy:
        proxy.stop(signal.SIGINT)
    assert not (proxy.home / "proxy.json").exists()
    assert "Traceback" not in proxy.log


def test_it_survives_a_reader_who_has_left(tmp_path, call):
    """Whoever waited for the line may close the pipe, and further output harms nobody."""
    proxy = started(tmp_path, "--demo", "--port", "0", log=("--log-file=-",))
    try:
        proxy.wait()
        for _ in range(3):
            assert call(proxy, "/health").status == 200
    finally:
        assert proxy.stop() == 0


def test_several_run_side_by_side(tmp_path, call):
    """Each answers; the files speak of the one that was started last, as long as it runs."""
    home = str(tmp_path / "home")
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(
                running(tmp_path / name, "--demo", "--port", "0", POLLINATIONS_HOME=home)
            )
            for name in ("one", "two")
        )
        assert first.url != second.url
        assert call(first, "/health").status == call(second, "/health").status == 200
        assert json.loads(Path(home, "proxy.json").read_text())["url"] == second.url
        first.stop()
        assert json.loads(Path(home, "proxy.json").read_text())["url"] == second.url
    assert not Path(home, "proxy.json").exists()


# Options and variables.


def test_a_port_is_named_by_file_environment_and_option_in_rising_order(tmp_path):
    """What is nearer to the person who starts it wins."""
    home = tmp_path / "home"
    home.mkdir()
    file, environment, option = (free_port() for _ in range(3))
    (home / "config.json").write_text(json.dumps({"port": file}))
    with running(tmp_path, "--demo") as proxy:
        assert proxy.address.endswith(f":{file}")
    with running(tmp_path, "--demo", POLLINATIONS_PORT=str(environment)) as proxy:
        assert proxy.address.endswith(f":{environment}")
    with running(
        tmp_path, "--demo", "-p", str(option), POLLINATIONS_PORT=str(environment)
    ) as proxy:
        assert proxy.address.endswith(f":{option}")


def test_settings_come_from_the_file_that_is_named(tmp_path, call):
    """By option, else by environment, else the one at home."""
    for name, mode in (("a", "alwaysfree"), ("b", "pro")):
        (tmp_path / name).write_text(json.dumps({"mode": mode}))
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    with running(tmp_path, "--demo", "--port", "0", POLLINATIONS_CONFIG=a) as proxy:
        assert call(proxy, "/health").json["mode"] == "alwaysfree"
    with running(tmp_path, "--demo", "--port", "0", "-c", b, POLLINATIONS_CONFIG=a) as proxy:
        assert call(proxy, "/health").json["mode"] == "pro"


def test_several_endpoints_take_the_place_of_the_port(tmp_path, call):
    """TCP and a Unix socket at once; the line names the first that has a port."""
    path = tmp_path / "socket"
    listen = ("-l", f"unix:{path}", "--listen", "tcp:0:interface=127.0.0.1")
    with running(tmp_path, "--demo", *listen, POLLINATIONS_PORT=str(free_port())) as proxy:
        assert call(proxy, "/health").status == 200
        assert proxy.url.startswith("http://127.0.0.1:")
        with closing(socket.socket(socket.AF_UNIX)) as client:
            client.connect(str(path))
            client.sendall(b"GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n")
            assert client.recv(65536).partition(b"\r\n")[0].endswith(b" 200 OK")
    assert not path.exists()


@pytest_twisted.ensureDeferred
async def test_both_upstreams_can_be_elsewhere(tmp_path, chat):
    """An option wins over the environment; the key reaches the enter universe alone."""
    from twisted.internet import reactor

    imitation = Imitation(reactor, scripts.text("Here."))
    dead = {"POLLINATIONS_FREE_URL": DEAD, "POLLINATIONS_ENTER_URL": DEAD}
    async with in_front(reactor, imitation, tmp_path, **dead) as proxy:
        for model in ("free/openai", "enter/openai"):
            answer = await deferToThread(chat, proxy, model)
            assert answer.json["choices"][0]["message"]["content"] == "Here."
    assert {asked.key for asked in imitation.asked("free")} == {""}
    assert {asked.key for asked in imitation.asked("enter")} == {DEMO_KEY}


@pytest_twisted.ensureDeferred
async def test_the_environment_names_the_upstreams_where_no_option_does(tmp_path, chat):
    """And the settings file where neither does."""
    from twisted.internet import reactor

    from pollinations.testing.imitation import listening

    imitation = Imitation(reactor, scripts.text("Here."))
    (tmp_path / "home").mkdir()
    async with listening(reactor, imitation) as url:
        settings = {"freeUrl": DEAD, "enterUrl": f"{url}/enter", "apiKey": DEMO_KEY}
        (tmp_path / "home" / "config.json").write_text(json.dumps(settings))
        with running(tmp_path, "--port", "0", POLLINATIONS_FREE_URL=f"{url}/free/") as proxy:
            for model in ("free/openai", "enter/openai"):
                assert (await deferToThread(chat, proxy, model)).status == 200


@pytest_twisted.ensureDeferred
async def test_the_account_is_looked_at_as_often_as_was_said(tmp_path, until):
    """Here every tenth of a second."""
    from twisted.internet import reactor

    imitation = Imitation(reactor)
    async with in_front(reactor, imitation, tmp_path, "--refresh", "0.1"):
        await until(lambda: len(imitation.asked("enter", "/account/balance")) > 4)


@pytest.mark.parametrize(
    ("arguments", "environ", "file"),
    [
        ((), {}, "home/signatures.json"),
        (("--signatures", "file:{}/one.json"), {}, "one.json"),
        ((), {"POLLINATIONS_SIGNATURES": "file:{}/two.json"}, "two.json"),
        (("--signatures", "memory:"), {"POLLINATIONS_SIGNATURES": "file:{}/no.json"}, None),
    ],
    ids=["default", "option", "environment", "memory"],
)
@pytest_twisted.ensureDeferred
async def test_signatures_are_kept_where_was_said(tmp_path, chat, arguments, environ, file):
    """And are on the disk, for their owner's eyes, when the proxy has stopped."""
    from twisted.internet import reactor

    signed = Imitation(reactor, scripts.calls(("weather",), signature="c2lnbmF0dXJl"))
    tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    arguments = [one.format(tmp_path) for one in arguments]
    environ = {name: value.format(tmp_path) for name, value in environ.items()}
    async with in_front(reactor, signed, tmp_path, *arguments, **environ) as proxy:
        answer = await deferToThread(chat, proxy, "enter/gemini", tools=[tool])
        assert answer.json["choices"][0]["message"]["tool_calls"]
    kept = [path for path in tmp_path.rglob("*.json") if "c2lnbmF0dXJl" in path.read_text()]
    assert kept == ([] if file is None else [tmp_path / file])
    assert all(mode_of(path) == 0o600 for path in kept)


@pytest.mark.parametrize("model", ["free/openai", "enter/openai", "enter/gemini", "mistral"])
def test_the_demonstration_needs_no_network_and_no_key(demo, chat, model):
    """Both universes answer, and count; nothing of it is kept."""
    answer = chat(demo, model)
    assert answer.status == 200
    assert "demo" in answer.json["choices"][0]["message"]["content"]
    assert answer.json["usage"]["total_tokens"] > 0
    assert sorted(path.name for path in demo.home.glob("[!.]*")) == ["port", "proxy.json"]


# What cannot be.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--refresh", "abc"], "refresh must be a number from"),
        (["--refresh", "0"], "refresh must be a number from"),
        (["--port", "99999"], "port must be a whole number from 0 to 65535"),
        (["--port", "http"], "port must be a whole number from 0 to 65535"),
        (["--free-url", "text.pollinations.ai"], "freeUrl must be the base of an HTTP server"),
        (["--listen", "nonsense"], "'nonsense'"),
        (["--listen", "tcp:nonsense"], "'tcp:nonsense'"),
        (["--listen", "tcp:0:nonsense=1"], "'tcp:0:nonsense=1'"),
        (["--listen", "ssl:0:privateKey=nowhere.pem"], "'ssl:0:privateKey=nowhere.pem'"),
        (["--listen", "systemd:domain=INET:index=7"], "'systemd:domain=INET:index=7'"),
        (["--listen", "unix:/nowhere/socket"], "/nowhere/socket"),
        (["--listen", "tcp:0:interface=nowhere"], "nowhere"),
        (["--signatures", "bogus:"], "memory:, file:PATH or redis://"),
        (["--signatures", "file://elsewhere/x"], "file:PATH"),
        (["--nonsense"], "nonsense"),
        (["something"], "Wrong number of arguments"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_said_in_one_line(tmp_path, arguments, words):
    """No traceback, and a status that a unit file notices."""
    status, said = failed(tmp_path, *OFFLINE, "--port", "0", *arguments)
    assert status not in (0, None)
    assert "Traceback" not in said
    [line] = [line for line in said.splitlines() if words in line]
    assert len(line) < 200


@pytest.mark.parametrize("name", ["POLLINATIONS_PORT", "POLLINATIONS_FREE_URL"])
def test_the_environment_is_checked_as_options_are(tmp_path, name):
    """It cannot bring what an option may not."""
    status, said = failed(tmp_path, **{name: "nonsense !"})
    assert status != 0
    assert "must be" in said
    assert "Traceback" not in said


def test_a_port_that_a_proxy_holds_is_explained(tmp_path, demo):
    """With the way out; the other one goes on."""
    port = demo.address.partition(":")[2]
    status, said = failed(tmp_path, *OFFLINE, "--port", port)
    assert status not in (0, None)
    assert "Traceback" not in said
    [line] = [line for line in said.splitlines() if port in line]
    assert f"port {port} on 127.0.0.1" in line
    assert "A pollinations proxy" in line
    assert __version__ in line
    assert "--port 0" in line
    assert demo.process.poll() is None
    assert not (tmp_path / "home" / "proxy.json").exists()


class _Stranger(BaseHTTPRequestHandler):
    """Some other server."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"status": "ok"}')

    def log_message(self, *_):
        """Keep quiet."""


@pytest.mark.parametrize("answers", [False, True], ids=["silent", "another server"])
def test_a_port_that_something_else_holds_is_explained(tmp_path, answers):
    """Whether it answers or says nothing at all."""
    with HTTPServer(("127.0.0.1", 0), _Stranger) as other:
        port = other.server_address[1]
        if answers:
            threading.Thread(target=other.handle_request, daemon=True).start()
        status, said = failed(tmp_path, *OFFLINE, "--port", str(port))
    assert status not in (0, None)
    assert "Traceback" not in said
    [line] = [line for line in said.splitlines() if str(port) in line]
    assert "Something else holds it" in line
    assert "--port 0" in line


# Starting needs nothing.


def test_dead_upstreams_and_no_key_still_give_a_server(tmp_path, call, chat):
    """It lists models, says how it is, and answers honestly."""
    with running(tmp_path, "--port", "0", *OFFLINE) as proxy:
        assert call(proxy, "/health").json["has_key"] is False
        assert call(proxy, "/health/ready").status == 200
        assert call(proxy, "/v1/models").json["data"]
        assert call(proxy, "/metrics").status == 200
        no_key = chat(proxy, "enter/openai")
        assert (no_key.status, no_key.json["error"]["code"]) == (401, "api_key_required")
        (proxy.home / "config.json").write_text('{"retries": 0}')
        unreachable = chat(proxy, "free/openai")
        assert unreachable.status == 502
        assert "127.0.0.1" not in unreachable.message
    assert "Traceback" not in proxy.log


@pytest.mark.parametrize("where", ["a file", "below a file", "no permission"])
def test_a_home_that_cannot_be_written_to_still_gives_a_server(tmp_path, chat, where):
    """It says once what it cannot do."""
    (tmp_path / "file").write_text("")
    (tmp_path / "locked").mkdir(mode=0o500)
    home = {"a file": "file", "below a file": "file/home", "no permission": "locked/home"}[where]
    with running(
        tmp_path, "--demo", "--port", "0", POLLINATIONS_HOME=str(tmp_path / home)
    ) as proxy:
        assert chat(proxy).status == 200
    assert "Traceback" not in proxy.log
    if where != "no permission" or os.geteuid():
        assert proxy.log.count("cannot find this proxy") == 1


@pytest.mark.parametrize("broken", ["{", "[]", '{"port": "x"}', "\x00\xff"])
def test_settings_that_cannot_be_read_still_give_a_server(tmp_path, call, broken):
    """What is wrong is in the log; the file stays as it is."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.json").write_text(broken, "latin-1")
    with running(tmp_path, "--demo", "--port", "0") as proxy:
        assert call(proxy, "/health").status == 200
    assert (home / "config.json").read_text("latin-1") == broken
    assert "config.json" in proxy.log
    assert "Traceback" not in proxy.log


# Who may come in.


def test_strangers_are_kept_out_unless_there_is_a_token(tmp_path, call):
    """Without one it does not start where they could reach it; with one it asks for it."""
    listen = ("--demo", "--listen", "tcp:0:interface=0.0.0.0")
    status, said = failed(tmp_path, *listen)
    assert status not in (0, None)
    assert "Traceback" not in said
    assert "pollinations token" in said

    made = [TWIST.with_name("pollinations"), "token", "--show"]
    environ = {**os.environ, "POLLINATIONS_HOME": str(tmp_path / "home")}
    token = subprocess.run(made, env=environ, check=True, capture_output=True, text=True).stdout
    with running(tmp_path, *listen) as proxy:
        assert call(proxy, "/health").status == 200
        assert call(proxy, "/v1/models").status == 401
        assert call(proxy, "/v1/models", Authorization="Bearer wrong").status == 401
        assert call(proxy, "/v1/models", Authorization=f"Bearer {token.strip()}").status == 200
    assert token.strip() not in proxy.log


def test_a_token_that_cannot_be_read_is_not_taken_for_none(tmp_path):
    """A door that should be locked does not open because its lock is broken."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "token").write_text("\n")
    status, said = failed(tmp_path, "--demo", "--port", "0")
    assert status not in (0, None)
    assert "Traceback" not in said
    assert "token" in said


@pytest_twisted.ensureDeferred
async def test_nothing_that_is_secret_is_logged(tmp_path, call, chat):
    """Neither the key, nor what was asked, nor what was answered, whatever goes wrong."""
    from twisted.internet import reactor

    key, prompt, answer = "sk_canary0key", "canary0prompt", "canary0answer"
    model = scripts.ByModel(
        {
            "openai": scripts.text(answer),
            "gemini": scripts.text(answer).then(scripts.Cut()),
            "mistral": scripts.error(500, answer),
            "kimi": scripts.raw(answer.encode()),
            "glm": scripts.error(401, answer),
        }
    )
    imitation = Imitation(reactor, model, Account(keys={key: Key()}))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.json").write_text('{"retries": 0, "mode": "manual"}')
    log = ("--log-level=debug", "--log-format=json")
    async with in_front(reactor, imitation, tmp_path, log=log) as proxy:
        for name in model.models:
            for stream in (True, False):
                await deferToThread(chat, proxy, f"enter/{name}", prompt, stream=stream)
        await deferToThread(chat, proxy, "enter/openai", prompt, tools=prompt)
        said = await deferToThread(call, proxy, "/metrics")
        await deferToThread(call, proxy, "/v1/auth", {"apiKey": f"{key}_other"})
    assert imitation.asked("enter", "/chat/completions")
    for secret in (key, prompt, answer):
        assert secret not in proxy.log
        assert secret.encode() not in said.body


def test_the_reader_of_the_command_line_sees_no_key(demo):
    """There is no option for it."""
    shown = subprocess.run(
        [sys.executable, "-m", "twisted", "pollinations", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "POLLINATIONS_API_KEY" in shown.stdout
    assert "--api-key" not in shown.stdout
