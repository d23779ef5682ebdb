"""`pollinations setup`, and what the real OpenCode makes of it."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from pollinations.testing.imitation import Imitation
from pollinations.testing.process import Proxy, in_front

POLLINATIONS = Path(sys.executable).with_name("pollinations")

MINE = (
    b"\xef\xbb\xbf"
    + b"""\
// My settings.
{
\t"$schema": "https://opencode.ai/config.json",
\t"autoupdate": false, // I do that myself.
\t"provider": {
\t\t"other": {
\t\t\t"npm": "@ai-sdk/openai-compatible",
\t\t\t"models": {"one": {"name": "{ // not a comment"}},
\t\t},
\t},
\t/* The rest is as it comes. */
\t"permission": {"*": "allow"},
}
"""
)


ENTRIES = {
    f"pollinations/enter/{name}"
    for name in ("gemini", "openai", "claude-fast", "glm", "google/gemini-2.5-flash-lite")
}

PATIENCE = 60.0


@attrs.frozen
class User:
    """Somebody with settings of their own, who has a proxy, and an OpenCode that knows no proxy."""

    opencode: Any
    proxy: Proxy
    imitation: Imitation

    @property
    def config(self) -> Path:
        """Their settings."""
        return self.opencode.folder / ".config" / "opencode" / "opencode.jsonc"

    def setup(self, *arguments: str) -> str:
        """What ``pollinations setup`` says."""
        found = {"HOME": str(self.opencode.folder), "POLLINATIONS_HOME": str(self.proxy.home)}
        return subprocess.run(
            [POLLINATIONS, "setup", *arguments],
            env={"PATH": os.environ["PATH"], **found},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    def run(self, *arguments: str) -> tuple[int, str]:
        """The status and the output of ``opencode``, which is told of no address."""
        process = self.opencode.start("", *arguments)
        try:
            output, _ = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
        return process.returncode, output


@pytest_twisted.async_yield_fixture(scope="module")
async def user(opencode: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[User]:
    """Their proxy is in front of the imitation, and has a key."""
    from twisted.internet import reactor

    folder = tmp_path_factory.mktemp("setup")
    environ = {"OPENCODE_CONFIG_CONTENT": "{}"}
    fresh = attrs.evolve(opencode, folder=folder / "user", environ=environ)
    imitation = Imitation(reactor)
    async with in_front(reactor, imitation, folder / "proxy") as proxy:
        yield User(fresh, proxy, imitation)


@pytest_twisted.ensureDeferred
async def test_all_of_it(user: User) -> None:
    """Set up, used, set up again, and undone: as if nothing had been."""
    user.config.write_bytes(MINE)
    assert "is changed; as it was it is in" in await deferToThread(user.setup)
    written = user.config.read_bytes()
    assert all(line in written.splitlines() for line in MINE.splitlines())

    status, output = await deferToThread(user.run, "models", "pollinations")
    listed = set(output.split())
    assert (status, listed & ENTRIES) == (0, ENTRIES)
    assert {"free/mistral", "free/gemini"} <= {
        name.removeprefix("pollinations/") for name in listed
    }

    asked = ("run", "-m", "pollinations/enter/gemini", "--variant", "high_reasoning", "Say hello")
    status, output = await deferToThread(user.run, *asked)
    assert (status, "Hello" in output) == (0, True), output
    chats = user.imitation.asked(path="/chat/completions")
    [body] = [chat.body for chat in chats if chat.body.get("tools")]
    assert body["reasoning_effort"] == "high"
    assert "options" not in body

    assert "set up already" in await deferToThread(user.setup)
    assert user.config.read_bytes() == written
    await deferToThread(user.setup, "--remove")
    assert user.config.read_bytes() == MINE
    assert not list(user.config.parent.glob("opencode.jsonc?*"))
    assert not user.config.with_name("plugins").exists()
