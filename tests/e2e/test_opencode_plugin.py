"""The plugin in OpenCode itself: a proxy that it starts, and toasts on the screen."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import attrs
import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from pollinations.opencode.plugin import plugin
from pollinations.settings.home import alive
from pollinations.testing import scripts
from pollinations.testing.account import DEMO_KEY
from pollinations.testing.imitation import Imitation, listening

TWIST = Path(sys.executable).with_name("twist")
QUIET = {"autoupdate": False, "share": "disabled", "permission": {"*": "allow"}}
SAFETY = scripts.ByUniverse(free=scripts.text("Hello from free"), enter=scripts.error(402, "No"))


@attrs.frozen
class Home:
    """A user's folder with the plugin in it, and with a proxy once OpenCode has run there."""

    opencode: object
    path: Path

    @property
    def running(self):
        """What ``proxy.json`` says; ``None`` when no proxy runs."""
        with suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads((self.path / "proxy.json").read_text())
        return None

    def chat(self, model):
        """Ask the proxy, as any client may, beside OpenCode."""
        body = {"model": model, "messages": [{"role": "user", "content": "hi"}]}
        request = urllib.request.Request(
            f"{self.running['url']}/chat/completions",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["choices"][0]["message"]["content"]


def patient(source: str) -> str:
    """The plugin for a machine that may be slow."""
    return re.sub(r"const (ANSWER|LISTS|START) = \d+", r"const \1 = 60000", source)


@pytest.fixture
def home(opencode, tmp_path) -> Iterator[Home]:
    """Nothing in it but the plugin; a proxy that was started is stopped."""
    path = tmp_path / "proxy"
    environ = {
        "POLLINATIONS_HOME": str(path),
        "POLLINATIONS_API_KEY": DEMO_KEY,
        "OPENCODE_CONFIG_CONTENT": json.dumps(QUIET),
    }
    one = type(opencode)(opencode.binary, tmp_path / "user", environ)
    plugins = one.folder / ".config" / "opencode" / "plugins"
    plugins.mkdir()
    (plugins / "pollinations.js").write_text(patient(plugin(TWIST)))
    home = Home(one, path)
    yield home
    if home.running is not None:
        os.kill(home.running["pid"], signal.SIGTERM)


@pytest_twisted.async_yield_fixture
async def imitation():
    """Both universes, as the environment of a proxy names them."""
    from twisted.internet import reactor

    imitation = Imitation(reactor)
    async with listening(reactor, imitation) as url:
        yield (
            imitation,
            {
                "POLLINATIONS_FREE_URL": f"{url}/free",
                "POLLINATIONS_ENTER_URL": f"{url}/enter",
            },
        )


@pytest_twisted.ensureDeferred
async def test_opencode_needs_nothing_but_the_plugin(home, imitation, until):
    """It starts the proxy, brings the models, and leaves the proxy running for the next time."""
    _, upstreams = imitation
    home.opencode.environ.update(upstreams)
    run = ("--title", "T", "-m", "pollinations/enter/gemini", "météo à paris")
    status, output = await deferToThread(home.opencode.run, "", *run)
    assert (status, "> Paris: 21 °C, sunny" in output) == (0, True), output
    first = home.running
    status, output = await deferToThread(home.opencode.run, "", "--command", "poll", "status")
    assert (status, home.running) == (0, first), output
    os.kill(first["pid"], signal.SIGTERM)
    await until(lambda: home.running is None)


@pytest_twisted.ensureDeferred
async def test_a_proxy_that_ended_is_started_again(home, imitation, until):
    """The next message does it, in the OpenCode that runs."""
    _, upstreams = imitation
    home.opencode.environ.update(upstreams)
    with home.opencode.serving("") as served:
        for _ in range(2):
            message = await deferToThread(served.ask, "salut", "free/openai-fast")
            assert message["info"].get("error") is None
            last = home.running
            os.kill(last["pid"], signal.SIGTERM)
            # One that is about to end still answers on the connections that it has.
            await until(lambda pid=last["pid"]: not alive(pid))


@pytest_twisted.ensureDeferred
async def test_a_toast_is_seen(home, imitation, screen, until):
    """The safety net, on the screen of the real terminal interface."""
    behind, upstreams = imitation
    behind.model = SAFETY
    screen.start(home.opencode, **upstreams)
    await until(lambda: home.running is not None and "Ask anything" in screen.text, within=60)
    said = await deferToThread(home.chat, "enter/openai")
    assert said.startswith("Hello from free")
    await until(lambda: "Safety Net: free/" in screen.text)
    assert "Pollinations Safety" in screen.text


@attrs.define
class Screen:
    """A terminal that nobody sits at."""

    tmux: list[str]

    def start(self, opencode, **environ):
        """Start OpenCode in it."""
        told = {**opencode.environment(""), **environ, "TERM": "xterm-256color"}
        words = ("env", "-i", *(f"{name}={value}" for name, value in told.items()))
        size = ("-d", "-x", "140", "-y", "40", "-c", str(opencode.folder / "work"))
        self.run("new-session", *size, *words, opencode.binary)

    @property
    def text(self):
        """What stands on it."""
        return self.run("capture-pane", "-p")

    def run(self, *words):
        """Run a command of tmux."""
        done = subprocess.run([*self.tmux, *words], capture_output=True, text=True, check=True)
        return done.stdout


@pytest.fixture
def screen(tmp_path) -> Iterator[Screen]:
    """A terminal of tmux's, if that is there; where everything is tested it must be."""
    tmux = shutil.which("tmux")
    if tmux is None and not os.environ.get("CI"):
        pytest.skip("there is no tmux on PATH")
    assert tmux is not None, "tmux is not installed"
    screen = Screen([tmux, "-S", str(tmp_path / "tmux"), "-f", os.devnull])
    yield screen
    subprocess.run([*screen.tmux, "kill-server"], capture_output=True, check=False)
