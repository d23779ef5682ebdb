"""The store in a file: what it writes, what it finds, and what it makes of a disk in trouble."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock
from twisted.logger import LogLevel
from twisted.trial.unittest import SynchronousTestCase

from pollinations.files import write_whole
from pollinations.signatures.document import SIZE_LIMIT
from pollinations.signatures.file import AGAIN, FileSignatureStore
from pollinations.testing.logged import logged
from pollinations.testing.signatures import SignatureStoreTests


class FileSignatureStoreTests(SignatureStoreTests, SynchronousTestCase):
    """The suite, for the store in a file."""

    def make_store(self) -> FileSignatureStore:
        return FileSignatureStore(Path(self.mktemp()), Clock(), maybeDeferred)


class _FileTests(SynchronousTestCase):
    """A file, and a disk that answers at once."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.path = Path(self.mktemp()).absolute() / "home" / "signatures.json"
        self.said = logged(self.addCleanup, LogLevel.info)

    def store(self, **arguments: Any) -> FileSignatureStore:
        """A store that has just been started."""
        return FileSignatureStore(
            self.path,
            self.clock,
            arguments.pop("in_thread", maybeDeferred),
            now=self.clock.seconds,
            **arguments,
        )

    def put(self, store: FileSignatureStore, **entries: str) -> None:
        """Have it learn *entries*, which no longer wait to be written."""
        self.successResultOf(store.put(entries))
        self.clock.advance(1)

    def get(self, store: FileSignatureStore, *keys: str) -> dict[str, str]:
        """What it remembers."""
        return dict(self.successResultOf(store.get(keys)))

    def written(self) -> dict[str, str]:
        """What is in the file."""
        document = orjson.loads(self.path.read_bytes())
        self.assertEqual(document["version"], 1)
        entries: dict[str, str] = document["entries"]
        return entries


class WritingTests(_FileTests):
    """When and how the file is written."""

    def test_next_start(self) -> None:
        """What one process has learned, the next one knows."""
        self.put(self.store(), a="1", b="2")
        self.assertEqual(self.get(self.store(), "a", "b", "c"), {"a": "1", "b": "2"})

    def test_nothing_is_written_at_once(self) -> None:
        """What is learned is gathered for a moment and written once."""
        calls: list[Any] = []

        def counted(function: Callable[..., Any], *args: Any) -> Deferred[Any]:
            calls.append(function)
            return maybeDeferred(function, *args)

        store = self.store(in_thread=counted)
        self.successResultOf(store.put({"a": "1"}))
        self.clock.advance(0.9)
        self.successResultOf(store.put({"b": "2"}))
        self.assertFalse(self.path.exists())
        self.clock.advance(0.1)
        self.assertEqual(self.written(), {"a": "1", "b": "2"})
        self.clock.advance(100)
        self.assertEqual(len(calls), 1)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_for_nobody_else(self) -> None:
        """The file and its folder are for their owner."""
        self.put(self.store(), a="1")
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.path.parent.stat().st_mode), 0o700)

    def test_closing_writes(self) -> None:
        """What has not been written when the service stops is written then, once."""
        store = self.store()
        self.successResultOf(store.put({"a": "1"}))
        self.successResultOf(store.close())
        self.assertEqual(self.written(), {"a": "1"})
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.successResultOf(store.close())

    def test_learned_after_closing(self) -> None:
        """What a last answer brings after that is written at once, for there is no later."""
        store = self.store()
        self.successResultOf(store.close())
        self.successResultOf(store.put({"a": "1"}))
        self.assertEqual(self.written(), {"a": "1"})
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_closing_without_news(self) -> None:
        """A service that has learned nothing leaves no file."""
        store = self.store()
        self.assertEqual(self.get(store, "a"), {})
        self.successResultOf(store.close())
        self.assertFalse(self.path.parent.exists())

    def test_closing_waits_for_a_write(self) -> None:
        """A write that is under way ends, and what came meanwhile is written, before it closes."""
        disk = SlowDisk()
        store = self.store(in_thread=disk)
        self.put(store, a="1")
        self.successResultOf(store.put({"b": "2"}))
        closed = Deferred.fromCoroutine(store.close())
        disk.answer()
        self.assertNoResult(closed)
        disk.answer()
        self.successResultOf(closed)
        self.assertEqual(self.written(), {"a": "1", "b": "2"})

    def test_learned_while_writing(self) -> None:
        """A request does not wait for the disk, and what it learns meanwhile is kept."""
        disk = SlowDisk()
        store = self.store(in_thread=disk)
        self.put(store, a="1")
        self.successResultOf(store.put({"b": "2"}))
        self.assertEqual(self.get(store, "a", "b"), {"a": "1", "b": "2"})
        disk.answer()
        self.assertEqual(self.get(store, "a", "b"), {"a": "1", "b": "2"})
        self.clock.advance(1)
        disk.answer()
        self.assertEqual(self.written(), {"a": "1", "b": "2"})

    def test_bounded(self) -> None:
        """The file holds no more than the store may; the least recently used goes."""
        store = self.store(limit=3)
        self.put(store, a="1", b="2", c="3")
        self.get(store, "a")
        self.put(store, d="4")
        self.assertEqual(list(self.written()), ["c", "a", "d"])

    def test_the_order_survives(self) -> None:
        """The next process knows what has gone unused for the longest time."""
        first = self.store()
        self.put(first, a="1", b="2")
        self.get(first, "a")
        self.put(first, c="3")
        second = self.store(limit=3)
        self.put(second, d="4")
        self.assertEqual(self.get(second, "a", "b", "c", "d"), {"a": "1", "c": "3", "d": "4"})


