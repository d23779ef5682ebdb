"""The examples of the documentation."""

import runpy
from collections.abc import Sequence
from pathlib import Path

import pytest
from twisted.trial.unittest import SynchronousTestCase

from pollinations.interfaces import ISanitizer
from pollinations.quirks import Quirk
from pollinations.routing.route import ENTER, Route
from pollinations.testing.conversations import asked, system, user
from pollinations.testing.sanitizers import SanitizerTests

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
EXAMPLE = EXAMPLES / "quirk.py"

test_its_cases = runpy.run_path(str(EXAMPLES / "quirk_cases.py"))["test_the_user_says_it"]


@pytest.fixture
def quirks() -> Sequence[Quirk]:
    """With the example's."""
    return runpy.run_path(str(EXAMPLE))["sanitizer"].quirks


class ExampleTests(SanitizerTests, SynchronousTestCase):
    """It runs, and keeps the promises of the interface."""

    def make_sanitizer(self) -> ISanitizer:
        """What the example makes."""
        return runpy.run_path(str(EXAMPLE))["sanitizer"]

    def test_its_family_is_mended(self) -> None:
        """By the rule of the example, which is named."""
        request = asked(system("Be brief."), user("Hi"), private=False)
        sanitized = self.make_sanitizer().sanitize(request, Route(ENTER, "vintage-7b"), {})
        self.assertEqual(sanitized.changes, ("oldie.no-system",))
        self.assertEqual(sanitized.request.messages, [user("Be brief."), user("Hi")])

    def test_others_are_not(self) -> None:
        """The rule is for its family alone."""
        request = asked(system(), private=False)
        sanitized = self.make_sanitizer().sanitize(request, Route(ENTER, "glm"), {})
        self.assertEqual(sanitized.changes, ())
