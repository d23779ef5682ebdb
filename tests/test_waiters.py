"""Several wait for the same thing."""

from twisted.internet.defer import CancelledError
from twisted.trial.unittest import SynchronousTestCase

from pollinations.waiters import Waiters


class WaitersTests(SynchronousTestCase):
    """Tests for :class:`pollinations.waiters.Waiters`."""

    def setUp(self) -> None:
        self.waiters = Waiters()

    def test_all_are_told(self) -> None:
        """Each of them once."""
        one, other = self.waiters.one(), self.waiters.one()
        self.assertNoResult(one)
        self.waiters.tell()
        self.waiters.tell()
        self.assertIsNone(self.successResultOf(one))
        self.assertIsNone(self.successResultOf(other))

    def test_one_that_gives_up_is_not_told(self) -> None:
        """The others are."""
        one, other = self.waiters.one(), self.waiters.one()
        one.cancel()
        self.failureResultOf(one, CancelledError)
        self.waiters.tell()
        self.successResultOf(other)

    def test_one_that_goes_on_can_make_another_give_up(self) -> None:
        """While they are being told."""
        one, other, third = self.waiters.one(), self.waiters.one(), self.waiters.one()
        one.addCallback(lambda _: other.cancel())
        self.waiters.tell()
        self.failureResultOf(other, CancelledError)
        self.successResultOf(third)

    def test_who_waits_again_waits_for_the_next_time(self) -> None:
        """And does not keep the others from being told."""
        again = self.waiters.one().addCallback(lambda _: self.waiters.one())
        self.waiters.tell()
        self.assertNoResult(again)
        self.waiters.tell()
        self.successResultOf(again)
