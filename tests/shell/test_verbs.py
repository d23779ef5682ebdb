"""The commands of a chat, typed into a shell."""

import json
from typing import Any

import pytest

from pollinations.commands import VERBS
from pollinations.commands.runner import OF_A_SHELL
from pollinations.commands.verb import Told
from pollinations.shell import COMMANDS

ALIKE = [verb for verb in VERBS if verb.name not in ("help", "connect")]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_each_is_there_with_its_help(shell: Any, verb: Any) -> None:
    """None has to be named for that."""
    result = shell(verb.name, "--help")
    assert result.exit_code == 0
    assert f"Usage: pollinations {verb.name}" in result.output


@pytest.mark.parametrize("verb", ALIKE, ids=lambda verb: verb.name)
def test_help_says_what_it_takes_and_does(shell: Any, verb: Any) -> None:
    output = shell(verb.name, "--help").output
    assert verb.takes in output
    assert verb.summary("en") in " ".join(output.split())


@pytest.mark.parametrize("verb", ALIKE, ids=lambda verb: verb.name)
@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_each_is_answered(shell: Any, verb: Any, flags: tuple[str, ...]) -> None:
    result = shell(verb.name, *flags)
    assert (result.exit_code, result.stderr) == (0, "")
    assert shell.asked == [[verb.name]]
    assert result.stdout == ('{\n  "done": true\n}\n' if flags else "Done.\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("mode", "pro"), ["mode", "pro"]),
        (("mode", "--json", "pro"), ["mode", "pro"]),
        (("mode", "pro", "--json"), ["mode", "pro"]),
        (("mode", "pro", "extra"), ["mode", "pro", "extra"]),
        (("mode", ""), ["mode", ""]),
        (("mode", "--", "--json"), ["mode", "--json"]),
        (("mode", "a b\n`c`; rm -rf /"), ["mode", "a b\n`c`; rm -rf /"]),
        (("mode", "\x1b[31m\x00"), ["mode", "\x1b[31m\x00"]),
        (("mode", "x" * 10_000), ["mode", "x" * 10_000]),
        (("mode", "\ud800"), ["mode", "\ud800"]),
        (("config", "threshold_tier", "15"), ["config", "threshold_tier", "15"]),
        (("usage", "full"), ["usage", "full"]),
    ],
)
def test_words_arrive_as_they_were_typed(shell: Any, arguments: Any, words: list[str]) -> None:
    """The command decides what it makes of them."""
    assert shell(*arguments).exit_code == 0
    assert shell.asked == [words]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mdoe",), "Did you mean mode?"),
        (("MODE",), "Did you mean mode?"),
        (("zzzz",), "There is no such command."),
        (("",), "There is no such command."),
        (("mode", "--jsno"), "No such option"),
        (("--nope",), "No such option"),
        (("retry", "now"), "unexpected extra argument"),
        (("completion",), "Missing argument"),
        (("completion", "csh"), "csh"),
        (("help", "zzz"), "There is no such command."),
    ],
)
def test_what_is_not_understood_is_said(shell: Any, arguments: Any, said: str) -> None:
    result = shell(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert (result.stdout, shell.asked) == ("", [])


def test_a_key_in_the_wrong_place_is_not_repeated(shell: Any) -> None:
    """What a terminal shows is in its history, and on somebody's screenshot."""
    assert "sk_secret" not in shell("sk_secret1234567890").output


def test_what_could_not_be_done_is_an_error(shell: Any) -> None:
    """Said where errors are said, so that a pipe stays empty."""
    shell.answer = Told("**No** such `mode`.", ok=False)
    result = shell("mode", "x")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: No such mode.\n"


def test_an_error_is_json_too(shell: Any) -> None:
    """A program that asked for JSON is never given nothing."""
    shell.answer = Told("**No** such `mode`.", ok=False)
    result = shell("mode", "x", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"error": "No such mode."})
    shell.answer = Told.misunderstood("No **such** mode.")
    assert shell("mode", "x").exit_code == 2
    assert shell("mode", "x", "--json").exit_code == 2
    shell.answer = Told("No.", {"tried": 1}, ok=False)
    assert json.loads(shell("mode", "--json").stdout) == {"tried": 1}


def test_commands_are_named_as_in_a_shell(shell: Any) -> None:
    """And a key is never proposed as an argument."""
    shell.answer = Told("Try `/pollinations mode pro`, `/poll why` or `/poll connect <key>`.")
    assert shell("mode").stdout == (
        "Try pollinations mode pro, pollinations why or pollinations connect.\n"
    )


def test_nothing_that_a_terminal_obeys_comes_out(shell: Any) -> None:
    shell.answer = Told("\x1b]0;gotcha\x07", ok=True)
    assert "\x1b" not in shell("models").stdout


def test_alone_it_shows_what_there_is(shell: Any) -> None:
    for result in (shell(), shell("help"), shell("--help")):
        assert result.exit_code == 0
        for command in COMMANDS:
            assert f"  {command.name} " in result.output


def test_help_explains_one_command(shell: Any) -> None:
    assert shell("help", "token").output == shell("token", "--help").output


def test_a_chat_knows_which_commands_only_a_shell_has() -> None:
    """It says so of them."""
    of_both = {verb.name for verb in VERBS}
    assert set(OF_A_SHELL) == {str(command.name) for command in COMMANDS} - of_both
