"""``help``: every command, in each language."""

import pytest

from pollinations.commands import VERBS
from pollinations.settings.schema import Settings
from pollinations.testing.together import Together


@pytest.mark.parametrize("line", ["/poll", "/pollinations", "/poll help", "/poll HELP"])
def test_tells_of_every_command(line: str) -> None:
    """And of what each takes."""
    said = Together().chat(line).text
    for verb in VERBS:
        assert f"- `/pollinations {verb.use}`: {verb.summary.en}" in said


def test_speaks_french() -> None:
    """With every summary."""
    said = Together(settings=Settings(language="fr")).chat("/poll help").text
    for verb in VERBS:
        assert f"- `/pollinations {verb.use}`\xa0: {verb.summary.fr}" in said


def test_tells_of_one() -> None:
    """In whatever letter case, and of none that there is not."""
    said = "`/pollinations usage [full]`: Show what is left to spend; `full`: what was spent, model"
    assert Together().chat("/poll help Usage").text == f"{said} by model"
    for line in ("/poll help nothing", "/poll help usage full"):
        assert Together().chat(line).text.startswith("That is not what `help` takes.")


def test_names_are_words_and_no_two_alike() -> None:
    """Somebody has to type them."""
    names = [verb.name for verb in VERBS]
    assert len(set(names)) == len(names)
    assert all(name.isalpha() and name.islower() for name in names)


def test_summaries_are_lines_without_a_full_stop() -> None:
    """They stand in a list."""
    for verb in VERBS:
        for summary in (verb.summary.en, verb.summary.fr):
            assert summary == summary.strip().rstrip(".")
            assert "\n" not in summary
