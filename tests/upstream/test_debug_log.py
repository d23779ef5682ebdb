"""What a developer reads of a request that went another way than was thought."""

from typing import Any

from twisted.logger import LogLevel, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from pollinations.logs.context import current
from pollinations.testing import answers, failures
from pollinations.testing.script import Model
from pollinations.testing.together import Together


class DebugLogTests(SynchronousTestCase):
    """The events of level debug, in order."""

    def told(self, upstream: Model, **fields: Any) -> str:
        """What is told of a request to *upstream*, a line for each event."""
        lines: list[str] = []

        def hear(event: dict[str, Any]) -> None:
            if event["log_level"] is LogLevel.debug:
                served = current()
                self.assertEqual(served and served.id, "r1", event["log_format"])
                lines.append(event["log_format"].format(**event))

        globalLogPublisher.addObserver(hear)
        self.addCleanup(globalLogPublisher.removeObserver, hear)
        proxy = Together(upstream)
        proxy.chat("Hi", headers={"x-request-id": "r1"}, **fields)
        proxy.advance(10)
        return "\n".join(lines)

    def test_the_decision_and_the_attempt(self) -> None:
        """With what was known, and what was altered."""
        told = self.told(answers.text("Hello"), model="enter/gemini")
        self.assertIn("enter/gemini goes to enter/gemini (mode pro, key True, quota 10.0+50", told)
        self.assertIn("200 ok in 0.000 s; rules: ", told)
        self.assertIn("all.private", told)

    def test_failures(self) -> None:
        """Each attempt, each wait, and who is left alone."""
        told = self.told(failures.upstream_error(500, "broken"), model="enter/gemini")
        self.assertEqual(told.count("enter/gemini was sent "), 3)
        self.assertEqual(told.count("free/mistral was sent "), 3)
        self.assertEqual(told.count(": 500 server in "), 6)
        self.assertIn("the same model is asked again in 1.000 s", told)
        self.assertIn("enter/gemini is left alone: server", told)

    def test_an_answer_that_is_cut_off(self) -> None:
        """By the finish reason that it got."""
        told = self.told(answers.text("Hello\n\nUser: and then?"))
        self.assertIn("the answer is cut off: stop", told)

    def test_an_answer_that_breaks_off(self) -> None:
        """After its bytes have begun to leave."""
        told = self.told(failures.failing(answers.text("Hello ", "you")), stream=True)
        self.assertIn("the answer failed: ", told)
        self.assertNotIn("Hello", told)
