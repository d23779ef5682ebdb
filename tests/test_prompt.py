"""What is written leaves in the turn in which it is written, and in order."""

import socket
from typing import Any

from twisted.internet.protocol import Protocol
from twisted.internet.tcp import Server
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.trial.unittest import SynchronousTestCase

from pollinations.prompt import sent


class PromptTests(SynchronousTestCase):
    """A pair of sockets, of which Twisted has one."""

    def setUp(self) -> None:
        """Nothing has been written."""
        self.reactor: Any = MemoryReactorClock()
        ours, self.theirs = socket.socketpair()
        ours.setblocking(False)
        self.addCleanup(ours.close)
        self.addCleanup(self.theirs.close)
        self.theirs.setblocking(False)
        protocol = Protocol()
        self.connection: Any = Server(ours, protocol, ("", 0), None, 1, self.reactor)
        protocol.makeConnection(self.connection)

    def test_leaves_at_once(self) -> None:
        """Nobody waits for the reactor."""
        self.assertEqual(sent(self.connection, b"data"), 4)
        self.assertEqual(self.theirs.recv(10), b"data")
        self.assertFalse(self.reactor.writers)

    def test_waits_for_what_waits(self) -> None:
        """What was written first leaves first."""
        self.connection.write(b"first")
        self.assertEqual(sent(self.connection, b"second"), 0)

    def test_says_what_was_taken(self) -> None:
        """A client that does not read takes a part, and then nothing."""
        data = bytes(1 << 22)
        taken = sent(self.connection, data)
        while more := sent(self.connection, data):
            taken += more
        self.assertGreater(taken, 0)
        self.assertEqual(sent(self.connection, b"more"), 0)

    def test_nothing_after_the_end(self) -> None:
        """A connection that is being closed, or lost, takes nothing."""
        self.theirs.close()
        self.assertEqual(sent(self.connection, b"lost"), 0)
        self.connection.loseConnection()
        self.assertEqual(sent(self.connection, b"closed"), 0)

    def test_other_transports_are_written_to(self) -> None:
        """What is encrypted is not ours to send."""
        self.assertEqual(sent(StringTransport(), b"data"), 0)
        self.connection.TLS = True
        self.assertEqual(sent(self.connection, b"data"), 0)
