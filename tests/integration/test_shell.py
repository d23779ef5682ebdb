"""The console script, as a person and as a program runs it, with a proxy and without."""

import json
import os
import pty
import select
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pollinations import __version__
from pollinations.testing.account import DEMO_KEY
from pollinations.testing.process import Proxy, running

POLLINATIONS = str(Path(sys.executable).with_name("pollinations"))
DEAD = "http://127.0.0.1:9"
"""Where nobody listens."""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def environment(folder: Path, **environ: str) -> Mapping[str, str]:
    """What a shell in *folder*, which is its user's, passes on."""
    kept = {
        name: os.environ[name] for name in ("PATH", "PYTHONPATH", "TMPDIR") if name in os.environ
    }
    home = {"HOME": str(folder), "POLLINATIONS_HOME": str(folder / "home")}
    away = {"POLLINATIONS_FREE_URL": DEAD, "POLLINATIONS_ENTER_URL": DEAD}
    return {**kept, **home, **away, **environ}


def run(folder: Path, *arguments: str, input: str = "", **environ: str) -> Any:
    """Run the program; what came of it."""
    return subprocess.run(
        [POLLINATIONS, *arguments],
        input=input,
        capture_output=True,
        text=True,
        env=environment(folder, **environ),
        timeout=60,
        check=False,
    )


def seen(folder: Path, *arguments: str, **environ: str) -> str:
    """What a person sees on a terminal."""
    parent, child = pty.openpty()
    terminal = {"TERM": "xterm-256color", "COLUMNS": "100", **environ}
    process = subprocess.Popen(
        [POLLINATIONS, *arguments],
        stdin=child,
        stdout=child,
        stderr=child,
        env=environment(folder, **terminal),
        start_new_session=True,
    )
    os.close(child)
    shown = b""
    try:
        while select.select([parent], [], [], 60)[0]:
            piece = os.read(parent, 4096)
            if not piece:
                break
            shown += piece
    except OSError:
        # This is how the end is seen on Linux.
        pass
    finally:
        process.wait(60)
        os.close(parent)
    return shown.decode()


# With a proxy.


def test_asks_the_proxy_that_runs(demo: Proxy) -> None:
    """What a program reads has no marks; what could not be done is an error."""
    result = run(demo.folder, "status")
    assert (result.returncode, result.stderr) == (0, "")
    assert "PRO" in result.stdout
    assert not set("\x1b*`") & set(result.stdout)
    result = run(demo.folder, "mode", "nonsense")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ")


def test_json_is_json(demo: Proxy) -> None:
    """And nothing else: another program reads it."""
    command = f"'{POLLINATIONS}' mode --json | '{sys.executable}' -m json.tool --compact"
    result = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        env=environment(demo.folder),
        timeout=60,
        check=True,
    )
    assert json.loads(result.stdout)["mode"] == "pro"


def test_a_reader_who_has_seen_enough_is_no_error(demo: Proxy) -> None:
    """As in ``pollinations models | head -1``."""
    command = f"'{POLLINATIONS}' models | head -c 10 | wc -c"
    result = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        env=environment(demo.folder),
        timeout=60,
        check=True,
    )
    assert (result.stdout.strip(), result.stderr) == (b"10", b"")


def test_a_person_sees_colours(demo: Proxy) -> None:
    """Unless they do not want to."""
    assert "\x1b[1" in seen(demo.folder, "models", "claude")
    plain = seen(demo.folder, "models", "claude", NO_COLOR="1")
    assert "claude" in plain
    assert "\x1b[3" not in plain.split("\n", 3)[-1]


def test_a_token_opens_the_door_for_it(tmp_path: Path) -> None:
    """It is the same user's; another token does not, and that is said."""
    made = run(tmp_path, "token", "--show")
    with running(tmp_path, "--demo", "--port", "0"):
        assert run(tmp_path, "mode").returncode == 0
        other = tmp_path / "other"
        other.mkdir(0o700)
        (other / "proxy.json").write_bytes((tmp_path / "home" / "proxy.json").read_bytes())
        result = run(tmp_path, "mode", POLLINATIONS_HOME=str(other))
    assert result.returncode == 1
    assert "wants another token" in result.stderr
    assert made.stdout.strip() not in result.stderr


