"""The key: first found wins, shown to nobody, left where it is."""

import os
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from pollinations.settings.home import TOKEN_PREFIX
from pollinations.settings.keys import Key, Keys, Places, in_auth, in_opencode, usable
from pollinations.settings.schema import Settings
from pollinations.settings.watch import FileWatch
from pollinations.testing.logged import logged


def provider(key: Any, name: str = "pollinations") -> Any:
    return {"provider": {name: {"options": {"apiKey": key}}}}


class KeysTests(SynchronousTestCase):
    """The key in force."""

    def setUp(self) -> None:
        self.home = Path(self.mktemp()).absolute()
        self.environ = {"HOME": str(self.home)}
        self.places = Places.of(self.environ)
        self.settings = Settings()
        self.logged = logged(self.addCleanup)

    def put(self, path: Path, data: Any) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else orjson.dumps(data))

    def keys(self) -> Keys:
        keys = Keys(lambda: self.settings, self.environ, self.places)
        keys.load()
        return keys

    def test_the_first_found_wins(self) -> None:
        """The environment, the key store, our settings, OpenCode's settings, in this order."""
        jsonc, json = self.places.configs
        self.assertIsNone(self.keys().latest)
        self.put(json, provider("sk_opencode"))
        self.assertEqual(self.keys().latest, Key("sk_opencode", str(json)))
        self.put(jsonc, provider("sk_opencode_jsonc"))
        self.assertEqual(self.keys().latest, Key("sk_opencode_jsonc", str(jsonc)))
        self.settings = Settings(api_key="sk_config")
        self.assertEqual(self.keys().latest, Key("sk_config", "config.json"))
        self.put(self.places.auth, {"pollinations": {"type": "api", "key": "sk_auth"}})
        self.assertEqual(self.keys().latest, Key("sk_auth", str(self.places.auth)))
        self.environ["POLLINATIONS_API_KEY"] = "sk_environment"
        self.assertEqual(self.keys().latest, Key("sk_environment", "POLLINATIONS_API_KEY"))
        self.assertEqual(self.keys().value(), "sk_environment")

    def test_a_repr_shows_no_key(self) -> None:
        """Wherever it was found; the rest of the environment is nobody's business either."""
        self.environ |= {"POLLINATIONS_API_KEY": "sk_canary", "OTHER": "canary"}
        self.put(self.places.auth, {"pollinations": "sk_canary"})
        self.put(self.places.configs[0], provider("sk_canary"))
        self.assertNotIn("canary", repr(self.keys()))

    def test_our_settings_count_at_once(self) -> None:
        """A key that was just connected needs no other file to be read again."""
        keys = self.keys()
        self.settings = Settings(api_key="sk_connected")
        self.assertEqual(keys.value(), "sk_connected")

    def test_a_key_that_appears_while_we_run_counts_within_a_second(self) -> None:
        """And one that goes counts no more."""
        clock, keys = Clock(), self.keys()
        watch = FileWatch(keys.paths, keys.load, clock)
        watch.startService()
        self.addCleanup(watch.stopService)
        self.put(self.places.auth, {"pollinations": "sk_new"})
        clock.advance(1)
        self.assertEqual(keys.value(), "sk_new")
        self.places.auth.unlink()
        clock.advance(1)
        self.assertIsNone(keys.value())

    def test_comments_and_trailing_commas_are_no_obstacle(self) -> None:
        """OpenCode's settings may have them, in both files."""
        text = b"""// mine
        {"provider": {"pollinations": { /* here */
            "options": {"baseURL": "http://x//y", "apiKey": "sk_/*no*/comment,}",},
        }},}"""
        self.put(self.places.configs[1], text)
        self.assertEqual(self.keys().value(), "sk_/*no*/comment,}")

    def test_files_that_cannot_be_read_hold_no_key(self) -> None:
        """Each is named once, and the next place is looked at."""
        self.put(self.places.auth, b'{"pollinations": "sk_canary" ')
        self.places.configs[0].mkdir(parents=True)
        self.put(self.places.configs[1], provider("sk_opencode"))
        keys = self.keys()
        keys.load()
        self.assertEqual(keys.value(), "sk_opencode")
        self.assertEqual(
            self.logged,
            [
                f"no key from {self.places.auth}: it is no JSON from line 1",
                f"no key from {self.places.configs[0]}: it is not a plain file",
            ],
        )

    def test_an_environment_that_holds_no_key_is_named(self) -> None:
        """Once, without what it holds; an empty one is as good as none."""
        for held, said in (("", 0), (" ", 0), ("sk canary", 1), ("dummy", 1)):
            self.logged.clear()
            self.environ["POLLINATIONS_API_KEY"] = held
            keys = self.keys()
            keys.load()
            self.assertIsNone(keys.value())
            line = "no key from POLLINATIONS_API_KEY: what it holds is no key"
            self.assertEqual(self.logged, [line] * said)

    def test_nothing_is_written(self) -> None:
        """A key stays where it was put."""
        self.put(self.places.auth, {"pollinations": "sk_auth"})
        self.keys().value()
        self.assertEqual([p for p in self.home.rglob("*") if p.is_file()], [self.places.auth])

    def test_folders_follow_the_xdg_rules(self) -> None:
        """Absolute paths count, others do not."""
        self.assertEqual(
            Places.of({**self.environ, "XDG_DATA_HOME": "/d", "XDG_CONFIG_HOME": "/c"}),
            Places(
                Path("/d/opencode/auth.json"),
                (Path("/c/opencode/opencode.jsonc"), Path("/c/opencode/opencode.json")),
            ),
        )
        relative = {**self.environ, "XDG_DATA_HOME": "d", "XDG_CONFIG_HOME": ""}
        self.assertEqual(Places.of(relative), self.places)
        self.assertEqual(
            self.places.auth, self.home / ".local" / "share" / "opencode" / "auth.json"
        )


