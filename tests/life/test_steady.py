"""The time of day may jump; what waits does not notice."""

from typing import Any

from twisted.internet.base import ReactorBase
from twisted.internet.task import LoopingCall
from twisted.trial.unittest import SynchronousTestCase

from pollinations.life.steady import steady

DAY = 86_400.0


class Turning(ReactorBase):
    """Twisted's reactor, without anything to wait for but time."""

    _registerAsIOThread = False

    def __init__(self) -> None:
        self.seconds: Any = lambda: self.of_day
        self.of_day, self.steady = 1_800_000_000.0, 5.0
        super().__init__()

    def installWaker(self) -> None:
        """Nobody wakes it."""

    def pass_by(self, seconds: float, jump: float = 0.0) -> None:
        """Let *seconds* pass, in which the time of day is set to another one."""
        self.steady += seconds
        self.of_day += seconds + jump
        self.runUntilCurrent()


class SteadyTests(SynchronousTestCase):
    """Tests for :func:`pollinations.life.steady.steady`."""

    def setUp(self) -> None:
        self.reactor, self.called = Turning(), []

    def settle(self) -> None:
        steady(self.reactor, lambda: self.reactor.steady)

    def test_what_a_jump_does_without_it(self) -> None:
        """Nothing that waits is called for as long as the clock was set back."""
        self.reactor.callLater(10, self.called.append, "late")
        self.reactor.pass_by(20, jump=-DAY)
        self.assertEqual(self.called, [])

    def test_calls_wait_for_their_time(self) -> None:
        """Neither longer nor shorter, whichever way the time of day jumps."""
        for jump in (-DAY, DAY):
            self.settle()
            call = self.reactor.callLater(10, self.called.append, jump)
            self.reactor.pass_by(9, jump)
            self.assertNotIn(jump, self.called)
            self.assertAlmostEqual(self.reactor.timeout(), 1)
            self.reactor.pass_by(1)
            self.assertIn(jump, self.called)
            self.assertFalse(call.active())

    def test_calls_that_wait_already_keep_what_is_left(self) -> None:
        """They can be put off as well."""
        early = self.reactor.callLater(10, self.called.append, "early")
        late = self.reactor.callLater(10, self.called.append, "late")
        self.reactor.pass_by(4)
        self.settle()
        late.delay(5)
        self.reactor.pass_by(5, DAY)
        self.assertEqual(self.called, [])
        self.reactor.pass_by(1)
        self.assertEqual(self.called, ["early"])
        late.reset(2)
        self.reactor.pass_by(2)
        self.assertEqual(self.called, ["early", "late"])
        self.assertFalse(early.active())

    def test_loops_go_on(self) -> None:
        """Once each interval, after any jump."""
        self.settle()
        loop = LoopingCall(self.called.append, "again")
        loop.clock = self.reactor  # type: ignore[assignment]
        loop.start(1.0)
        for jump in (0, -DAY, DAY, 0):
            self.reactor.pass_by(1, jump)
        self.assertEqual(len(self.called), 5)
        loop.stop()
