"""Taking over what version 3 remembered."""

from pathlib import Path

import orjson
from twisted.trial.unittest import SynchronousTestCase

from pollinations.chat.memory import IMPORTED, keys_of, signatures_for
from pollinations.chat.request import ChatRequest
from pollinations.signatures.imported import LIMIT, import_v3, v3_path
from pollinations.signatures.memory import MemorySignatureStore


class ImportTests(SynchronousTestCase):
    """The file of the plugin, and a store."""

    def setUp(self) -> None:
        self.path = Path(self.mktemp())
        self.store = MemorySignatureStore()

    def imported(self, data: object) -> bool:
        """Whether there may be imported entries, now that *data* is in the file."""
        self.path.write_bytes(data if isinstance(data, bytes) else orjson.dumps(data))
        return self.successResultOf(import_v3(self.store, self.path))

    def get(self, *keys: str) -> dict[str, str]:
        """What the store remembers."""
        return dict(self.successResultOf(self.store.get(keys)))

    def test_found_by_the_message_before(self) -> None:
        """A signature that version 3 took is given back to the step that it belongs to."""
        self.assertTrue(self.imported({"211e9637": "sig-AAA", "19c24664": "sig-BBB"}))
        asked = ChatRequest(
            {
                "messages": [
                    {"role": "user", "content": "meteo a Paris ?"},
                    {"role": "assistant", "content": "", "tool_calls": [{"id": "call_fake_1"}]},
                    {"role": "tool", "tool_call_id": "call_fake_1", "content": "12C"},
                    {"role": "assistant", "content": "Il fait 12 degrés."},
                ]
            }
        )
        remembered = self.get(*keys_of(asked, imported=True))
        self.assertEqual(signatures_for(asked.messages, remembered), {1: "sig-AAA", 3: "sig-BBB"})

    def test_once(self) -> None:
        """What was imported is not imported again, whatever has become of the file."""
        self.imported({"1": "a"})
        self.assertTrue(self.imported({"1": "b", "2": "c"}))
        self.assertEqual(self.get("v3:1", "v3:2"), {"v3:1": "a"})
        self.path.unlink()
        self.assertTrue(self.successResultOf(import_v3(self.store, self.path)))

    def test_no_file(self) -> None:
        """Who has never had the plugin has nothing to import."""
        self.assertFalse(self.successResultOf(import_v3(self.store, self.path)))
        self.assertEqual(self.get(IMPORTED), {})

    def test_files_that_are_none(self) -> None:
        """A file that cannot be read is tolerated, and is read once it is mended."""
        for data in (b"", b"{", b"[1]", b"null", b"\xff"):
            self.assertFalse(self.imported(data), data)
        self.assertTrue(self.imported({"1": "a"}))

    def test_what_is_no_entry(self) -> None:
        """Keys that are no hashes and values that are no signatures are left out."""
        self.imported({"xyz": "a", "211E9637": "a", "123456789": "a", "1": 5, "2": "", "3": "c"})
        keys = ["v3:xyz", "v3:211E9637", "v3:123456789", "v3:1", "v3:2", "v3:3"]
        self.assertEqual(self.get(*keys), {"v3:3": "c"})

    def test_escapes(self) -> None:
        """The escapes that version 3 left in a signature are read."""
        self.imported({"1": "AbC\\u003d\\u003d", "2": "a\\/b", "3": "a\\qb"})
        found = self.get("v3:1", "v3:2", "v3:3")
        self.assertEqual(found, {"v3:1": "AbC==", "v3:2": "a/b", "v3:3": "a\\qb"})

    def test_the_latest(self) -> None:
        """Of a file without bounds the latest entries are taken, with room left for others."""
        self.imported({format(n, "x"): str(n) for n in range(5000)})
        self.assertEqual(self.get("v3:0", f"v3:{4999 - LIMIT:x}"), {})
        self.assertEqual(len(self.get(*(f"v3:{n:x}" for n in range(5000)))), LIMIT)

    def test_where_it_lies(self) -> None:
        """The plugin's file is in OpenCode's folder."""
        expected = Path("/h/.config/opencode/pollinations-signature.json")
        self.assertEqual(v3_path(Path("/h")), expected)
