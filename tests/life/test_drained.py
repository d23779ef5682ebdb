"""A proxy stops from its door inwards."""

from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater
from twisted.trial.unittest import SynchronousTestCase

from pollinations.life.drained import COURTESY, HASTE, DrainedService


class House:
    """Clients come in at its door, and one answer takes long."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.left: Deferred[None] = Deferred()
        self.said: list[Any] = []
        self.empty = False

    def close(self) -> "Deferred[None]":
        self.said.append("closed")
        if self.left.called:
            self.left = Deferred()
        if self.empty:
            self.left.callback(None)
        return self.left

    def turn_away(self) -> None:
        self.said.append("turned away")

    def leave(self) -> None:
        """The last client leaves."""
        self.empty = True
        self.left.callback(None)

    async def drain(self, seconds: float) -> None:
        self.said.append(seconds)
        await deferLater(self.clock, seconds)

    async def drained_at_once(self, seconds: float) -> None:
        self.said.append(seconds)


class Part(Service):
    """What is needed until the last answer has ended."""


class DrainedTests(SynchronousTestCase):
    """Tests for :class:`pollinations.life.drained.DrainedService`."""

    def setUp(self) -> None:
        self.clock, self.part = Clock(), Part()
        self.house = House(self.clock)
        self.service = DrainedService(
            self.house, self.house, lambda: 30.0, self.clock, self.house.said.append
        )
        self.part.setServiceParent(self.service)
        self.service.startService()

    def stop(self) -> "Deferred[Any]":
        """Begin to stop."""
        return self.service.stopService()

    def test_the_door_is_closed_first(self) -> None:
        """The supervisor is told how long it may take; the answers get their time."""
        self.stop()
        self.assertEqual(self.house.said, ["closed", 30.0 + COURTESY, 30.0])

    def test_the_parts_go_on_until_all_have_left(self) -> None:
        """What an answer teaches is still remembered, what it is paid with still looked at."""
        stopped = self.stop()
        self.clock.advance(30)
        self.assertTrue(self.part.running)
        self.assertNoResult(stopped)
        self.house.leave()
        self.clock.advance(0)
        self.assertFalse(self.part.running)
        self.successResultOf(stopped)

    def test_who_asks_on_the_threshold_is_answered(self) -> None:
        """Nothing is ended before the limit, though nothing was asked for a moment."""
        self.house.drain = self.house.drained_at_once  # type: ignore[method-assign]
        stopped = self.stop()
        self.assertEqual(self.house.said[2:], [30.0])
        self.clock.advance(29)
        self.assertEqual(self.house.said[2:], [30.0])
        self.clock.advance(1)
        self.assertEqual(self.house.said[2:], [30.0, "turned away", 0, "closed"])
        self.clock.advance(COURTESY)
        self.successResultOf(stopped)

    def test_nobody_is_waited_for_for_ever(self) -> None:
        """Who does not take the last words does without."""
        stopped = self.stop()
        self.clock.pump([30, 0, 0, COURTESY])
        self.assertFalse(self.part.running)
        self.successResultOf(stopped)

    def test_it_can_be_hurried(self) -> None:
        """Answers are ended at once; there is hardly time to read that."""
        stopped = self.stop()
        self.service.hurry()
        self.assertEqual(self.house.said[-2:], ["turned away", 0])
        self.clock.advance(HASTE)
        self.assertTrue(self.house.left.called)
        self.clock.advance(30)
        self.successResultOf(stopped)

    def test_hurrying_too_early_does_nothing(self) -> None:
        """There is nothing to hurry yet."""
        self.service.hurry()
        self.assertEqual(self.house.said, [])

    def test_trouble_does_not_keep_it_from_stopping(self) -> None:
        """It is a bug and logged; the parts stop."""
        self.house.close = lambda: 1 / 0  # type: ignore[assignment,return-value]
        self.successResultOf(self.stop())
        self.assertFalse(self.part.running)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
