"""SIGHUP reads the files again, and ends nothing."""

import signal
from typing import Any

from twisted.internet.testing import MemoryReactor
from twisted.trial.unittest import SynchronousTestCase

from pollinations.life.hangup import Hangup


class HangupTests(SynchronousTestCase):
    """Tests for :class:`pollinations.life.hangup.Hangup`."""

    def setUp(self) -> None:
        self.addCleanup(signal.signal, signal.SIGHUP, signal.getsignal(signal.SIGHUP))
        self.reactor: Any = MemoryReactor()
        self.from_thread: list[Any] = []
        self.reactor.callFromThread = self.from_thread.append
        self.loads: list[str] = []

    def test_all_is_read_again_when_the_reactor_comes_to_it(self) -> None:
        """Not within the signal, which may come at any moment; and each time that it comes."""
        loads = [lambda: self.loads.append("settings"), lambda: self.loads.append("token")]
        Hangup(self.reactor, loads).startService()
        for _ in range(2):
            signal.raise_signal(signal.SIGHUP)
            self.assertEqual(self.loads, [])
            self.from_thread.pop()()
            self.assertEqual(self.loads, ["settings", "token"])
            self.loads.clear()

    def test_a_signal_before_the_reactor_runs_ends_nothing(self) -> None:
        """Services start before it does, and a supervisor may be in a hurry."""
        Hangup(self.reactor, [lambda: self.loads.append("settings")]).startService()
        signal.raise_signal(signal.SIGHUP)
        self.reactor.run()
        self.from_thread.pop()()
        self.assertEqual(self.loads, ["settings"])

    def test_what_fails_keeps_nothing_else_from_being_read(self) -> None:
        """It is a bug, and logged as one."""
        loads = [lambda: 1 / 0, lambda: self.loads.append("token")]
        Hangup(self.reactor, loads).startService()  # type: ignore[arg-type]
        signal.raise_signal(signal.SIGHUP)
        self.from_thread.pop()()
        self.assertEqual(self.loads, ["token"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
