"""The garbage collector, once a proxy runs."""

import gc

from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase

from pollinations.life.settling import settle


class SettleTests(SynchronousTestCase):
    """Tests for :func:`pollinations.life.settling.settle`."""

    def setUp(self) -> None:
        self.addCleanup(gc.unfreeze)

    def test_what_was_loaded_is_looked_at_no_more(self) -> None:
        """Once the reactor runs, and not before."""
        reactor = MemoryReactorClock()
        settle(reactor)
        self.assertEqual(gc.get_freeze_count(), 0)
        for call, args, kwargs in reactor.whenRunningHooks:
            call(*args, **kwargs)
        self.assertGreater(gc.get_freeze_count(), 1000)

    def test_what_comes_later_is_collected(self) -> None:
        """As often as ever."""
        before = gc.get_threshold()
        reactor = MemoryReactorClock()
        settle(reactor)
        self.assertEqual(gc.get_threshold(), before)
        self.assertTrue(gc.isenabled())
