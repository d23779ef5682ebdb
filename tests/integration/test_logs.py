"""What a proxy that runs leaves in its files, and on its terminal."""

import json
import signal
import stat
from pathlib import Path
from typing import Any

import pytest_twisted
from twisted.internet.threads import deferToThread

from pollinations.testing import answers, failures
from pollinations.testing.imitation import Imitation
from pollinations.testing.process import Proxy, in_front, running

DEAD = "http://127.0.0.1:9"
OFFLINE = ("--port", "0", "--free-url", DEAD, "--enter-url", DEAD)
MAY_HOLD = {"config.json", "auth.json", "token", "signatures.json", "opencode.json"}
"""The files that secrets are kept in."""


def canary(place: str) -> str:
    """The word that is planted in a place."""
    return f"secret{place}Canary"


def configured(folder: Path, **config: Any) -> None:
    """Write settings for the proxy to find."""
    home = folder / "home"
    home.mkdir(parents=True)
    (home / "config.json").write_text(json.dumps(config))


def log_of(proxy: Proxy) -> Path:
    """The proxy's own log."""
    return proxy.home / "logs" / "pollinations.log"


def test_logs_into_its_home(tmp_path: Path, call: Any) -> None:
    """From the first line to the last, once each, for its owner's eyes."""
    with running(tmp_path, *OFFLINE) as proxy:
        call(proxy, "/v1/models", **{"x-request-id": "r1"})
    text = log_of(proxy).read_text()
    assert text.count(" r1 GET /v1/models 200 ") == 1
    assert proxy.log.count("GET /v1/models 200") == 1
    assert " - stopped, after it ran for 0:00:" in text.splitlines()[-1]
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (log_of(proxy), log_of(proxy).parent)]
    assert modes == [0o600, 0o700]
    assert stat.S_IMODE(proxy.home.stat().st_mode) == 0o700


def test_what_was_wrong_at_the_start_is_in_it(tmp_path: Path) -> None:
    """Though the settings that say where to log had to be read first."""
    configured(tmp_path, mode=3)
    with running(tmp_path, *OFFLINE) as proxy:
        pass
    assert log_of(proxy).read_text().count("mode must be one of") == 1


def test_a_demonstration_leaves_no_log(tmp_path: Path, call: Any) -> None:
    with running(tmp_path, "--demo", "--port", "0") as proxy:
        call(proxy, "/v1/models")
    assert not log_of(proxy).exists()


def test_levels_and_form_change_while_it_runs(tmp_path: Path, call: Any) -> None:
    """Without a restart."""
    with running(tmp_path, *OFFLINE) as proxy:
        call(proxy, "/health", **{"x-request-id": "before"})
        path = proxy.home / "config.json"
        path.write_text(json.dumps({"debug": True, "logs": {"format": "json"}}))
        number = 0
        while '"request_id":"after' not in log_of(proxy).read_text() and number < 2000:
            number += 1
            call(proxy, "/health", **{"x-request-id": f"after{number}"})
    lines = log_of(proxy).read_text().splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    line = next(line for line in told if line.get("request_id", "").startswith("after"))
    assert (line["level"], line["path"], line["status"]) == ("debug", "/health", 200)
    assert not any(" before " in line for line in lines)


def test_a_home_that_cannot_be_written_keeps_nobody_from_an_answer(
    tmp_path: Path, call: Any
) -> None:
    """It is said once."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "logs").write_text("not a folder")
    with running(tmp_path, *OFFLINE) as proxy:
        for _ in range(5):
            assert call(proxy, "/v1/models").status == 200
    assert proxy.log.count("pollinations.log cannot be written") == 1


def _ask(proxy: Proxy, call: Any) -> None:
    """Everything that a proxy is asked, with secrets in all of it."""
    key = f"sk_{canary('Typed')}0123456789"
    said = [{"role": "user", "content": canary("Prompt")}]
    headers = {
        "Authorization": f"Bearer {canary('Bearer')}",
        "x-api-key": canary("Header"),
    }
    for model in ("free/openai", "enter/openai", "enter/gemini"):
        for stream in (False, True):
            body = {"model": model, "messages": said, "stream": stream, "key": canary("Field")}
            call(proxy, f"/v1/chat/completions?key={canary('Query')}", body, **headers)
    for command in (f"connect {key}", key, "why", "status", "usage full", "config"):
        said = [{"role": "user", "content": f"/poll {command}"}]
        call(proxy, "/v1/chat/completions", {"model": "free/openai", "messages": said})
    call(proxy, "/v1/auth", {"apiKey": key})
    call(proxy, "/v1/commands", {"words": ["connect", key]})
    call(proxy, "/v1/chat/completions", [canary("Body")])
    for path in ("/metrics", "/v1/notifications", "/v1/models", "/health", "/nothing"):
        told = call(proxy, path).body
        assert b"Canary" not in told, path


def _left(proxy: Proxy) -> dict[str, str]:
    """All that it has written, but into the files that are for it."""
    paths = [path for path in proxy.folder.rglob("*") if path.is_file()]
    files = {path.name: path.read_text("utf-8", "replace") for path in paths}
    return {"stdout": "".join(proxy.lines)} | {
        name: text for name, text in files.items() if name not in MAY_HOLD
    }


@pytest_twisted.ensureDeferred
async def test_nothing_that_is_left_holds_a_secret(tmp_path: Path, call: Any) -> None:
    """With the debug log on, and keys wherever keys can be."""
    from twisted.internet import reactor

    echo = f"{canary('Upstream')} is no key for {canary('Prompt')}"
    scripts = [
        answers.text(canary("Answer")),
        failures.upstream_error(401, echo),
        failures.failing(answers.text(canary("Answer")), echo),
    ]
    turn = iter(range(1000))
    imitation = Imitation(reactor, lambda asked: scripts[next(turn) % 3](asked))
    configured(
        tmp_path,
        debug=True,
        mode="pro",
        retries=0,
        apiKey=canary("Config"),
        gui={"status": "all", "logs": "verbose"},
        thresholds={"tier": canary("Wrong")},
        logs={"level": "debug"},
    )
    store = tmp_path / ".local" / "share" / "opencode"
    store.mkdir(parents=True)
    (store / "auth.json").write_text(json.dumps({"pollinations": {"key": canary("Stored")}}))
    options = {"log": ("--log-format=json", "--log-level=debug")}
    key = {"POLLINATIONS_API_KEY": canary("Environment")}
    async with in_front(reactor, imitation, tmp_path, **key, **options) as proxy:
        await deferToThread(_ask, proxy, call)
        assert proxy.stop(signal.SIGTERM) == 0
    left = _left(proxy)
    assert {"pollinations.log", "log", "stdout"} <= set(left)
    assert "enter/gemini" in left["pollinations.log"]
    for name, text in left.items():
        at = text.find("Canary")
        assert at < 0, f"{name}: {text[max(0, at - 300) : at + 100]}"