# Without one.


def test_changes_the_file_where_no_proxy_runs(tmp_path: Path) -> None:
    """Under a lock, for no other eyes, and only what was to be changed."""
    config = tmp_path / "home" / "config.json"
    config.parent.mkdir()
    config.write_text('{"mine": 1}')
    result = run(tmp_path, "mode", "pro")
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(config.read_text()) == {"mine": 1, "mode": "pro"}
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_understood_stays(tmp_path: Path) -> None:
    """Why, is said; a proxy that is gone and was not cleaned up after does not matter."""
    config = tmp_path / "home" / "config.json"
    config.parent.mkdir()
    config.write_text("{")
    stale = {"url": f"{DEAD}/v1", "pid": 2**22 + 1, "port": 9, "version": "1", "started": 1}
    config.with_name("proxy.json").write_text(json.dumps(stale))
    result = run(tmp_path, "mode", "pro")
    assert (result.returncode, result.stdout) == (1, "")
    assert "config.json" in result.stderr
    assert "Traceback" not in result.stderr
    assert config.read_text() == "{"


def test_a_key_that_cannot_be_checked_changes_nothing(tmp_path: Path) -> None:
    """Offline, for instance."""
    result = run(tmp_path, "connect", input=f"{DEMO_KEY}\n")
    assert (result.returncode, result.stdout) == (1, "")
    assert DEMO_KEY not in result.stderr
    assert not (tmp_path / "home" / "config.json").exists()


def test_the_doctor_says_what_is_wrong(tmp_path: Path) -> None:
    """Offline, that the services cannot be reached."""
    result = run(tmp_path, "doctor", "--json", POLLINATIONS_PORT="0")
    report = json.loads(result.stdout)
    states = {one["name"]: one["state"] for one in report["checks"]}
    assert (result.returncode, report["ok"]) == (1, False)
    assert (states["proxy"], states["free"], states["enter"]) == ("warn", "fail", "fail")


def test_the_doctor_finds_the_proxy(demo: Proxy) -> None:
    result = run(demo.folder, "doctor")
    assert f"version {__version__} answers at {demo.url}" in result.stdout
    assert "the proxy is a demonstration" in result.stdout
    assert (result.returncode, "Nothing is wrong." in result.stdout) == (0, True)


def test_an_interrupt_ends_it(tmp_path: Path) -> None:
    """Without a traceback, also while it waits for a key."""
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [POLLINATIONS, "connect"],
        stdin=child,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(tmp_path),
        start_new_session=True,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.read(4) == "Your"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    os.close(parent)
    os.close(child)
    assert process.returncode == 1
    assert "Traceback" not in errors


def test_its_help_loads_no_twisted(tmp_path: Path) -> None:
    """It would take longer than anything else that it does."""
    program = (
        "import sys\nfrom pollinations.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "sys.exit(any(m in sys.modules for m in ('twisted.internet', 'treq', 'rich.markdown')))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env=environment(tmp_path), check=False
    )
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.parametrize("shell", ["bash"])
def test_tab_completes(demo: Proxy, shell: str) -> None:
    """In a shell that was taught by ``pollinations completion``."""
    script = (
        f"eval \"$('{POLLINATIONS}' completion bash)\"\n"
        f"COMP_WORDS=(pollinations mode al) COMP_CWORD=2\n"
        f"_pollinations_completion '{POLLINATIONS}'\n"
        'echo "${COMPREPLY[@]}"'
    )
    result = subprocess.run(
        [shell, "-c", script],
        capture_output=True,
        env=environment(demo.folder),
        timeout=60,
        check=True,
    )
    assert result.stdout == b"alwaysfree\n"


@pytest.mark.parametrize(
    ("redirection", "status"), [(">&-", 0), ("2>&-", 0), ("<&-", 0), (">/dev/full", 1)]
)
def test_streams_may_be_closed_or_full(demo: Proxy, redirection: str, status: int) -> None:
    """As under a scheduler, or on a full disk."""
    result = subprocess.run(
        ["sh", "-c", f"'{POLLINATIONS}' mode {redirection}"],
        capture_output=True,
        env=environment(demo.folder),
        timeout=60,
        check=False,
    )
    assert (result.returncode, b"Traceback" in result.stderr) == (status, False)