class SlowDisk:
    """A thread that does its work when it is told to."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], None]] = []

    def __call__(self, function: Callable[..., Any], *args: Any) -> Deferred[Any]:
        done: Deferred[Any] = Deferred()
        self._waiting.append(lambda: maybeDeferred(function, *args).chainDeferred(done))
        return done

    def answer(self) -> None:
        """Do the piece of work that has waited for the longest time."""
        self._waiting.pop(0)()


class FullDisk:
    """A disk that takes nothing while it is full."""

    def __init__(self) -> None:
        self.full, self.asked = True, 0

    def __call__(self, function: Callable[..., Any], *args: Any) -> Deferred[Any]:
        self.asked += 1
        return maybeDeferred(_no_space) if self.full else maybeDeferred(function, *args)


class SeveralProcessesTests(_FileTests):
    """Stores that share a file."""

    def test_nothing_is_lost(self) -> None:
        """Two that started together do not overwrite each other's."""
        one, two = self.store(), self.store()
        self.successResultOf(one.put({"a": "1"}))
        self.successResultOf(two.put({"b": "2"}))
        self.clock.advance(1)
        self.assertEqual(self.written(), {"a": "1", "b": "2"})

    def test_many_writers(self) -> None:
        """Many that write in turns lose nothing within the bounds."""
        stores = [self.store() for _ in range(5)]
        for turn in range(10):
            for n, store in enumerate(stores):
                self.successResultOf(store.put({f"{n}.{turn}": "x"}))
            self.clock.advance(1)
        self.assertEqual(len(self.written()), 50)

    def test_finds_what_another_learned(self) -> None:
        """What one has written, another finds without a restart."""
        one, two = self.store(), self.store()
        self.put(two, b="2")
        self.assertEqual(self.get(two, "a"), {})
        self.put(one, a="1")
        self.assertEqual(self.get(two, "a", "b"), {"a": "1", "b": "2"})

    def test_finds_what_another_learned_however_much_it_used(self) -> None:
        """Who only reads finds all that the file holds, though it has used as much before."""
        one, two = self.store(limit=10), self.store(limit=10)
        first, later = [f"a{n}" for n in range(10)], [f"b{n}" for n in range(10)]
        for keys in (first, later):
            self.put(one, **dict.fromkeys(keys, "x"))
            self.assertEqual(list(self.get(two, *keys)), keys)

    def test_the_file_is_read_when_it_has_changed(self) -> None:
        """What is unknown does not make every request read the same file again."""
        self.put(self.store(), a="1")
        calls: list[Any] = []

        def counted(function: Callable[..., Any], *args: Any) -> Deferred[Any]:
            calls.append(function)
            return maybeDeferred(function, *args)

        store = self.store(in_thread=counted)
        for _ in range(10):
            self.get(store, "a", "unknown")
        self.assertEqual(len(calls), 1)
        self.put(self.store(), b="2")
        self.get(store, "a")
        self.assertEqual(len(calls), 1)
        self.get(store, "unknown")
        self.assertEqual(len(calls), 2)

    def test_own_writes_are_not_read(self) -> None:
        """A store knows what it has just written."""
        calls: list[Any] = []

        def counted(function: Callable[..., Any], *args: Any) -> Deferred[Any]:
            calls.append(function)
            return maybeDeferred(function, *args)

        store = self.store(in_thread=counted)
        self.put(store, a="1")
        self.assertEqual(self.get(store, "unknown"), {})
        self.assertEqual(len(calls), 1)

    def test_requests_share_a_reading(self) -> None:
        """Requests that come while the file is read wait for that reading, and all find it."""
        self.put(self.store(), a="1")
        disk = SlowDisk()
        store = self.store(in_thread=disk)
        waiting = [Deferred.fromCoroutine(store.get(["a"])) for _ in range(3)]
        disk.answer()
        for found in waiting:
            self.assertEqual(self.successResultOf(found), {"a": "1"})

    def test_a_client_who_leaves(self) -> None:
        """A request that ends while it waits takes nobody else's answer with it."""
        self.put(self.store(), a="1")
        disk = SlowDisk()
        store = self.store(in_thread=disk)
        leaving = Deferred.fromCoroutine(store.get(["a"]))
        staying = Deferred.fromCoroutine(store.get(["a"]))
        leaving.addErrback(lambda failure: None)
        leaving.cancel()
        disk.answer()
        disk.answer()
        self.assertEqual(self.successResultOf(staying), {"a": "1"})

    def test_a_file_that_goes(self) -> None:
        """What was in a file that somebody deletes is known for as long as the process lives."""
        store = self.store()
        self.put(store, a="1")
        self.path.unlink()
        self.assertEqual(self.get(store, "a", "b"), {"a": "1"})
        self.put(store, b="2")
        self.assertEqual(self.written(), {"a": "1", "b": "2"})


