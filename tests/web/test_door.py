"""Who could come in through a port decides whether a token is needed."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.address import HostnameAddress, IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ServerEndpoint
from twisted.internet.error import CannotListenError
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource

from pollinations.settings.home import Home, Running
from pollinations.settings.watch import INTERVAL, FileWatch
from pollinations.web.departing import DepartingSite
from pollinations.web.door import Door, is_local, why_not


@pytest.mark.parametrize(
    "address",
    [
        IPv4Address("TCP", "127.0.0.1", 10001),
        IPv4Address("TCP", "127.8.9.10", 10001),
        IPv6Address("TCP", "::1", 10001),
        IPv6Address("TCP", "::1%lo", 10001),
        IPv6Address("TCP", "::ffff:127.0.0.1", 10001),
        UNIXAddress(b"/run/pollinations.sock"),
    ],
)
def test_this_machine_alone(address: Any) -> None:
    assert is_local(address)


@pytest.mark.parametrize(
    "address",
    [
        IPv4Address("TCP", "0.0.0.0", 10001),
        IPv4Address("TCP", "", 10001),
        IPv4Address("TCP", "192.168.1.5", 10001),
        IPv6Address("TCP", "::", 10001),
        IPv6Address("TCP", "::ffff:0.0.0.0", 10001),
        IPv6Address("TCP", "fe80::1%eth0", 10001),
        HostnameAddress(b"abcdefgh.onion", 80),
        None,
    ],
)
def test_others_too(address: Any) -> None:
    """What is not known to be local is not."""
    assert not is_local(address)


def test_names_the_lock_of_a_socket_that_is_held(tmp_path: Path) -> None:
    """A process that was killed leaves it, and another one may have its number by now."""
    path = tmp_path / "sock"
    path.with_name("sock.lock").symlink_to("1")
    said = why_not(Failure(CannotListenError(None, bytes(path), "Cannot acquire lock")))
    assert f"{path}.lock" in said
    assert "b'" not in said


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EADDRNOTAVAIL, "no such address"),
        (errno.EACCES, "below 1024"),
        (errno.EADDRINUSE, "Something else holds it"),
    ],
)
def test_says_why_it_cannot_listen(number: int, words: str) -> None:
    """Not every port that cannot be had is held by somebody."""
    error = CannotListenError("127.0.0.1", 0, OSError(number, os.strerror(number)))
    assert words in why_not(Failure(error))


def test_an_impossible_port_is_said_in_one_sentence() -> None:
    assert why_not(Failure(OverflowError("0-65535."))) == "Cannot listen: 0-65535."


class DoorTests(SynchronousTestCase):
    """Tests for :class:`pollinations.web.door.Door`."""

    def setUp(self) -> None:
        self.home = Home(Path(self.mktemp()))

    def door(self, guarded: bool = True) -> Door:
        """One that listens, and has said so."""
        reactor = MemoryReactorClock()
        site: Any = DepartingSite(Resource(), reactor=reactor)
        endpoint = TCP4ServerEndpoint(reactor, 10001)
        door = Door(reactor, [endpoint], site, self.home, guarded, lambda: 0.0, lambda line: None)
        door.startService()
        self.ports: list[Any] = door.ports
        door.announce()
        return door

    def test_remains_when_a_later_one_has_ended(self) -> None:
        """Other programs find the one that still runs."""
        door = self.door()
        running = self.home.running()
        self.assertIsNotNone(running)
        self.home.proxy.unlink()
        door.remain()
        self.assertEqual(self.home.running(), running)

    def test_waits_until_its_ports_are_closed(self) -> None:
        """Also for those that were closed before: a socket in the file system goes later."""
        slow: Deferred[None] = Deferred()
        door = self.door()
        self.ports[0].stopListening = lambda: slow
        door.close()
        stopped = door.stopService()
        self.assertNoResult(stopped)
        slow.callback(None)
        self.successResultOf(stopped)

    def test_remains_when_a_later_one_was_killed(self) -> None:
        """It could not take away what it said of itself, and nobody changes that."""
        door, clock = self.door(), Clock()
        running = self.home.running()
        later = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        self.home.announce(Running("http://x/v1", later.pid, 2, "3", 4))
        watch = FileWatch([self.home.proxy], door.remain, clock, lambda _: self.home.standing())
        watch.startService()
        self.addCleanup(watch.stopService)
        clock.advance(INTERVAL)
        self.assertEqual(self.home.running().pid, later.pid)
        later.kill()
        later.communicate()
        clock.advance(INTERVAL)
        self.assertEqual(self.home.running(), running)

    def test_leaves_a_later_one_alone(self) -> None:
        """The last to be started is the one that is found."""
        door = self.door()
        later = b'{"url":"http://x/v1","pid":%d,"port":2,"version":"3","started":4}' % os.getpid()
        self.home.proxy.write_bytes(later)
        door.remain()
        self.assertEqual(self.home.proxy.read_bytes(), later)

    def test_is_not_found_once_it_is_shut(self) -> None:
        door = self.door()
        door.stopService()
        door.remain()
        self.assertIsNone(self.home.running())

    def test_says_plainly_what_others_could_reach(self) -> None:
        with self.assertRaises(SystemExit) as caught:
            self.door(guarded=False)
        self.assertTrue(str(caught.exception).startswith("0.0.0.0:10001 can be reached"))
