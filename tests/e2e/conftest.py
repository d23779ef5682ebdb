"""Real clients: a quiet OpenCode, and the proxies that they are pointed at."""

import json
import os
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs
import pytest
import pytest_twisted

from pollinations.testing.imitation import Imitation
from pollinations.testing.process import Proxy, in_front, running
from pollinations.testing.strict import Strict

MODELS = (
    *("openai", "openai-fast", "gemini", "gemini-fast", "kimi", "glm", "claude-fast", "mistral"),
    *("nova", "deepseek", "nomnom"),
)

QUIET = (
    "OPENCODE_DISABLE_AUTOUPDATE",
    "OPENCODE_DISABLE_CLAUDE_CODE",
    "OPENCODE_DISABLE_DEFAULT_PLUGINS",
    "OPENCODE_DISABLE_EMBEDDED_WEB_UI",
    "OPENCODE_DISABLE_LSP_DOWNLOAD",
    "OPENCODE_DISABLE_MODELS_FETCH",
    "OPENCODE_DISABLE_SHARE",
)
"""With these, and a file of models and one of packages, it connects to nobody but the proxy."""

PATIENCE = 120.0
"""Seconds after which nobody believes in an answer any more."""


@attrs.frozen
class OpenCode:
    """
    OpenCode, with a user's folder of its own and no network.

    :param binary: the command.
    :param folder: the user's folder; ``work`` in it is the project.
    :param environ: what else is in its environment, or instead of what it would be given.
    """

    binary: str
    folder: Path
    environ: Mapping[str, str] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        packages = {"dependencies": {"@opencode-ai/plugin": "*"}}
        config = self.folder / ".config" / "opencode"
        for folder in (config / "node_modules", self.folder / "work", self.folder / "tmp"):
            folder.mkdir(parents=True)
        (self.folder / "models.json").write_text("{}")
        # As if its own package were installed already.
        (config / "package.json").write_text(json.dumps(packages))
        lock = {"lockfileVersion": 3, "packages": {"": packages}}
        (config / "package-lock.json").write_text(json.dumps(lock))

    def start(self, url: str, *arguments: str) -> "subprocess.Popen[str]":
        """
        Start it.

        :param url: the base of the proxy's API.
        """
        return subprocess.Popen(
            [self.binary, *arguments],
            cwd=self.folder / "work",
            env=self.environment(url),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, url: str, *arguments: str) -> tuple[int, str]:
        """The status and the output of ``opencode run``."""
        process = self.start(url, "run", *arguments)
        try:
            output, _ = process.communicate(timeout=PATIENCE)
        finally:
            end(process)
        return process.returncode, output

    @contextmanager
    def serving(self, url: str) -> Iterator["Served"]:
        """An ``opencode serve`` that asks the proxy at *url*, meanwhile."""
        process = self.start(url, "serve", "--hostname", "127.0.0.1", "--port", "0")
        assert process.stdout is not None
        try:
            said = next(line for line in process.stdout if "listening on" in line)
            yield Served(said.split()[-1])
        finally:
            end(process)

    def environment(self, url: str) -> Mapping[str, str]:
        """What it is started with."""
        folders = {
            "HOME": "",
            "TMPDIR": "tmp",
            "XDG_CACHE_HOME": ".cache",
            "XDG_CONFIG_HOME": ".config",
            "XDG_DATA_HOME": ".local/share",
            "XDG_STATE_HOME": ".local/state",
            "OPENCODE_MODELS_PATH": "models.json",
        }
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            **{name: str(self.folder / path) for name, path in folders.items()},
            **dict.fromkeys(QUIET, "1"),
            "OPENCODE_DB": ":memory:",
            "OPENCODE_CONFIG_CONTENT": json.dumps(settings(url)),
            **self.environ,
        }


def settings(url: str) -> Mapping[str, Any]:
    """What ``opencode.json`` would say."""
    limit = {"context": 128000, "output": 8000}
    names = [f"{universe}/{name}" for universe in ("enter", "free") for name in MODELS]
    models = {name: {"name": name, "tool_call": True, "limit": limit} for name in names}
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "options": {"baseURL": url, "apiKey": "a key of the client's"},
        "models": models,
    }
    return {
        "provider": {"pollinations": provider},
        "permission": {"*": "allow"},
        "autoupdate": False,
        "share": "disabled",
    }


def end(process: "subprocess.Popen[str]") -> None:
    """End *process*, and what it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@attrs.frozen
class Served:
    """
    ``opencode serve``, which answers many prompts much sooner than ``opencode run`` answers one.

    :param url: where it listens.
    """

    url: str

    def session(self, **fields: Any) -> str:
        """The identifier of a new conversation. One that has a title asks for none."""
        return str(self.call("/session", fields or {"title": "A conversation"})["id"])

    def prompt(self, text: str, model: str = "enter/openai") -> Mapping[str, Any]:
        """What a prompt consists of."""
        name = {"providerID": "pollinations", "modelID": model}
        return {"model": name, "parts": [{"type": "text", "text": text}]}

    def ask(self, text: str, model: str = "enter/openai", session: str = "") -> Any:
        """The last message of a turn, when the turn is over: ``info`` and ``parts``."""
        session = session or self.session()
        return self.call(f"/session/{session}/message", self.prompt(text, model))

    def call(self, path: str, body: Any = None) -> Any:
        """What it answers to one request: a GET, or a POST of *body*."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + path, data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or b"null")


@pytest.fixture(scope="session")
def opencode(tmp_path_factory: pytest.TempPathFactory) -> OpenCode:
    """OpenCode, if there is one; where everything is to be tested it must be there."""
    binary = os.environ.get("OPENCODE") or shutil.which("opencode")
    if binary is None and not os.environ.get("CI"):
        pytest.skip("there is no opencode on PATH, nor in OPENCODE (npm install opencode-ai)")
    assert binary is not None, "opencode is not installed"
    return OpenCode(binary, tmp_path_factory.mktemp("opencode"))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """``twist pollinations --demo --port 0``."""
    with running(tmp_path_factory.mktemp("demo"), "--demo", "--port", "0") as proxy:
        yield proxy


@attrs.frozen
class Behind:
    """A proxy, and the imitation behind it, whose model a test chooses."""

    proxy: Proxy
    imitation: Imitation

    @property
    def chats(self) -> list[Any]:
        """The chat requests that reached the imitation."""
        return self.imitation.asked(path="/chat/completions")


@pytest_twisted.async_yield_fixture(scope="module")
async def _front(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Behind]:
    from twisted.internet import reactor

    folder: Path = tmp_path_factory.mktemp("front")
    (folder / "home").mkdir()
    (folder / "home" / "config.json").write_text('{"mode": "manual", "retries": 0}')
    imitation = Imitation(reactor)
    async with in_front(reactor, imitation, folder) as proxy:
        yield Behind(proxy, imitation)


@pytest.fixture
def behind(_front: Behind) -> Iterator[Behind]:
    """A proxy that does not ask twice, before models that are as particular as the real ones."""
    _front.imitation.recording.clear()
    _front.imitation.model = Strict()
    yield _front
    assert "Traceback" not in _front.proxy.log


@pytest.fixture(scope="module")
def served(opencode: OpenCode, _front: Behind) -> Iterator[Served]:
    """An ``opencode serve`` in front of the proxy of :func:`behind`."""
    with opencode.serving(_front.proxy.url) as served:
        yield served