def test_a_key_is_shown_to_nobody() -> None:
    key = Key("sk_abcdefghijklmnop", "somewhere")
    assert (key.masked, repr(key)) == ("sk_abc…", "Key(source='somewhere')")


@pytest.mark.parametrize("value", ["sk_abc", "sk_abcdefghijkl"])
def test_of_a_short_key_nothing_is_left_to_show(value: str) -> None:
    assert Key(value, "somewhere").masked == "…"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"pollinations": {"type": "api", "key": "sk_a"}}, "sk_a"),
        ({"pollinations": "sk_a"}, "sk_a"),
        ({"pollinations_enter": {"key": "sk_b"}}, "sk_b"),
        ({"pollinations_api_key": "sk_c"}, "sk_c"),
        ({"pollinations_api_key": "sk_c", "pollinations_enter": "sk_b"}, "sk_b"),
        ({"pollinations": {"key": ""}, "pollinations_enter": "sk_b"}, "sk_b"),
        ({"pollinations": {"type": "oauth", "access": "x"}}, None),
        ({"pollinations": {"key": 7}}, None),
        ({"pollinations": None}, None),
        ({"openai": {"key": "sk_other"}}, None),
        ([], None),
        ("sk_a", None),
        (None, None),
    ],
)
def test_what_the_key_store_holds_for_us(data: Any, key: str | None) -> None:
    assert in_auth(data) == key


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (provider("sk_a"), "sk_a"),
        (provider("sk_b", "pollinations_enter"), "sk_b"),
        (
            {"provider": {**provider("dummy")["provider"], **provider("sk_b", "x")["provider"]}},
            None,
        ),
        (provider("dummy"), None),
        (provider("{env:POLLINATIONS_API_KEY}"), None),
        (provider("{file:~/.key}"), None),
        (provider(f"{TOKEN_PREFIX}abc"), None),
        (provider(""), None),
        (provider(5), None),
        ({"provider": {"pollinations": {"options": "x"}}}, None),
        ({"provider": ["pollinations"]}, None),
        ({}, None),
    ],
)
def test_what_opencodes_settings_hold_for_us(data: Any, key: str | None) -> None:
    assert in_opencode(data) == key


@pytest.mark.parametrize("value", ["a\nb", "a b", "clé", "a\x00", "x" * 513, "\r\nX-Evil: 1\r\n.."])
def test_what_no_header_can_hold_is_no_key(value: str) -> None:
    assert not usable(value)


def test_space_around_a_key_is_no_part_of_it() -> None:
    keys = Keys(Settings, {"POLLINATIONS_API_KEY": " sk_a\n"}, Places.of(os.environ))
    assert keys.value() == "sk_a"


NAMES = st.sampled_from(["provider", "options", "apiKey", "key", "pollinations", "sk_a"])


@given(st.recursive(st.none() | NAMES, lambda s: st.dictionaries(NAMES, s) | st.lists(s)))
def test_whatever_the_files_hold_is_looked_through(data: Any) -> None:
    assert in_auth(data) is None or usable(in_auth(data))
    assert in_opencode(data) is None or usable(in_opencode(data))