class TroubleTests(_FileTests):
    """Files and disks that are not as they should be."""

    CORRUPT = (
        b"",
        b"{",
        b'{"version": 1, "entries": {"a": "1"',
        b"[]",
        b"null",
        b'{"a": "1"}',
        b'{"version": 2, "entries": {}}',
        b'{"version": 1, "entries": []}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    )

    def test_set_aside(self) -> None:
        """A file that cannot be understood is kept under another name, and one line says so."""
        for n, data in enumerate(self.CORRUPT):
            self.clock.advance(10)
            self.said.clear()
            write_whole(self.path, data)
            store = self.store()
            self.assertEqual(self.get(store, "a"), {})
            self.put(store, b="2")
            self.assertEqual(self.get(store, "b", "c"), {"b": "2"})
            self.assertEqual(self.written(), {"b": "2"})
            [aside] = [
                p for p in self.path.parent.iterdir() if p.name.endswith(f"-{10 * n + 10 + n}")
            ]
            self.assertEqual(aside.read_bytes(), data)
            self.assertEqual(len(self.said), 1)
            self.assertIn(str(aside), self.said[0])

    def test_set_aside_by_a_write(self) -> None:
        """The same, when it is met first by a write; what we know is in the new file."""
        store = self.store()
        self.put(store, a="1")
        write_whole(self.path, b"oops")
        self.put(store, b="2")
        self.assertEqual(self.written(), {"a": "1", "b": "2"})
        self.assertEqual(len(self.said), 1)

    def test_foreign_values(self) -> None:
        """An entry that is not a text is left out, the others are not."""
        write_whole(self.path, b'{"version": 1, "entries": {"a": 1, "b": null, "c": "3"}}')
        self.assertEqual(self.get(self.store(), "a", "b", "c"), {"c": "3"})

    def test_a_disk_that_cannot_be_written(self) -> None:
        """What is learned is kept in memory and written later; two lines say so."""
        disk = FullDisk()
        store = self.store(in_thread=disk)
        for key in "abc":
            self.put(store, **{key: "x"})
        self.assertEqual(self.get(store, "a", "b", "c"), {"a": "x", "b": "x", "c": "x"})
        self.assertEqual(len(self.said), 1)
        self.assertIn("No space left", self.said[0])
        disk.full = False
        self.put(store, d="x")
        self.clock.advance(AGAIN)
        self.assertEqual(list(self.written()), ["a", "b", "c", "d"])
        self.assertEqual(len(self.said), 2)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_written_when_the_disk_can_again(self) -> None:
        """Nothing new has to be learned for that; until then it is tried now and then."""
        disk = FullDisk()
        store = self.store(in_thread=disk)
        self.put(store, a="x")
        self.clock.pump([AGAIN] * 3)
        self.assertEqual((disk.asked, len(self.said)), (4, 1))
        disk.full = False
        self.clock.advance(AGAIN)
        self.assertEqual(self.written(), {"a": "x"})
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_closing_on_a_full_disk(self) -> None:
        """It is tried a last time, and nothing goes on ticking."""
        disk = FullDisk()
        store = self.store(in_thread=disk)
        self.put(store, a="x")
        self.successResultOf(store.close())
        self.successResultOf(store.put({"b": "x"}))
        self.assertEqual(disk.asked, 3)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_folder_in_its_place(self) -> None:
        """What is no file at all fails no request."""
        self.path.mkdir(parents=True)
        store = self.store()
        self.assertEqual(self.get(store, "a"), {})
        self.put(store, a="1")
        self.assertEqual(self.get(store, "a", "b"), {"a": "1"})
        self.assertEqual(len(self.said), 2)

    def test_a_pipe_in_its_place(self) -> None:
        """Nobody waits for whoever may be at the other end of a pipe."""
        self.path.parent.mkdir(parents=True)
        os.mkfifo(self.path)
        store = self.store()
        self.assertEqual(self.get(store, "a"), {})
        self.put(store, a="1")
        self.assertEqual(self.get(store, "a", "b"), {"a": "1"})
        self.assertTrue(stat.S_ISFIFO(self.path.stat().st_mode))

    def test_a_giant_in_its_place(self) -> None:
        """What is far larger than anything of ours is not read, and stays as it is."""
        self.path.parent.mkdir(parents=True)
        with self.path.open("wb") as giant:
            giant.truncate(SIZE_LIMIT + 1)
        store = self.store()
        self.put(store, a="1")
        self.assertEqual(self.get(store, "a", "b"), {"a": "1"})
        self.assertEqual(self.path.stat().st_size, SIZE_LIMIT + 1)

    def test_a_crash_while_writing(self) -> None:
        """What a write that was cut off has left behind is in nobody's way."""
        self.put(self.store(), a="1")
        (self.path.parent / f".{self.path.name}.half").write_bytes(b'{"version": 1, "ent')
        self.assertEqual(self.get(self.store(), "a"), {"a": "1"})

    def test_a_link_stays_one(self) -> None:
        """A file that is linked to is written where it lies."""
        elsewhere = self.path.parent.parent / "elsewhere.json"
        self.path.parent.mkdir(parents=True)
        os.symlink(elsewhere, self.path)
        self.put(self.store(), a="1")
        self.assertTrue(self.path.is_symlink())
        self.assertEqual(self.get(self.store(), "a"), {"a": "1"})


def _no_space() -> None:
    raise OSError(28, "No space left on device")
