"""The queue for an upstream that serves one request at a time."""

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from pollinations.errors import UpstreamFailed
from pollinations.routing.failure import LANE_FULL
from pollinations.upstream.lane import LONGEST_ASKED, PATIENCE, Lane


class LaneTests(SynchronousTestCase):
    """Who goes when."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.lane = Lane(self.clock, places=2)

    def enter(self, again: bool = False) -> "Deferred[None]":
        return Deferred.fromCoroutine(self.lane.enter(again))

    def test_at_once(self) -> None:
        """Nobody waits for nobody."""
        self.successResultOf(self.enter())

    def test_one_at_a_time(self) -> None:
        """The next one goes when the one before has left, and at once."""
        self.successResultOf(self.enter())
        second = self.enter()
        self.assertNoResult(second)
        self.lane.leave()
        self.successResultOf(second)

    def test_first_come_first_served(self) -> None:
        """In the order in which they came."""
        self.successResultOf(self.enter())
        second, third = self.enter(), self.enter()
        self.lane.leave()
        self.successResultOf(second)
        self.assertNoResult(third)
        self.lane.leave()
        self.successResultOf(third)

    def test_a_retry_goes_first(self) -> None:
        """Who was told to come back has waited already."""
        self.successResultOf(self.enter())
        other = self.enter()
        self.lane.leave(busy=True)
        again = self.enter(again=True)
        self.clock.advance(3.0)
        self.successResultOf(again)
        self.assertNoResult(other)

    def test_a_retry_always_has_a_place(self) -> None:
        """It is not sent away because others have come meanwhile."""
        self.successResultOf(self.enter())
        self.enter(), self.enter()
        self.lane.leave(busy=True)
        self.assertNoResult(self.enter(again=True))

    def test_who_leaves_loses_the_place(self) -> None:
        """A client that does not wait any longer is not served."""
        self.successResultOf(self.enter())
        second, third = self.enter(), self.enter()
        second.cancel()
        self.failureResultOf(second, CancelledError)
        self.assertEqual(self.lane.waiting, 1)
        self.lane.leave()
        self.successResultOf(third)

    def test_everybody_leaves(self) -> None:
        """Then the next one to come goes at once."""
        self.successResultOf(self.enter())
        second = self.enter()
        second.cancel()
        self.failureResultOf(second, CancelledError)
        self.lane.leave()
        self.successResultOf(self.enter())

    def test_keeps_a_distance(self) -> None:
        """After a "queue full" the next one waits: three seconds, then twice that, to thirty."""
        distances = []
        self.successResultOf(self.enter())
        for _ in range(6):
            self.lane.leave(busy=True)
            waiting = self.enter()
            began = self.clock.seconds()
            while not waiting.called:
                self.clock.advance(0.5)
            distances.append(self.clock.seconds() - began)
        self.assertEqual(distances, [3.0, 6.0, 12.0, 24.0, 30.0, 30.0])

    def test_as_long_as_it_says(self) -> None:
        """An upstream that names a time is believed; "at once" is no time."""
        for said, kept in ((7.0, 7.0), (0.0, 3.0)):
            lane = Lane(self.clock)
            self.successResultOf(Deferred.fromCoroutine(lane.enter()))
            lane.leave(said)
            waiting = Deferred.fromCoroutine(lane.enter())
            self.clock.advance(kept - 0.5)
            self.assertNoResult(waiting)
            self.clock.advance(0.5)
            self.successResultOf(waiting)

    def test_nobody_waits_too_long(self) -> None:
        """Neither for a time that is named, up to five minutes, nor for the one in front."""
        self.successResultOf(self.enter())
        waiting = self.enter()
        self.clock.advance(PATIENCE)
        self.assertEqual(self.failureResultOf(waiting, UpstreamFailed).value.status, 429)
        self.assertEqual(self.lane.waiting, 0)
        self.lane.leave(86400.0)
        self.assertGreaterEqual(self.refused().retry_after or 0, LONGEST_ASKED)
        self.clock.advance(LONGEST_ASKED)
        self.successResultOf(self.enter())

    def test_an_answer_ends_the_distance(self) -> None:
        """While it answers nothing is waited for, and the next distance is a first one."""
        self.successResultOf(self.enter())
        self.lane.leave(busy=True)
        self.clock.advance(3.0)
        self.successResultOf(self.enter())
        self.lane.leave()
        self.successResultOf(self.enter())
        self.lane.leave(busy=True)
        waiting = self.enter()
        self.clock.advance(3.0)
        self.successResultOf(waiting)

    def test_nobody_waits_for_the_distance(self) -> None:
        """It is over whether somebody waits or not, and nothing is left ticking."""
        self.successResultOf(self.enter())
        self.lane.leave(busy=True)
        self.clock.advance(3.0)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.successResultOf(self.enter())

    def refused(self) -> UpstreamFailed:
        failure: UpstreamFailed = self.failureResultOf(self.enter(), UpstreamFailed).value
        return failure

    def test_no_place_left(self) -> None:
        """The next one is told so at once, with an honest time."""
        self.successResultOf(self.enter())
        self.enter(), self.enter()
        refused = self.refused()
        self.assertEqual((refused.status, refused.code), (429, LANE_FULL))
        self.assertEqual(refused.retry_after, 30.0)  # ten seconds for each before it

    def test_the_time_is_what_it_has_taken(self) -> None:
        """Quick answers make for a short wait, and a distance is part of it."""
        for _ in range(40):
            self.successResultOf(self.enter())
            self.clock.advance(1.0)
            self.lane.leave()
        self.successResultOf(self.enter())
        self.enter(), self.enter()
        self.assertEqual(self.refused().retry_after, 4.0)
        self.lane.leave(20.0)
        self.assertEqual(self.refused().retry_after, 24.0)

    def test_many_in_a_row(self) -> None:
        """A whole queue of requests that end at once does not pile up."""
        lane, left = Lane(self.clock, places=1000), []

        async def through() -> None:
            await lane.enter()
            left.append(None)
            lane.leave()

        self.successResultOf(Deferred.fromCoroutine(lane.enter()))
        for _ in range(1000):
            Deferred.fromCoroutine(through())
        lane.leave()
        self.assertEqual(len(left), 1000)
