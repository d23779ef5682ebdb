"""What Tab proposes."""

from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import ShellComplete

from pollinations.cli import main
from pollinations.commands.setting import NAMES
from pollinations.routing.catalogue import Catalogue, Model
from pollinations.settings.home import Home
from pollinations.shell.work import Work


@pytest.fixture
def home(tmp_path: Path) -> Home:
    models = {
        "free": (Model("mistral"), Model("openai-fast")),
        "enter": (Model("openai/gpt-5.4"),),
    }
    (tmp_path / "catalogue.json").write_bytes(Catalogue(models).to_json())
    return Home(tmp_path)


def proposed(home: Home, *words: str) -> list[str]:
    """What is proposed for the last word, after those before it."""
    obj = Work({"POLLINATIONS_HOME": str(home.path)})
    complete = ShellComplete(main, {"obj": obj}, "pollinations", "_X")
    return [item.value for item in complete.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("mo",), ["mode", "models"]),
        (("mode", ""), ["manual", "alwaysfree", "pro"]),
        (("mode", "a"), ["alwaysfree"]),
        (("mode", "pro", ""), []),
        (("mode", "--j"), ["--json"]),
        (("usage", ""), ["full"]),
        (("config", ""), list(NAMES)),
        (("config", "status_gui", ""), ["none", "alert", "all"]),
        (("config", "status_bar", ""), ["true", "false"]),
        (("config", "threshold_tier", ""), []),
        (("config", "nonsense", ""), []),
        (("fallback", ""), ["free/mistral", "free/openai-fast"]),
        (("fallback", "free/mistral", "free/o"), ["free/openai-fast"]),
        (("fallback", "a", "b", ""), []),
        (("models", "enter/"), ["enter/openai/gpt-5.4"]),
        (("retry", ""), []),
        (("connect", ""), []),
        (("completion", "z"), ["zsh"]),
    ],
)
def test_fits_what_is_typed(home: Home, words: Any, expected: list[str]) -> None:
    assert proposed(home, *words) == expected


def test_without_lists_there_are_those_of_the_package(tmp_path: Path) -> None:
    """Nobody is asked for a Tab."""
    Home(tmp_path).catalogue.write_text("{")
    assert "free/openai-fast" in proposed(Home(tmp_path), "models", "free/")


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_a_shell_is_taught(shell: Any, name: str) -> None:
    result = shell("completion", name)
    assert result.exit_code == 0
    assert "_POLLINATIONS_COMPLETE" in result.output
