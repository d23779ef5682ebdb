"""Workers are started, replaced and ended."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessDone, ProcessExitedAlready, ProcessTerminated
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from pollinations.workers import service
from pollinations.workers.hub import Hub
from pollinations.workers.messages import Decoder, encode
from pollinations.workers.post import FIRST_SOCKET, HEARD, SAID, Post
from pollinations.workers.service import BEAT, GRACE, HUNG, WorkersService


class Spawned:
    """A process that was started: what it was told, and how it is ended."""

    def __init__(self, protocol: Any, command: Any, environ: Any, descriptors: Any) -> None:
        self.protocol, self.command, self.environ = protocol, command, environ
        self.descriptors, self.pid = descriptors, 4711
        self.pipes: dict[int, object] = {HEARD: self}
        self.signals: list[str] = []
        self.told: list[str] = []
        protocol.makeConnection(self)

    def writeToChild(self, descriptor: int, data: bytes) -> None:
        """It is told something."""
        self.told += [topic for topic, _ in Decoder().feed(data)]

    def signalProcess(self, name: str) -> None:
        """It is sent a signal."""
        if not self.pipes:
            raise ProcessExitedAlready
        self.signals.append(name)

    def serve(self) -> None:
        """It says that it serves."""
        self.protocol.childDataReceived(SAID, encode("serving", None))

    def end(self, status: int = 0) -> None:
        """It ends."""
        self.pipes.clear()
        reason = ProcessDone(0) if status == 0 else ProcessTerminated(status)
        self.protocol.processEnded(Failure(reason))


class Reactor(Clock):
    """A reactor that turns already, and on which nothing is really started."""

    def __init__(self) -> None:
        super().__init__()
        self.spawned: list[Spawned] = []

    def callWhenRunning(self, function: Any, *arguments: Any) -> None:
        function(*arguments)

    def spawnProcess(
        self, protocol: Any, program: str, command: Any, environ: Any, childFDs: Any
    ) -> None:
        self.spawned.append(Spawned(protocol, command, environ, childFDs))


class WorkersTests(SynchronousTestCase):
    """Two workers."""

    def setUp(self) -> None:
        self.reactor = Reactor()
        self.said: list[str] = []
        self.hub = Hub(self.reactor)
        self.service = WorkersService(
            self.reactor,
            self.hub,
            lambda: (),
            2,
            ["python", "-m", "twisted"],
            {"HOME": "/home", "LISTEN_FDS": "1"},
            lambda: self.said.append("serving"),
            lambda: self.said.append("hopeless"),
        )
        self.service.startService()
        self.addCleanup(self.service.stopService)

    @property
    def spawned(self) -> list[Spawned]:
        return self.reactor.spawned

    def test_each_has_its_place(self) -> None:
        """In its environment, without what was meant for the parent."""
        self.assertEqual([Post.of(one.environ) for one in self.spawned], [Post(0, ()), Post(1, ())])
        self.assertNotIn("LISTEN_FDS", self.spawned[0].environ)
        self.assertEqual(self.spawned[0].command, ["python", "-m", "twisted"])
        self.assertEqual(self.spawned[0].descriptors, {0: 0, 1: 1, 2: 2, SAID: "r", HEARD: "w"})
        self.assertEqual(FIRST_SOCKET, 5)

    def test_the_first_that_serves_is_enough(self) -> None:
        """To say where, once."""
        for one in self.spawned:
            one.serve()
        self.assertEqual(self.said, ["serving"])
        self.assertEqual(len(self.hub.members), 2)

    def test_one_that_ends_is_replaced(self) -> None:
        """In its place, a second later."""
        for one in self.spawned:
            one.serve()
        self.spawned[1].end(1)
        self.assertEqual(len(self.hub.members), 1)
        self.reactor.advance(0.9)
        self.assertEqual(len(self.spawned), 2)
        self.reactor.advance(0.1)
        self.assertEqual(Post.of(self.spawned[2].environ), Post(1, ()))

    def test_none_that_serves_is_hopeless(self) -> None:
        """What cannot be started twice is not tried a third time."""
        self.spawned[0].end(1)
        self.assertEqual(self.said, [])
        self.reactor.advance(1)
        self.spawned[2].end(1)
        self.assertEqual(self.said, ["hopeless"])

    def test_all_come_to_their_end(self) -> None:
        """Those that serve are asked to; one that does not yet is told by a signal."""
        self.spawned[0].serve()
        drained = Deferred.fromCoroutine(self.service.drain(30))
        self.assertEqual((self.spawned[0].told, self.spawned[0].signals), (["stop"], []))
        self.assertEqual((self.spawned[1].told, self.spawned[1].signals), ([], ["TERM"]))
        self.spawned[1].end(15)
        self.assertNoResult(drained)
        self.spawned[0].end()
        self.successResultOf(drained)
        self.assertEqual(len(self.reactor.getDelayedCalls()), 1)  # the beat
        self.assertEqual(len(self.spawned), 2)

    def test_a_replacement_that_is_due_does_not_come(self) -> None:
        """When all stop."""
        for one in self.spawned:
            one.serve()
        self.spawned[0].end(1)
        drained = Deferred.fromCoroutine(self.service.drain(30))
        self.spawned[1].end()
        self.successResultOf(drained)
        self.reactor.advance(60)
        self.assertEqual(len(self.spawned), 2)

    def test_one_that_does_not_end_is_killed(self) -> None:
        """When its time is over, and some more."""
        self.spawned[0].serve()
        drained = Deferred.fromCoroutine(self.service.drain(30))
        self.spawned[1].end(15)
        self.reactor.advance(30 + GRACE)
        self.assertEqual(self.spawned[0].signals, ["KILL"])
        self.spawned[0].end(9)
        self.successResultOf(drained)

    def test_who_does_not_want_to_wait_hurries_all(self) -> None:
        """And both who waited are told of the end."""
        for one in self.spawned:
            one.serve()
        waits = [Deferred.fromCoroutine(self.service.drain(seconds)) for seconds in (30, 0)]
        self.assertIn("hurry", self.spawned[0].told)
        self.reactor.advance(GRACE)
        self.assertEqual([one.signals for one in self.spawned], [["KILL"], ["KILL"]])
        for one in self.spawned:
            one.end(9)
        for wait in waits:
            self.successResultOf(wait)

    def test_one_that_makes_no_sense_is_ended(self) -> None:
        """Another one may do better."""
        self.spawned[0].serve()
        self.spawned[0].protocol.childDataReceived(SAID, b"nonsense\n")
        self.assertEqual(self.spawned[0].signals, ["KILL"])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_one_that_does_not_turn_is_killed(self) -> None:
        """When it has not answered for a minute; one that says anything turns."""
        for one in self.spawned:
            one.serve()
        for _ in range(HUNG + 1):
            self.reactor.advance(BEAT)
            self.spawned[1].protocol.childDataReceived(SAID, encode("pong", None))
        self.assertEqual([one.signals for one in self.spawned], [["KILL"], []])
        self.assertEqual(self.spawned[1].told, ["ping"] * (HUNG + 1))

    def test_a_machine_that_has_slept_kills_nobody(self) -> None:
        """However late it is by then."""
        self.spawned[0].serve()
        self.reactor.advance(8 * 3600)
        self.assertEqual(self.spawned[0].signals, [])

    def test_nothing_is_told_to_the_dead(self) -> None:
        """Between its end and the news of it."""
        self.spawned[0].serve()
        self.spawned[0].pipes.clear()
        self.hub.tell("record", {})
        self.spawned[0].protocol.signal("KILL")

    def test_what_goes_into_the_background_has_no_workers(self) -> None:
        """They would look for a parent that is not there."""
        self.patch(service.sys, "argv", ["/usr/bin/twistd", "-n"])
        self.assertRaises(ValueError, service.command)
