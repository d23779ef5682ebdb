"""The suite that every :class:`~pollinations.interfaces.ISignatureStore` passes."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from zope.interface.verify import verifyObject

from ..interfaces import ISignatureStore

if TYPE_CHECKING:
    from twisted.trial.unittest import SynchronousTestCase as _TestCase
else:
    _TestCase = object

T = TypeVar("T")


class SignatureStoreTests(_TestCase):
    """
    What is true of every signature store.

    Inherit it with a test case, before that, and say how your store is made::

        class MyStoreTests(SignatureStoreTests, SynchronousTestCase):
            def make_store(self):
                return MyStore()

    A store that needs a running reactor says how to wait for one, too. With pytest-twisted::

            def wait_for(self, coroutine):
                return pytest_twisted.blockon(Deferred.fromCoroutine(coroutine))

    The tests may share what lies behind the store: each uses keys of its own.
    """

    def make_store(self) -> Any:
        """A store, ready to be used."""
        raise NotImplementedError("a suite for a store needs make_store()")

    def wait_for(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """What *coroutine* returns; as it stands, one that has nothing to wait for."""
        result: T = self.successResultOf(coroutine)
        return result

    def key(self, name: str) -> str:
        """A key that no other test uses."""
        return f"{self.id()}:{name}"

    def test_interface(self) -> None:
        """It is what it says it is."""
        self.assertTrue(verifyObject(ISignatureStore, self.make_store()))

    def test_finds_what_was_put(self) -> None:
        """A ``get`` that follows a ``put`` finds what was put."""
        key = self.key("a")
        self.assertEqual(self._kept({key: "signature"}, [key]), {key: "signature"})

    def test_leaves_out_the_unknown(self) -> None:
        """Keys under which nothing is kept have no entry in the answer."""
        known, unknown = self.key("known"), self.key("unknown")
        self.assertEqual(self._kept({known: "x"}, [unknown, known]), {known: "x"})

    def test_knows_nothing_at_first(self) -> None:
        """What nobody has put is not found."""
        self.assertEqual(self._kept({}, [self.key("a"), self.key("b")]), {})

    def test_gives_only_what_was_asked_for(self) -> None:
        """Nothing else is given, and nothing to somebody who asks for nothing."""
        entries = {self.key("a"): "1", self.key("b"): "2"}
        self.assertEqual(self._kept(entries, [self.key("b")]), {self.key("b"): "2"})
        self.assertEqual(self._kept(entries, []), {})

    def test_latest_counts(self) -> None:
        """What is put again replaces what was kept."""
        store, key = self.make_store(), self.key("a")
        self.wait_for(store.put({key: "old"}))
        self.wait_for(store.put({key: "new"}))
        self.assertEqual(self.wait_for(store.get([key])), {key: "new"})

    def test_puts_add_up(self) -> None:
        """A ``put`` leaves alone what it does not name."""
        store, first, second = self.make_store(), self.key("a"), self.key("b")
        self.wait_for(store.put({first: "1"}))
        self.wait_for(store.put({second: "2"}))
        self.assertEqual(self.wait_for(store.get([first, second])), {first: "1", second: "2"})

    def test_any_collection_of_keys(self) -> None:
        """Keys come as a list, a tuple, a set or a dictionary's keys, twice or not."""
        key = self.key("a")
        entries = {key: "x"}
        for keys in ([key, key], (key,), {key}, entries.keys()):
            self.assertEqual(self._kept(entries, keys), entries)

    def test_values_are_not_read(self) -> None:
        """A value comes back as it was, whatever it looks like."""
        values = [
            "",
            "0",
            "007",
            "1.50",
            "1e5",
            "nil",
            "null",
            "été 🌸",
            "a\r\nb\0c",
            "=" * 100_000,
        ]
        entries = {self.key(str(place)): value for place, value in enumerate(values)}
        self.assertEqual(self._kept(entries, list(entries)), entries)

    def test_keys_are_not_read(self) -> None:
        """A key may hold anything and be long, and no other key is taken for it."""
        names = ["", " ", "a b", "a\r\nb", "été 🌸", "*", "[a-z]", "../x", "A", "a", "x" * 5000]
        entries = {self.key(name): str(place) for place, name in enumerate(names)}
        self.assertEqual(self._kept(entries, list(entries)), entries)

    def test_many_at_a_time(self) -> None:
        """As many as a long conversation has are put and found at once."""
        entries = {self.key(str(n)): f"signature {n}" for n in range(300)}
        self.assertEqual(self._kept(entries, list(entries)), entries)

    def test_keeps_its_own_copy(self) -> None:
        """Neither what was put nor what was given is looked at again."""
        store, key = self.make_store(), self.key("a")
        put = {key: "x"}
        self.wait_for(store.put(put))
        put.clear()
        given = dict(self.wait_for(store.get([key])))
        given.clear()
        self.assertEqual(self.wait_for(store.get([key])), {key: "x"})

    def _kept(self, entries: Any, keys: Any) -> Any:
        store = self.make_store()
        self.wait_for(store.put(entries))
        return self.wait_for(store.get(keys))
