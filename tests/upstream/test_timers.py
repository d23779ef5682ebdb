"""What is to be called later is called once, in its request, unless it is cancelled."""

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from pollinations.logs.context import Served, current
from pollinations.upstream.timers import Timers


class TimersTests(SynchronousTestCase):
    """Tests for :class:`pollinations.upstream.timers.Timers`."""

    def setUp(self) -> None:
        """Timers of a request; what they call is heard."""
        self.clock, self.served = Clock(), Served("r1")
        self.timers = Timers(self.clock, self.served)
        self.heard: list[tuple[str, Served | None]] = []

    def start(self, name: str, seconds: float) -> None:
        """Start one that is heard."""
        self.timers.start(name, seconds, lambda: self.heard.append((name, current())))

    def test_calls_in_its_request(self) -> None:
        """What is logged meanwhile is of that request; what comes after is not."""
        self.start("hold", 1)
        self.clock.advance(1)
        self.assertEqual((self.heard, current()), ([("hold", self.served)], None))

    def test_one_that_is_to_come_stays(self) -> None:
        """It comes when it was to come first, and once."""
        self.start("hold", 1)
        self.start("hold", 5)
        self.clock.pump([1, 5])
        self.assertEqual(len(self.heard), 1)

    def test_one_may_start_itself_anew(self) -> None:
        """It is over when it is called."""
        self.timers.start("silence", 1, lambda: self.start("silence", 1))
        self.clock.pump([1, 1])
        self.assertEqual(self.heard, [("silence", self.served)])

    def test_cancels_one(self) -> None:
        """The others come; one that there is not is cancelled as well."""
        self.start("hold", 1)
        self.start("silence", 1)
        self.timers.cancel("hold")
        self.timers.cancel("hold")
        self.clock.advance(1)
        self.assertEqual(self.heard, [("silence", self.served)])

    def test_clears_all(self) -> None:
        """None comes, and others may be started."""
        self.start("hold", 1)
        self.start("silence", 1)
        self.timers.clear()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.start("left", 0)
        self.clock.advance(0)
        self.assertEqual(self.heard, [("left", self.served)])
