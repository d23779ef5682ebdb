"""The store in Redis, against one in memory that answers, is slow, fails and comes back."""

from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.logger import LogLevel
from twisted.trial.unittest import SynchronousTestCase

from pollinations.signatures.redis import EXPIRY, RedisSignatureStore
from pollinations.testing.logged import logged
from pollinations.testing.signatures import SignatureStoreTests


class MemoryRedis:
    """A Redis that holds a dictionary; ``answer`` decides what becomes of what is asked."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.expiries: dict[str, int] = {}
        self.asked: list[str] = []
        self.connected = True
        self.full = False
        self.answer: Callable[[Callable[[], Any]], Deferred[Any]] = answered

    def mget(self, keys: Sequence[str]) -> Deferred[Sequence[Any]]:
        return self._ask("mget", lambda: [self.kept.get(key) for key in keys])

    def set(self, key: str, value: str, expire: int) -> Deferred[Any]:
        self.expiries[key] = expire
        if self.full:
            return fail(RuntimeError("OOM command not allowed"))
        return self._ask("set", lambda: self.kept.__setitem__(key, value))

    def ping(self) -> Deferred[Any]:
        return self._ask("ping", lambda: "PONG")

    def disconnect(self) -> Deferred[Any]:
        self.connected = False
        return succeed(None)

    def _ask(self, command: str, result: Callable[[], Any]) -> Deferred[Any]:
        self.asked.append(command)
        return self.answer(result)


def answered(result: Callable[[], Any]) -> Deferred[Any]:
    """At once."""
    return succeed(result())


def lost(result: Callable[[], Any]) -> Deferred[Any]:
    """The connection is lost."""
    return fail(ConnectionError("Lost connection"))


class RedisSignatureStoreTests(SignatureStoreTests, SynchronousTestCase):
    """The suite, for the store in Redis, each time with the same Redis."""

    def setUp(self) -> None:
        self.redis = MemoryRedis()

    def make_store(self) -> RedisSignatureStore:
        return RedisSignatureStore(self.redis, Clock())


class _RedisTests(SynchronousTestCase):
    """A Redis in memory, a clock, and what is said."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.redis = MemoryRedis()
        self.store = self.another()
        self.said = logged(self.addCleanup, LogLevel.info)

    def another(self) -> RedisSignatureStore:
        """Another process's store."""
        return RedisSignatureStore(self.redis, self.clock)

    def put(self, **entries: str) -> None:
        """Have the store learn *entries*."""
        self.successResultOf(self.store.put(entries))

    def get(self, store: RedisSignatureStore, *keys: str) -> dict[str, str]:
        """What a store remembers at once."""
        return dict(self.successResultOf(store.get(keys)))

    def wait(self, result: Callable[[], Any]) -> Deferred[Any]:
        """Not for now: ``answer`` that keeps what is asked waiting."""
        return Deferred()


class SharingTests(_RedisTests):
    """What is in Redis."""

    def test_another_process(self) -> None:
        """What one has learned, another finds."""
        self.put(a="1")
        self.assertEqual(self.get(self.another(), "a", "b"), {"a": "1"})

    def test_named_and_bounded(self) -> None:
        """Keys have our prefix, and Redis forgets them after thirty days."""
        self.put(a="1")
        self.assertEqual(self.redis.kept, {"pollinations:a": "1"})
        self.assertEqual(self.redis.expiries, {"pollinations:a": 30 * 24 * 3600})
        self.assertEqual(EXPIRY, 30 * 24 * 3600)

    def test_asked_once(self) -> None:
        """What is known is not asked for, and what is asked for is asked in one command."""
        self.put(a="1", b="2")
        other = self.another()
        self.redis.asked.clear()
        self.get(other, "a", "b")
        self.get(other, "a", "b")
        self.get(other)
        self.assertEqual(self.redis.asked, ["mget"])

    def test_what_is_no_text(self) -> None:
        """A value that somebody else has put there and that is no text is not ours."""
        self.redis.kept["pollinations:a"] = b"\xff"  # type: ignore[assignment]
        self.assertEqual(self.get(self.store, "a"), {})


