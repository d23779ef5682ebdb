"""Commands to a proxy that runs, for a demonstration and in earnest."""

import json
import urllib.request
from pathlib import Path
from typing import Any

from pollinations.testing.process import Proxy, running

CONFIG = {"mode": "manual", "theirs": [1]}


def command(proxy: Proxy, *words: str) -> Any:
    """What a command answers."""
    body, headers = json.dumps({"words": words}).encode(), {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{proxy.url}/commands", body, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def home(folder: Path) -> Path:
    """The settings of a proxy in *folder*."""
    (folder / "home").mkdir()
    config = folder / "home" / "config.json"
    config.write_text(json.dumps(CONFIG))
    return config


def test_a_demonstration_changes_no_file(tmp_path: Path) -> None:
    """What it is told counts until it ends."""
    config = home(tmp_path)
    with running(tmp_path, "--demo", "--port", "0") as proxy:
        assert command(proxy, "mode")["data"]["mode"] == "manual"
        assert command(proxy, "mode", "alwaysfree")["ok"]
        assert command(proxy, "mode")["data"]["mode"] == "alwaysfree"
        assert "keeps no keys" in command(proxy, "connect", "sk_demo")["text"]
        assert command(proxy, "config", "language", "fr")["ok"]
        assert "clé\xa0: `…` de --demo" in command(proxy, "config")["text"]
    assert json.loads(config.read_text()) == CONFIG


def test_a_change_is_kept(tmp_path: Path) -> None:
    """In the file, with all else that is in it; a key that cannot be checked changes nothing."""
    config = home(tmp_path)
    nobody = ("--free-url=http://127.0.0.1:9", "--enter-url=http://127.0.0.1:9")
    with running(tmp_path, "--port", "0", *nobody) as proxy:
        assert command(proxy, "config", "threshold_tier", "20")["ok"]
        assert command(proxy, "mode", "pro")["data"] == {
            "mode": "pro",
            "chosen": True,
            "enter": "refused",
        }
        assert command(proxy, "connect", "sk_any")["data"]["code"] == "key_unchecked"
        config.write_text("{")
        told = command(proxy, "mode", "manual")
        assert (told["ok"], "config.json cannot be read" in told["text"]) == (False, True)
        assert "sk_any" not in proxy.log
    assert config.read_text() == "{"
