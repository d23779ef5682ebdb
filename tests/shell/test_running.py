"""How a shell finds the proxy, and what it makes of an answer."""

import json
import os
from pathlib import Path

import pytest

from pollinations.settings.home import Home, Running, alive
from pollinations.shell.running import ask, find

DEAD = 2**22 + 1
"""More than any process has."""


def described(**fields: object) -> dict[str, object]:
    """What ``proxy.json`` may say."""
    here = {"url": "http://127.0.0.1:9/v1", "pid": os.getpid(), "port": 9, "version": "1"}
    return {**here, "started": 1, **fields}


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "{",
        "[]",
        "null",
        "{}",
        json.dumps({**described(), "more": 1}),
        json.dumps(described(pid=DEAD)),
        json.dumps(described(pid=0)),
        json.dumps(described(pid=-1)),
        json.dumps(described(pid=2**80)),
        json.dumps(described(pid="1; rm -rf /")),
        json.dumps(described(pid=None)),
        json.dumps(described(pid=1.5)),
        json.dumps(described(url=None)),
        json.dumps(described(url=7)),
        json.dumps(described(url="")),
        json.dumps(described(url="file:///etc/passwd")),
        json.dumps(described(url="http://127.0.0.1:99999/v1")),
        json.dumps(described(url="http://[::1/v1")),
        json.dumps(described(url="http:///v1")),
        json.dumps(described()),
    ],
)
def test_what_does_not_answer_is_no_proxy(tmp_path: Path, content: str | None) -> None:
    """Whatever its description says: it may be stale, cut off, or somebody's joke."""
    home = Home(tmp_path)
    if content is not None:
        home.proxy.write_text(content)
    assert find(home) is None


def test_a_process_lives_or_not() -> None:
    assert alive(os.getpid())
    assert not alive(DEAD)
    assert not alive(True - 1)


def test_nobody_there_is_told(tmp_path: Path) -> None:
    """It may have gone since it was found."""
    told = ask(Running("http://127.0.0.1:9/v1", 1, 9, "1", 1), Home(tmp_path), ["mode"])
    assert not told.ok
    assert told.text.startswith("The proxy at http://127.0.0.1:9/v1 cannot be asked: ")
    assert told.data == {"error": told.text}


def test_a_token_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Nothing is sent without it."""
    home = Home(tmp_path)
    home.token.write_text(" ")
    told = ask(Running("http://127.0.0.1:9/v1", 1, 9, "1", 1), home, ["mode"])
    assert "token is empty" in told.text
