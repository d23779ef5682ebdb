"""A failure is told without what its exception says."""

from twisted.logger import eventAsJSON, eventAsText
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from pollinations.quiet import quiet

SECRET = "sk_canary_0123456789"


def failed() -> Failure:
    """A failure whose exception quotes something."""
    try:
        raise ValueError(SECRET)
    except ValueError:
        return quiet()


class QuietTests(SynchronousTestCase):
    """No way of telling it tells it all."""

    def test_nothing_that_is_made_of_it_quotes(self) -> None:
        failure = failed()
        event = {"log_format": "{log_failure}", "log_failure": failure}
        told = (
            str(failure),
            repr(failure),
            failure.getErrorMessage(),
            failure.getTraceback(),
            failure.getTraceback(detail="verbose"),
            failure.getBriefTraceback(),
            eventAsText(event),
            eventAsJSON(dict(event)),
        )
        for each in told:
            self.assertNotIn(SECRET, each)
            self.assertTrue("ValueError" in each, each)

    def test_the_places_are_told(self) -> None:
        self.assertIn("in failed", failed().getTraceback())

    def test_it_is_the_same_kind_of_failure(self) -> None:
        """Who asks for its kind, as tests do, is told."""
        self.assertIs(failed().check(ValueError), ValueError)

    def test_once_is_enough(self) -> None:
        failure = failed()
        self.assertIs(quiet(failure), failure)

    def test_one_without_a_traceback(self) -> None:
        self.assertIn("ValueError", quiet(Failure(ValueError(SECRET))).getTraceback())
