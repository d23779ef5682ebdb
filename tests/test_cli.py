"""The console script, run as a person would."""

import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pollinations import __version__
from pollinations.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def path() -> Path:
    return Path(os.environ["POLLINATIONS_HOME"]) / "token"


def test_says_its_version() -> None:
    assert run("--version").output == f"pollinations, version {__version__}\n"


def test_lists_what_each_command_does_in_full() -> None:
    listed = " ".join(run("--help").output.split())
    assert "who answered and why, attempts, times, cost." in listed
    assert "..." not in listed.partition("Commands:")[2]


def test_token_is_made_and_not_shown(path: Path) -> None:
    result = run("token")
    assert (result.exit_code, result.output) == (0, f"{path}\n")
    assert path.read_text() not in result.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_token_stays_what_it_was(path: Path) -> None:
    first = run("token", "--show").output
    assert first == path.read_text() + "\n"
    assert run("token", "--show").output == first


def test_a_new_token_replaces_the_former() -> None:
    first = run("token", "--show").output
    assert run("token", "--show", "--new").output != first


def test_a_place_where_no_token_can_be_is_an_error(path: Path) -> None:
    path.mkdir(parents=True)
    result = run("token")
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: no token in {path}: ")


@pytest.mark.parametrize("arguments", [("tokn",), ("token", "extra"), ("token", "--shwo")])
def test_what_is_not_understood_is_said(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.output
