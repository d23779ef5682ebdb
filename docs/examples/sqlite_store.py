"""A signature store in SQLite, with its tests: ``python -m twisted.trial sqlite_store.py``."""

import sqlite3
from collections.abc import Collection, Mapping

from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from pollinations.interfaces import ISignatureStore
from pollinations.testing.signatures import SignatureStoreTests


@implementer(ISignatureStore)
class SQLiteSignatureStore:
    """Remembers in a database. Good for few users: each question waits for the disk."""

    def __init__(self, path: str) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("CREATE TABLE IF NOT EXISTS kept (key PRIMARY KEY, value)")

    async def get(self, keys: Collection[str]) -> Mapping[str, str]:
        select = "SELECT key, value FROM kept WHERE key = ?"
        return dict(row for key in keys for row in self._database.execute(select, [key]))

    async def put(self, entries: Mapping[str, str]) -> None:
        self._database.executemany("REPLACE INTO kept VALUES (?, ?)", list(entries.items()))

    async def close(self) -> None:
        self._database.close()


class SQLiteSignatureStoreTests(SignatureStoreTests, SynchronousTestCase):
    """What is true of every store is true of this one."""

    def make_store(self) -> SQLiteSignatureStore:
        store = SQLiteSignatureStore(":memory:")
        self.addCleanup(store._database.close)
        return store
