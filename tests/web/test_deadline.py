"""A deadline is met or missed, and moves at no cost."""

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from pollinations.web.deadline import Deadline


class DeadlineTests(SynchronousTestCase):
    """Tests for :class:`pollinations.web.deadline.Deadline`."""

    def setUp(self) -> None:
        """Nothing is due."""
        self.clock, self.missed = Clock(), 0
        self.deadline = Deadline(self.clock, self.miss)

    def miss(self) -> None:
        """Count it."""
        self.missed += 1

    def test_is_missed_once(self) -> None:
        """When its time has come, and not before."""
        self.deadline.within(10)
        self.clock.advance(9)
        self.assertEqual(self.missed, 0)
        self.clock.advance(1)
        self.clock.advance(100)
        self.assertEqual(self.missed, 1)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_moves_without_a_timer(self) -> None:
        """The one that there is looks again."""
        self.deadline.within(10)
        [timer] = self.clock.getDelayedCalls()
        for _ in range(9):
            self.clock.advance(1)
            self.deadline.within(10)
            self.assertEqual(self.clock.getDelayedCalls(), [timer])
        self.clock.advance(1)
        [later] = self.clock.getDelayedCalls()
        self.assertEqual(later.getTime(), 19)
        self.clock.advance(8)
        self.assertEqual(self.missed, 0)
        self.clock.advance(1)
        self.assertEqual(self.missed, 1)

    def test_moves_nearer(self) -> None:
        """What is due sooner is missed sooner."""
        self.deadline.within(10)
        self.deadline.within(2)
        self.clock.advance(2)
        self.assertEqual(self.missed, 1)

    def test_is_lifted(self) -> None:
        """And may be set anew."""
        self.deadline.within(10)
        self.deadline.lift()
        self.clock.advance(20)
        self.assertEqual((self.missed, self.clock.getDelayedCalls()), (0, []))
        self.deadline.within(10)
        self.clock.advance(10)
        self.assertEqual(self.missed, 1)

    def test_leaves_nothing(self) -> None:
        """Once it is cancelled, which it may be twice."""
        self.deadline.within(10)
        self.deadline.cancel()
        self.deadline.cancel()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_may_be_set_by_who_misses_it(self) -> None:
        """For what comes then."""
        self.deadline = Deadline(self.clock, lambda: self.deadline.within(5))
        self.deadline.within(1)
        self.clock.advance(1)
        [timer] = self.clock.getDelayedCalls()
        self.assertEqual(timer.getTime(), 6)
