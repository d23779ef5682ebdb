"""
Take the README's picture: the demonstration, a real OpenCode in a real terminal, no network.

::

    python docs/picture.py docs/_static/opencode.svg

Wants ``opencode`` and ``tmux`` on the ``PATH``, and what is installed with the extra ``test``.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import CONSOLE_SVG_FORMAT, Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from pollinations.testing.account import DEMO_KEY
from pollinations.testing.process import TWIST, running

COLUMNS, LINES = 112, 44
PATIENCE = 120.0
"""Seconds after which something that should be on the screen will not come."""

CONFIG = {"mode": "alwaysfree", "thresholds": {"quest": 2}}
"""The demonstration's grant is below this, so its wallet is guarded."""

OPENCODE = {
    "autoupdate": False,
    "share": "disabled",
    "permission": {"*": "allow"},
    "model": "pollinations/enter/gemini",
}
QUIET = ("AUTOUPDATE", "DEFAULT_PLUGINS", "LSP_DOWNLOAD", "MODELS_FETCH", "SHARE")

TYPED = (
    ("What is the weather in Paris?", "Switched to"),
    ("/poll why", "Attempts"),
)
"""What is typed, and what shows that it was answered."""


@contextmanager
def terminal(folder: Path, environ: dict[str, str]) -> Iterator[Callable[..., str]]:
    """A terminal in which OpenCode runs, as a function that gives tmux a command."""

    def tmux(*words: str) -> str:
        command = ["tmux", "-S", str(folder / "tmux"), "-f", os.devnull, *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    told = ("env", "-i", *(f"{name}={value}" for name, value in environ.items()))
    size = ("-d", "-x", str(COLUMNS), "-y", str(LINES), "-c", str(folder / "work"))
    tmux("new-session", *size, *told, "opencode")
    try:
        yield tmux
    finally:
        tmux("kill-server")


def environment(folder: Path) -> dict[str, str]:
    """That of a user who has nothing but the proxy's settings and OpenCode's."""
    (folder / "work").mkdir()
    (folder / "models.json").write_text("{}")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "POLLINATIONS_HOME": str(folder / "home"),
        "OPENCODE_MODELS_PATH": str(folder / "models.json"),
        "OPENCODE_CONFIG_CONTENT": json.dumps(OPENCODE),
        **{f"OPENCODE_DISABLE_{name}": "1" for name in QUIET},
    }


def wait(tmux: Callable[..., str], words: str) -> None:
    """Wait until *words* are on the screen, and nothing moves there any more."""
    began, before = time.monotonic(), ""
    while time.monotonic() - began < PATIENCE:
        now = tmux("capture-pane", "-p")
        if words in now and now == before:
            return
        before = now
        time.sleep(1)
    raise SystemExit(f"{words!r} is not on the screen:\n{before}")


def screen(folder: Path) -> str:
    """What stands on the terminal in the end, with its colours."""
    environ = environment(folder)
    subprocess.run([TWIST.with_name("pollinations"), "setup"], env=environ, check=True)
    with terminal(folder, environ) as tmux:
        wait(tmux, "Ask anything")
        for typed, answered in TYPED:
            tmux("send-keys", "-l", typed)
            wait(tmux, typed)
            tmux("send-keys", "Enter")
            wait(tmux, answered)
        # The folder is nobody's.
        return tmux("capture-pane", "-e", "-p").replace(str(folder), "~")


def drawn(text: Text) -> str:
    """*text* as an SVG, on a dark ground as OpenCode has it, that fetches nothing from anywhere."""
    with open(os.devnull, "w") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere)
        console.print(text, no_wrap=True)
    form = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return console.export_svg(title="OpenCode", theme=MONOKAI, code_format=form)


def main(path: Path) -> None:
    """Write the picture to *path*."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "home").mkdir()
        (folder / "home" / "config.json").write_text(json.dumps(CONFIG))
        with running(folder, "--demo", "--port", "0", POLLINATIONS_API_KEY=DEMO_KEY):
            text = Text.from_ansi(screen(folder).rstrip())
    path.write_text(drawn(text))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
