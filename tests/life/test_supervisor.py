"""What systemd is told, over a socket as it makes one."""

import os
import socket
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactor
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from pollinations.life.supervisor import SupervisedService, Supervisor


def listener(address: str) -> socket.socket:
    """A socket that hears what is sent to *address*."""
    ours = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    ours.bind(address.replace("@", "\0", 1))
    return ours


@pytest.mark.parametrize("address", ["notify", f"@pollinations-test-{os.getpid()}"])
def test_it_is_told_over_a_datagram(address: str) -> None:
    """A line for each thing, at a path or at a name that is in no file system."""
    with closing(listener(address)) as hearing:
        Supervisor(address).tell(READY=1, STATUS="Serving")
        assert hearing.recv(1000) == b"READY=1\nSTATUS=Serving"


def test_nobody_is_told_where_nobody_listens() -> None:
    """There is nothing to say of it either."""
    with capturedLogs() as events:
        Supervisor.taken({}).tell(READY=1)
    assert not events


def test_it_is_taken_out_of_the_environment() -> None:
    """So that a program that is started later does not speak for this one."""
    environ = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "30000000", "HOME": "/root"}
    supervisor = Supervisor.taken(environ)
    assert (supervisor.address, supervisor.patience) == ("/run/x", 30.0)
    assert environ == {"HOME": "/root"}


@pytest.mark.parametrize(
    ("pid", "microseconds", "patience"),
    [
        ("", "1000000", 1.0),
        (str(os.getpid()), "500000", 0.5),
        ("1", "1000000", 0.0),
        ("", "", 0.0),
        ("", "soon", 0.0),
        ("", "0", 0.0),
    ],
)
def test_the_watchdog_may_be_somebody_elses(pid: str, microseconds: str, patience: float) -> None:
    environ = {"WATCHDOG_PID": pid, "WATCHDOG_USEC": microseconds}
    assert Supervisor.taken(environ).patience == patience


class SupervisedTests(SynchronousTestCase):
    """Tests for :class:`pollinations.life.supervisor.SupervisedService`."""

    def setUp(self) -> None:
        self.hearing = listener("notify")
        self.addCleanup(self.hearing.close)
        self.reactor: Any = MemoryReactor()
        self.clock = Clock()

    def service(self, patience: float = 0.0) -> SupervisedService:
        supervisor = Supervisor("notify", patience)
        made = SupervisedService(supervisor, self.reactor, self.clock, lambda: "http://x/v1")
        made.startService()
        return made

    def heard(self) -> list[str]:
        """What was said since this was last asked."""
        found = []
        while True:
            try:
                found.append(self.hearing.recv(1000).decode())
            except BlockingIOError:
                return found

    def test_ready_when_the_reactor_turns(self) -> None:
        """Not before: what comes then would not be served yet."""
        self.service()
        self.assertEqual(self.heard(), [])
        self.reactor.run()
        self.assertEqual(self.heard(), ["READY=1\nSTATUS=Serving http://x/v1"])

    def test_lives_as_long_as_the_reactor_turns(self) -> None:
        """It says so twice in the time in which it must be heard once."""
        service = self.service(patience=30.0)
        self.clock.pump([15.0] * 4)
        self.assertEqual(self.heard(), ["WATCHDOG=1"] * 5)
        service.stopService()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_without_a_watchdog_there_is_silence(self) -> None:
        """Nothing is called, either."""
        self.service().stopService()
        self.assertEqual((self.heard(), self.clock.getDelayedCalls()), ([], []))

    def test_reloads_and_is_ready_again(self) -> None:
        """With the time at which it began, which systemd compares with that of its signal."""
        service = self.service()
        service.reloading()
        service.ready()
        reloading, ready = self.heard()
        self.assertRegex(reloading, r"^RELOADING=1\nMONOTONIC_USEC=\d{6,}$")
        self.assertIn("READY=1", ready)

    def test_stopping_takes_its_time(self) -> None:
        """More than the answers are given."""
        self.service().stopping(32.0)
        [said] = self.heard()
        self.assertIn("STOPPING=1\nEXTEND_TIMEOUT_USEC=37000000\n", said)

    def test_a_supervisor_that_went_away_is_said_once(self) -> None:
        """And changes nothing."""
        self.service(patience=2.0)
        Path("notify").unlink()
        with capturedLogs() as events:
            self.clock.pump([1.0] * 3)
        [event] = events
        self.assertIn("cannot be told", event["log_format"])
