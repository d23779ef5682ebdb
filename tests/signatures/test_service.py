"""A store that starts and stops with a service."""

from pathlib import Path
from typing import Any

import orjson
from twisted.application.service import IService, MultiService
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from pollinations.signatures.file import FileSignatureStore
from pollinations.signatures.memory import MemorySignatureStore
from pollinations.signatures.service import SignatureService
from pollinations.testing.signatures import SignatureStoreTests


class Closing:
    """A store that counts its ends."""

    closed = 0

    async def get(self, keys: object) -> dict[str, str]:
        return {}

    async def close(self) -> None:
        self.closed += 1


class SignatureServiceTests(SignatureStoreTests, SynchronousTestCase):
    """The suite, for a store in a service, and what the service adds."""

    def setUp(self) -> None:
        self.v3 = Path(self.mktemp())

    def make_store(self) -> SignatureService:
        return SignatureService(MemorySignatureStore(), self.v3)

    def test_is_a_service(self) -> None:
        """It is a part of any other service."""
        service = self.make_store()
        self.assertTrue(verifyObject(IService, service))
        service.setServiceParent(MultiService())

    def test_imports_at_the_start(self) -> None:
        """What version 3 has left is there when it has started."""
        self.v3.write_bytes(orjson.dumps({"211e9637": "sig"}))
        service = self.make_store()
        self.assertFalse(service.imported)
        service.startService()
        self.assertTrue(service.imported)
        self.assertEqual(self.successResultOf(service.get(["v3:211e9637"])), {"v3:211e9637": "sig"})

    def test_nothing_to_import(self) -> None:
        """Without such a file it starts as well, and nobody looks for such entries."""
        for v3 in (self.v3, None):
            service = SignatureService(MemorySignatureStore(), v3)
            service.startService()
            self.assertFalse(service.imported)
            self.successResultOf(service.stopService())

    def test_writes_at_the_end(self) -> None:
        """What the store had yet to write is written when it stops."""
        path = Path(self.mktemp())
        service = SignatureService(FileSignatureStore(path, Clock(), maybeDeferred))
        service.startService()
        self.successResultOf(service.put({"a": "1"}))
        self.assertFalse(path.exists())
        self.successResultOf(service.stopService())
        self.assertTrue(path.exists())

    def test_an_import_that_fails(self) -> None:
        """A store that breaks its promise and fails does not keep the service from starting."""

        class Broken:
            async def get(self, keys: object) -> dict[str, str]:
                raise RuntimeError("broken")

        service = SignatureService(Broken(), self.v3)  # type: ignore[arg-type]
        service.startService()
        self.assertFalse(service.imported)
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_stopped_while_it_imports(self) -> None:
        """An import that has not ended when the service stops is given up without a word."""

        class Silent:
            async def get(self, keys: object) -> dict[str, str]:
                never: Deferred[dict[str, str]] = Deferred()
                return await never

        service = SignatureService(Silent(), self.v3)  # type: ignore[arg-type]
        service.startService()
        self.successResultOf(service.stopService())

    def test_another_place_is_followed(self) -> None:
        """What is in the last one is written before it is left, and stays there."""
        first, second = Closing(), Closing()
        opened: list[str] = []

        def opens(uri: str) -> Any:
            opened.append(uri)
            if uri == "nowhere:":
                raise ValueError("that is no place")
            return second

        service = SignatureService(first, uri="first:")  # type: ignore[arg-type]
        service.startService()
        service.follow("first:", opens)
        service.follow("nowhere:", opens)
        service.follow("nowhere:", opens)
        self.assertIs(service.store, first)
        service.follow("second:", opens)
        self.assertIs(service.store, second)
        self.assertEqual(opened, ["nowhere:", "second:"])
        self.assertEqual((first.closed, second.closed), (1, 0))
        self.successResultOf(service.stopService())
        self.assertEqual((first.closed, second.closed), (1, 1))

    def test_a_store_without_an_end(self) -> None:
        """A store need have no ``close``."""

        class Endless:
            async def get(self, keys: object) -> dict[str, str]:
                return {}

        service = SignatureService(Endless())  # type: ignore[arg-type]
        service.startService()
        self.successResultOf(service.stopService())
