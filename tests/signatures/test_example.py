"""The store in the documentation is one."""

import runpy
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "sqlite_store.py"
_names = runpy.run_path(str(EXAMPLE))
SuiteOfTheExample: Any = _names["SQLiteSignatureStoreTests"]


class ExampleTests(SuiteOfTheExample):  # type: ignore[misc]
    """The suite, as the example inherits it, and that what it keeps outlives it."""

    def test_the_next_process(self) -> None:
        """What is in the database is there when it is opened again."""
        path = self.mktemp()
        for _ in range(2):
            store = _names["SQLiteSignatureStore"](path)
            found = self.successResultOf(store.get(["a"]))
            self.successResultOf(store.put({"a": "1"}))
            self.successResultOf(store.close())
        self.assertEqual(found, {"a": "1"})


del SuiteOfTheExample
