"""What is set while a proxy runs counts within a second, all but where it listens."""

import os
from typing import Any

import orjson
from twisted.trial.unittest import SynchronousTestCase

from pollinations.proxy import proxy
from pollinations.settings.home import Home
from pollinations.start import Start
from pollinations.testing.reactor import ThreadlessReactor


class HotTests(SynchronousTestCase):
    """A proxy whose settings change."""

    def setUp(self) -> None:
        self.path = Home.of(os.environ).config
        self.path.parent.mkdir(parents=True)
        self.write(freeUrl="http://127.0.0.1:1/free", enterUrl="http://127.0.0.1:2/enter")

    def write(self, **settings: Any) -> None:
        """Set this, and nothing else."""
        self.path.write_bytes(orjson.dumps({"apiKey": "sk_one", **settings}))

    def started(self, **said: str) -> Start:
        """A proxy that runs, and what it was started with."""
        start = Start.of(said, os.environ, ("unix:door",))
        self.reactor = ThreadlessReactor()
        service: Any = proxy(start, os.environ, self.reactor, lambda: self.reactor.seconds())
        service.startService()
        self.addCleanup(service.stopService)
        return start

    def dialled(self) -> set[tuple[int, float]]:
        """The ports that were connected to since this was last asked, and with what patience."""
        found = {(port, timeout) for _, port, _, timeout, _ in self.reactor.tcpClients}
        self.reactor.tcpClients.clear()
        return found

    def test_upstreams_and_patience(self) -> None:
        """The catalogue and the quota turn to the new upstreams by themselves."""
        self.started()
        self.assertEqual(self.dialled(), {(1, 10.0), (2, 10.0)})
        self.write(
            freeUrl="http://127.0.0.1:3",
            enterUrl="http://127.0.0.1:4",
            timeouts={"connect": 2.5},
        )
        self.reactor.advance(10)  # what is under way comes to its end
        self.reactor.pump([1.0] * 10)
        self.assertLessEqual({(3, 2.5), (4, 2.5)}, self.dialled())

    def test_what_was_said_at_the_start_stays_said(self) -> None:
        """The command line goes before the file, also later."""
        start = self.started(free_url="http://127.0.0.1:5", refresh="7")
        self.write(freeUrl="http://127.0.0.1:3", enterUrl="http://127.0.0.1:4/", refresh=9)
        self.reactor.advance(1)
        self.assertEqual(start.free_url, "http://127.0.0.1:5")
        self.assertEqual(start.enter_url, "http://127.0.0.1:4")
        self.assertEqual(start.refresh, 7)
