"""Whatever is typed and whatever goes wrong, a command answers with a sentence."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from pollinations.commands import VERBS
from pollinations.commands.asked import MOST_WORDS
from pollinations.commands.control import Control
from pollinations.commands.runner import LONGEST, Commands
from pollinations.commands.verb import Misused, Told, Verb
from pollinations.errors import InvalidRequest, UpstreamFailed
from pollinations.phrase import Phrase
from pollinations.settings.document import SettingsUnreadable
from pollinations.settings.file import WrongSettings
from pollinations.settings.schema import Settings
from pollinations.testing.together import Together

HOSTILE: tuple[Sequence[str], ...] = (
    ("x" * (LONGEST + 1),),
    ("x" * 10_000,),
    ("a",) * (MOST_WORDS + 1),
    ("mode", "a\nb"),
    ("mode", "a\0b"),
    ("mode", "\x1b[2J"),
    ("mode", "\ud800"),
    ("mode", "\u202epro"),
    ("mode\r\n",),
)
PLAIN_BUT_WRONG: tuple[Sequence[str], ...] = (
    ("`",),
    ("**bold**",),
    ("[a](http://b)",),
    ("<script>",),
    ("../../etc/passwd",),
    ("{0}",),
    ("{name}",),
    ("%s",),
    ("é",),
    ("💎",),
    ("--help",),
    ("",),
)


def run(words: Sequence[str], **settings: Any) -> Told:
    """Run a command in a proxy of its own."""
    commands = Commands(Together(settings=Settings(**settings)).control)
    return finished(commands.run(words))


def finished(running: Any) -> Told:
    """What has come of what waits for nothing."""
    results: list[Any] = []
    Deferred.fromCoroutine(running).addBoth(results.append)
    [told] = results
    assert isinstance(told, Told), told
    return told


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: repr(words)[:30])
def test_what_nobody_types_is_refused(words: Sequence[str]) -> None:
    """And nothing of it is said again."""
    told = run(words)
    assert not told.ok
    assert told.text == "A command is a line of a few plain words. Nothing was changed."


@pytest.mark.parametrize("words", PLAIN_BUT_WRONG, ids=repr)
def test_signs_mean_nothing(words: Sequence[str]) -> None:
    """Neither to Markdown nor to a format string."""
    told = run(words)
    assert not told.ok
    assert told.text.startswith("There is no command `…`.")


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_command_answers_to_anything(verb: Verb, language: str) -> None:
    """Too many words, and words that mean nothing, in each language; and it says no key."""
    for words in (("sk_SECRET0",), ("sk_SECRET0", "x"), ("x",) * 5, ("{x}",), ("`",)):
        told = run((verb.name, *words), language=language)
        assert told.text
        assert "SECRET0" not in told.text
        assert "SECRET0" not in repr(told.data)


ANY = Commands(Together().control)


@given(st.lists(st.text(), max_size=4))
def test_no_words_break_it(words: list[str]) -> None:
    """Nothing that is typed is a bug."""
    assert finished(ANY.run(words)).text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("usge",), "There is no command `usge`. Did you mean `usage`?"),
        (("stat",), "There is no command `stat`. Did you mean `status`?"),
        (("xyz",), "There is no command `xyz`. `/pollinations help` lists them all."),
        (("sk_abcdef",), "There is no command `…`. `/pollinations help` lists them all."),
    ],
)
def test_an_unknown_command_names_the_nearest(words: Sequence[str], text: str) -> None:
    """Or none, when nothing is near."""
    told = run(words)
    assert not told.ok
    assert told.text.startswith(text)
    french = run(words, language="fr")
    assert french.text.startswith("La commande ")


@pytest.mark.parametrize("name", ["mode", "Mode", "MODE"])
def test_letter_case_does_not_matter(name: str) -> None:
    """Phones write the first letter large."""
    assert run((name,)).ok


def test_no_words_ask_for_help() -> None:
    """As in ``/poll`` alone."""
    assert run(()) == run(("help",))


FAILURES = (
    (Misused(), "That is not what `fail` takes. Use it as `/pollinations fail [hard]`."),
    (InvalidRequest("It is wrong."), "It is wrong."),
    (UpstreamFailed("reply", 502, "It broke."), "It broke."),
    (SettingsUnreadable("it is empty"), "The settings cannot be changed: config.json cannot be"),
    (WrongSettings(("mode must be x",)), "Nothing was changed: mode must be x."),
    (OSError(28, "No space left on device"), "Nothing was changed: the disk does not let us"),
    (OSError("odd"), "Nothing was changed: the disk does not let us (OSError)."),
)


class WordsTests(SynchronousTestCase):
    """What is not understood is another thing than what cannot be done."""

    def told(self, line: str) -> Told:
        told: Told = self.successResultOf(
            Deferred.fromCoroutine(Commands(Together().control).run(line.split()))
        )
        return told

    def test_says_what_was_not_understood(self) -> None:
        for line in ("nonsense", "doctor", "mode x", "mode pro x", "config x", "config debug x"):
            told = self.told(line)
            self.assertEqual((told.ok, told.understood), (False, False), line)
        for line in ("connect a b", "fallback free/nobody", "why x"):
            told = self.told(line)
            self.assertEqual((told.ok, told.understood), (False, True), line)

    def test_names_what_only_a_shell_does(self) -> None:
        self.assertTrue(self.told("Doctor").text.startswith("`pollinations doctor` is a command"))

    def test_words_have_no_letter_case(self) -> None:
        """As names have none."""
        self.assertTrue(self.told("usage FULL").ok)


class FailureTests(SynchronousTestCase):
    """What goes wrong within a command."""

    def running(self, error: BaseException, language: Any = "en") -> "Deferred[Told]":
        """A command that raises *error*."""

        async def fail(control: Control, words: Sequence[str]) -> Told:
            raise error

        verb = Verb("fail", Phrase("Fail", "Échouer"), fail, "[hard]")
        control = Together(settings=Settings(language=language)).control
        return Deferred.fromCoroutine(Commands(control, (verb,)).run(["fail"]))

    def told(self, error: BaseException, language: str = "en") -> Told:
        """What is told of *error*."""
        told: Told = self.successResultOf(self.running(error, language))
        self.assertFalse(told.ok)
        return told

    def test_expected_trouble_is_said(self) -> None:
        """In a sentence, in each language."""
        for error, text in FAILURES:
            self.assertTrue(self.told(error).text.startswith(text), error)
            self.assertNotEqual(self.told(error, "fr").text, self.told(error).text)

    def test_a_bug_is_logged_and_not_described(self) -> None:
        """What it says may hold anything."""
        told = self.told(ZeroDivisionError("sk_secret"))
        self.assertEqual(told.text, "The command itself failed. The log of the proxy says more.")
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_a_client_who_leaves_is_let_go(self) -> None:
        """A cancellation is nobody's failure."""
        self.failureResultOf(self.running(CancelledError()), CancelledError)
