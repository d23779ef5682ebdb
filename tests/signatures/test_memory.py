"""The store in memory, and the bounds that all stores share."""

from collections.abc import Collection, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from pollinations.interfaces import ISignatureStore
from pollinations.signatures.entries import Entries, merged
from pollinations.signatures.memory import MemorySignatureStore
from pollinations.testing.signatures import SignatureStoreTests


class MemorySignatureStoreTests(SignatureStoreTests, SynchronousTestCase):
    """The suite, for the store in memory."""

    def make_store(self) -> MemorySignatureStore:
        return MemorySignatureStore()

    def test_least_recently_used_goes(self) -> None:
        """When it is full, what has not been asked for the longest makes room."""
        store = MemorySignatureStore(limit=2)
        self.successResultOf(store.put({"a": "1", "b": "2"}))
        self.successResultOf(store.get(["a"]))
        self.successResultOf(store.put({"c": "3"}))
        found = self.successResultOf(store.get(["a", "b", "c"]))
        self.assertEqual(found, {"a": "1", "c": "3"})

    def test_closing(self) -> None:
        """There is nothing to be written, and closing twice is no harm."""
        store = self.make_store()
        self.successResultOf(store.close())
        self.successResultOf(store.close())


@implementer(ISignatureStore)
class TinyStore:
    """What a third party may write."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    async def get(self, keys: Collection[str]) -> Mapping[str, str]:
        return {key: self._kept[key] for key in keys if key in self._kept}

    async def put(self, entries: Mapping[str, str]) -> None:
        self._kept.update(entries)


class ThirdPartyTests(SignatureStoreTests, SynchronousTestCase):
    """The suite, for somebody else's store."""

    def make_store(self) -> TinyStore:
        return TinyStore()


class EntriesTests(SynchronousTestCase):
    """What a store holds in memory."""

    def test_bound_in_bytes(self) -> None:
        """Large values make room for each other however few they are."""
        entries = Entries(bytes_limit=100)
        entries.put({"a": "x" * 60, "b": "é" * 20, "c": "y" * 30})
        self.assertEqual(list(entries.all()), ["b", "c"])

    def test_too_large_by_itself(self) -> None:
        """What is larger than all that may be kept does not drive the others out."""
        entries = Entries(bytes_limit=100)
        entries.put({"a": "1"})
        entries.put({"b": "x" * 100})
        self.assertEqual(entries.all(), {"a": "1"})

    def test_replacing_frees_the_bytes(self) -> None:
        """A value that is replaced, dropped or left behind by a new content counts no more."""
        entries = Entries(bytes_limit=10)
        for value in ("x" * 9, "y" * 9, "z" * 9):
            entries.put({"a": value})
        entries.replace({"b": "1" * 8})
        entries.put({"c": ""})
        self.assertEqual(entries.all(), {"b": "1" * 8, "c": ""})

    def test_too_large_takes_the_place(self) -> None:
        """What was kept before is not given in the place of what is too large."""
        entries = Entries(bytes_limit=100)
        entries.put({"a": "1"})
        entries.put({"a": "x" * 100})
        self.assertEqual(entries.get(["a"]), {})

    def test_half_a_surrogate_pair(self) -> None:
        """What no file could hold is not kept."""
        entries = Entries()
        entries.put({"a": "\ud800", "\ud800": "b", "c": "d"})
        self.assertEqual(entries.all(), {"c": "d"})

    def test_a_hundred_thousand_puts(self) -> None:
        """However many were put, there are as many as there may be, the latest."""
        entries = Entries(limit=1000)
        for n in range(100_000):
            entries.put({f"key {n}": "signature"})
        self.assertEqual(list(entries.all()), [f"key {n}" for n in range(99_000, 100_000)])


_KEYS = st.sampled_from("abcde")
_STEPS = st.lists(
    st.tuples(st.just("get"), st.lists(_KEYS))
    | st.tuples(st.just("put"), st.dictionaries(_KEYS, st.text(max_size=6)))
)


@given(_STEPS, st.integers(1, 4), st.integers(1, 30))
def test_bounds_hold(steps: list[tuple[str, Any]], limit: int, bytes_limit: int) -> None:
    """Whatever is done, both bounds hold, and what is given is what was put last."""
    entries = Entries(limit, bytes_limit)
    latest: dict[str, str] = {}
    for step, argument in steps:
        if step == "put":
            entries.put(argument)
            latest.update(argument)
        else:
            assert entries.get(argument).items() <= latest.items()
        kept = entries.all()
        assert len(kept) <= limit
        assert sum(len((key + value).encode()) for key, value in kept.items()) <= bytes_limit


class MergingTests(SynchronousTestCase):
    """What two processes know, brought together."""

    def test_nothing_is_lost(self) -> None:
        """What either has is there."""
        self.assertEqual(merged({"a": "1"}, {"b": "2"}, (), {}), {"a": "1", "b": "2"})

    def test_order_is_of_use(self) -> None:
        """What they do not have is oldest; then theirs; then what we used; then what is new."""
        ours = {"a": "1", "used": "2", "new": "3", "b": "4"}
        theirs = {"used": "2", "c": "5", "d": "6"}
        together = merged(ours, theirs, ["used"], {"new": "3"})
        self.assertEqual(list(together), ["a", "b", "c", "d", "used", "new"])

    def test_the_newer_value_counts(self) -> None:
        """Theirs replaces what we had, and what we have learned since replaces theirs."""
        self.assertEqual(merged({"a": "old"}, {"a": "theirs"}, ["a"], {}), {"a": "theirs"})
        self.assertEqual(merged({"a": "new"}, {"a": "theirs"}, (), {"a": "new"}), {"a": "new"})

    def test_what_nobody_has_is_not_used(self) -> None:
        """A key that was used and forgotten since has no entry."""
        self.assertEqual(merged({}, {}, ["a"], {}), {})