class AwayTests(_RedisTests):
    """A Redis that does not answer."""

    def test_a_request_waits_for_a_moment(self) -> None:
        """A Redis that says nothing delays one request by a quarter of a second, and no more."""
        self.redis.answer = self.wait
        found = Deferred.fromCoroutine(self.store.get(["a"]))
        self.clock.advance(0.24)
        self.assertNoResult(found)
        self.clock.advance(0.01)
        self.assertEqual(self.successResultOf(found), {})
        self.assertEqual(self.get(self.store, "a"), {})
        self.assertIn("it does not answer in time", self.said[0])

    def test_memory_meanwhile(self) -> None:
        """While it is away, what is learned is found all the same; one line says it is away."""
        self.redis.answer = lost
        for key in "abc":
            self.put(**{key: "x"})
            self.assertEqual(self.get(self.store, key, "unknown"), {key: "x"})
            self.clock.advance(10)
        self.assertEqual(len(self.said), 1)
        self.assertIn("Lost connection", self.said[0])

    def test_it_is_not_asked_on_behalf_of_a_request(self) -> None:
        """While it is away, only the question whether it is back is put to it."""
        self.redis.answer = lost
        self.put(a="1")
        self.redis.asked.clear()
        for _ in range(10):
            self.get(self.store, "unknown")
            self.put(b="2")
            self.clock.advance(1)
        self.assertEqual(self.redis.asked, ["ping"] * 10)

    def test_it_comes_back(self) -> None:
        """When it is back it gets what it has missed, and one line says so."""
        self.redis.answer = lost
        self.put(a="1")
        self.put(b="2")
        self.redis.answer = answered
        self.clock.advance(1)
        self.assertEqual(self.get(self.another(), "a", "b"), {"a": "1", "b": "2"})
        self.assertEqual(len(self.said), 2)
        self.put(c="3")
        self.assertEqual(self.get(self.another(), "c"), {"c": "3"})
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_it_answers_and_takes_nothing(self) -> None:
        """A Redis that may only be read, or is full, is away as well: no line each time."""
        self.redis.full = True
        for key in "abc":
            self.put(**{key: "x"})
            self.clock.advance(1)
        self.assertEqual(len(self.said), 1)
        self.assertIn("OOM", self.said[0])
        self.redis.full = False
        self.clock.advance(1)
        self.assertEqual(self.get(self.another(), *"abc"), {"a": "x", "b": "x", "c": "x"})

    def test_learned_while_it_comes_back(self) -> None:
        """What comes while it gets what it has missed is given to it after that."""
        self.redis.answer = lost
        self.put(a="1")
        waiting: list[Any] = []

        def later(result: Callable[[], Any]) -> Deferred[Any]:
            answer: Deferred[Any] = Deferred()
            waiting.append(lambda: answer.callback(result()))
            return answer

        self.redis.answer = later
        self.clock.advance(1)
        waiting.pop()()
        self.put(b="2")
        self.redis.answer = answered
        waiting.pop()()
        self.assertEqual(set(self.redis.kept), {"pollinations:a", "pollinations:b"})

    def test_it_goes_again(self) -> None:
        """Each time it goes and comes back is said."""
        for _ in range(3):
            self.redis.answer = lost
            self.get(self.store, "unknown")
            self.redis.answer = answered
            self.clock.advance(1)
        self.assertEqual(len(self.said), 6)

    def test_what_waits_is_bounded(self) -> None:
        """A Redis that never comes back does not fill the memory."""
        self.redis.answer = lost
        store = RedisSignatureStore(self.redis, self.clock, limit=2)
        for key in "abcd":
            self.successResultOf(store.put({key: "x"}))
        self.redis.answer = answered
        self.clock.advance(1)
        self.assertEqual(set(self.redis.kept), {"pollinations:c", "pollinations:d"})

    def test_a_client_who_leaves(self) -> None:
        """A request that is cancelled is no sign that Redis is away."""
        self.redis.answer = self.wait
        leaving = Deferred.fromCoroutine(self.store.get(["a"]))
        leaving.addErrback(lambda failure: None)
        leaving.cancel()
        self.assertEqual(self.said, [])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_closing(self) -> None:
        """The end lets go of the connection, and waits neither for it nor for time."""
        for answer in (answered, lost):
            self.redis.answer = answer
            store = self.another()
            self.successResultOf(store.put({"a": "1"}))
            self.successResultOf(store.close())
            self.assertFalse(self.redis.connected)
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_closing_a_silent_one(self) -> None:
        """A Redis that takes nothing delays the end by a second at most."""
        self.redis.answer = self.wait
        self.put(a="1")
        closed = Deferred.fromCoroutine(self.store.close())
        self.assertNoResult(closed)
        self.clock.advance(1)
        self.successResultOf(closed)
        self.assertEqual(self.clock.getDelayedCalls(), [])
