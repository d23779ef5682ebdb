"""The service is put together from what was said, and opens and closes what it should."""

import os
from pathlib import Path
from typing import Any

from twisted.python import usage
from twisted.trial.unittest import SynchronousTestCase

from pollinations.settings.home import Home
from pollinations.tap import Options, makeService
from pollinations.testing.reactor import ThreadlessReactor


class MakeServiceTests(SynchronousTestCase):
    """Tests for :func:`pollinations.tap.makeService`."""

    def make(self, *arguments: str) -> Any:
        """The service that a command line makes."""
        options = Options()
        options.parseOptions(list(arguments))
        self.reactor = ThreadlessReactor()
        return makeService(options, self.reactor)

    def test_listens_on_the_loopback(self) -> None:
        """And on nothing else, at the port that was named."""
        service = self.make("--port", "4711")
        service.startService()
        [(port, _, _, interface)] = self.reactor.tcpServers
        self.assertEqual((port, interface), (4711, "127.0.0.1"))
        service.stopService()

    def test_listens_where_it_is_told(self) -> None:
        """On each endpoint, and on no port besides."""
        service = self.make("-l", "unix:a", "--listen", "tcp:1:interface=127.0.0.1")
        service.startService()
        self.assertEqual([path for path, *_ in self.reactor.unixServers], ["a"])
        self.assertEqual([port for port, *_ in self.reactor.tcpServers], [1])
        service.stopService()

    def test_says_what_is_wrong(self) -> None:
        """In one line, as an error of the command line or of the start."""
        for arguments in (["--port", "high"], ["--refresh", "0"], ["--free-url", "nowhere"]):
            self.assertRaises(usage.UsageError, Options().parseOptions, arguments)
        for arguments in (["--listen", "nonsense:1"], ["--signatures", "nowhere:"]):
            error = self.assertRaises(SystemExit, self.make, *arguments)
            self.assertNotIn("\n", str(error))

    def test_an_unreadable_token_is_not_no_token(self) -> None:
        """The door stays shut."""
        home = Path("pollinations")
        home.mkdir()
        (home / "token").write_text("")
        self.assertRaises(SystemExit, self.make)

    def test_strangers_want_a_token(self) -> None:
        """What they could reach is not opened without."""
        service = self.make("--listen", "tcp:1")
        self.assertRaises(SystemExit, service.startService)
        service.stopService()
        Home.of(os.environ).token.parent.mkdir(exist_ok=True)
        Home.of(os.environ).token.write_text("secret")
        service = self.make("--listen", "tcp:1")
        service.startService()
        service.stopService()

    def test_tells_others_where_it_is(self) -> None:
        """Once it runs, and until it stops."""
        service = self.make()
        service.startService()
        home = Home.of(os.environ)
        self.reactor.run()
        running = home.running()
        assert running is not None
        self.assertEqual((running.url, running.port), ("http://127.0.0.1:10001/v1", 10001))
        service.stopService()
        self.assertIsNone(home.running())
        self.assertEqual(home.port.read_text(), "10001")
