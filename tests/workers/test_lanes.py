"""One request at a time, whichever worker it came to."""

from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from pollinations.errors import UpstreamFailed
from pollinations.upstream.lane import PATIENCE, PLACES, Lane
from pollinations.workers.lanes import DistantLane, SharedLanes


class LanesTests(SynchronousTestCase):
    """Two workers, and one queue for both."""

    crew: Any

    def setUp(self) -> None:
        self.all = self.crew()
        self.lane = Lane(self.all.clock)
        SharedLanes(self.all.hub, {"free": self.lane})
        self.links = [self.all.join() for _ in range(2)]
        self.one, self.other = (DistantLane(link, "free") for link in self.links)

    def enter(self, lane: DistantLane, again: bool = False) -> "Deferred[None]":
        """Ask for a turn."""
        entered = Deferred.fromCoroutine(lane.enter(again))
        self.all.carry()
        return entered

    def leave(self, lane: DistantLane, **said: Any) -> None:
        """Make room."""
        lane.leave(**said)
        self.all.carry()

    def test_one_at_a_time_in_order(self) -> None:
        """The turns are taken as they were asked for, over both workers."""
        turns = [self.enter(lane) for lane in (self.one, self.other, self.one)]
        self.assertEqual((self.one.waiting, self.other.waiting), (1, 1))
        self.assertEqual([turn.called for turn in turns], [True, False, False])
        self.leave(self.one)
        self.assertEqual([turn.called for turn in turns], [True, True, False])
        self.leave(self.other)
        self.assertEqual([turn.called for turn in turns], [True, True, True])
        self.assertEqual((self.one.waiting, self.other.waiting), (0, 0))

    def test_who_comes_again_goes_first(self) -> None:
        """As in the one queue that a single process has."""
        self.enter(self.one)
        waiting, again = self.enter(self.one), self.enter(self.other, again=True)
        self.leave(self.one)
        self.assertEqual((waiting.called, again.called), (False, True))

    def test_who_gives_up_loses_its_place(self) -> None:
        """The next one moves up."""
        self.enter(self.one)
        gone, next_one = self.enter(self.other), self.enter(self.one)
        gone.cancel()
        self.failureResultOf(gone, CancelledError)
        self.all.carry()
        self.leave(self.one)
        self.assertTrue(next_one.called)

    def test_a_turn_that_comes_too_late_goes_to_the_next(self) -> None:
        """The client left while the word was on its way."""
        gone = Deferred.fromCoroutine(self.other.enter())
        [pipes] = [one for one in self.all.pipes if one.link is self.links[1]]
        pipes.deaf = True
        self.all.carry()
        gone.cancel()
        self.failureResultOf(gone, CancelledError)
        pipes.deaf = False
        self.all.carry()
        self.assertTrue(self.enter(self.one).called)

    def test_a_worker_that_dies_has_left(self) -> None:
        """Inside as well as in the queue."""
        self.enter(self.other)
        waiting = self.enter(self.one)
        self.enter(self.other)
        self.all.leave(self.links[1])
        self.all.carry()
        self.assertTrue(waiting.called)
        self.leave(self.one)
        self.assertEqual(self.lane.waiting, 0)
        self.assertTrue(self.enter(self.one).called)

    def test_no_place_is_left(self) -> None:
        """They are counted together, and whoever must go learns when to come back."""
        self.enter(self.one)
        for _ in range(PLACES // 2):
            self.enter(self.one)
            self.enter(self.other)
        full = self.failureResultOf(self.enter(self.other), UpstreamFailed).value
        self.assertEqual(full.status, 429)
        self.assertGreaterEqual(full.retry_after, 1)

    def test_nobody_waits_for_ever(self) -> None:
        """The parent's clock says when it has been long enough."""
        self.enter(self.one)
        waiting = self.enter(self.other)
        self.all.clock.advance(PATIENCE)
        self.all.carry()
        self.assertEqual(self.failureResultOf(waiting, UpstreamFailed).value.status, 429)

    def test_a_busy_upstream_is_left_alone_by_all(self) -> None:
        """For as long as it asked one of them."""
        self.enter(self.one)
        waiting = self.enter(self.other)
        self.leave(self.one, wait=7.0, busy=True)
        self.all.clock.advance(6.9)
        self.all.carry()
        self.assertFalse(waiting.called)
        self.all.clock.advance(0.1)
        self.all.carry()
        self.assertTrue(waiting.called)

    def test_without_a_parent_nobody_has_a_turn(self) -> None:
        """The worker is about to stop; its clients may come back to another one."""
        self.enter(self.one)
        waiting = self.enter(self.other)
        self.links[1].connectionLost()
        for refused in (waiting, self.enter(self.other)):
            self.assertEqual(self.failureResultOf(refused, UpstreamFailed).value.status, 429)
