"""The first signal stops, the second hurries, the third is the system's own."""

import signal
from typing import Any

from twisted.internet.error import ReactorNotRunning
from twisted.internet.testing import MemoryReactor
from twisted.trial.unittest import SynchronousTestCase

from pollinations.life.termination import SIGNALS, Termination


class TerminationTests(SynchronousTestCase):
    """Tests for :class:`pollinations.life.termination.Termination`."""

    def setUp(self) -> None:
        for number in SIGNALS:
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        self.said: list[str] = []
        self.reactor: Any = MemoryReactor()
        self.reactor.callFromThread = lambda call, *args: self.waiting.append((call, args))
        self.waiting: list[Any] = []
        self.service = Termination(self.reactor, lambda: self.said.append("hurry"))

    def run_reactor(self) -> None:
        """Start the service and the reactor."""
        self.service.startService()
        self.reactor.run()
        self.reactor.stop = self.stop

    def stop(self) -> None:
        """The reactor is to stop."""
        self.said.append("stop")

    def raised(self, number: signal.Signals) -> list[str]:
        """What follows from a signal, once the reactor comes to it."""
        signal.raise_signal(number)
        self.assertEqual(self.said, [])
        [(call, arguments)], self.waiting = self.waiting, []
        call(*arguments)
        said, self.said = self.said, []
        return said

    def test_one_stops_and_two_hurry(self) -> None:
        """Whichever of them they are."""
        self.run_reactor()
        self.assertEqual(self.raised(signal.SIGINT), ["stop"])
        self.assertEqual(self.raised(signal.SIGTERM), ["hurry"])
        for number in SIGNALS:
            self.assertEqual(signal.getsignal(number), signal.SIG_DFL)

    def test_a_reactor_that_has_stopped_is_no_trouble(self) -> None:
        """Something else was faster."""

        def stop() -> None:
            raise ReactorNotRunning

        self.run_reactor()
        self.reactor.stop = stop
        self.assertEqual(self.raised(signal.SIGTERM), [])

    def test_ignored_interrupts_stay_ignored(self) -> None:
        """As those of a shell's background processes are."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.run_reactor()
        self.assertEqual(signal.getsignal(signal.SIGINT), signal.SIG_IGN)
        self.assertEqual(self.raised(signal.SIGTERM), ["stop"])
