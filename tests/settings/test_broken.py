"""Files that are broken in every way we could think of: one clear line, and nothing lost."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from twisted.internet.defer import Deferred, execute

from pollinations.settings.document import FILE_LIMIT, SettingsUnreadable
from pollinations.settings.file import SettingsFile, save
from pollinations.settings.keys import Keys, Places
from pollinations.settings.schema import Settings
from pollinations.testing.logged import logged

CANARY = "sk_canary_0123456789"
KEY = CANARY.encode()
WHOLE = orjson.dumps({"mode": "pro", "apiKey": CANARY, "gui": {"status": "all", "logs": "error"}})
ROOT = os.geteuid() == 0


def holding(data: bytes) -> Callable[[Path], Any]:
    return lambda path: path.write_bytes(data)


def circle(path: Path) -> None:
    path.symlink_to(path.with_name("other"))
    path.with_name("other").symlink_to(path)


def deep(opening: bytes, closing: bytes, depth: int) -> Callable[[Path], Any]:
    return holding(opening * depth + b"1" + closing * depth)


def shut(path: Path) -> None:
    path.write_bytes(WHOLE)
    path.chmod(0)


JSON = "no JSON from line"
OBJECT = "it does not hold a JSON object"
PLAIN = "it is not a plain file"
LARGE = "it is larger than 1048576 bytes"

BROKEN: dict[str, tuple[Callable[[Path], Any], str]] = {
    **{
        f"cut after {n} bytes": (holding(WHOLE[:n]), JSON) for n in range(1, len(WHOLE), 3)
    },
    "without bytes": (holding(b""), "it is empty"),
    "blank": (holding(b" \r\n\t"), "it is empty"),
    "a mark of byte order alone": (holding(b"\xef\xbb\xbf"), JSON),
    "null": (holding(b"null"), OBJECT),
    "true": (holding(b"true"), OBJECT),
    "a list": (holding(b'[{"mode": "pro"}]'), OBJECT),
    "a text": (holding(b'"' + KEY + b'"'), OBJECT),
    "a number": (holding(b"5"), OBJECT),
    "the key alone": (holding(KEY), JSON),
    "an assignment": (holding(b"POLLINATIONS_API_KEY=" + KEY), JSON),
    "zero bytes": (holding(b"\0" * 64), JSON),
    "zero bytes at its end": (holding(WHOLE + b"\0" * 64), JSON),
    "random bytes": (holding(bytes(range(128, 256))), JSON),
    "not UTF-8": (holding(b'{"mode": "\xff\xfe"}'), JSON),
    "UTF-8 that is cut": (holding('{"x": "é'.encode()[:-1]), JSON),
    "UTF-16": (holding(WHOLE.decode().encode("utf-16")), JSON),
    "UTF-32": (holding(WHOLE.decode().encode("utf-32")), JSON),
    "Latin-1": (holding('{"userAgent": "café"}'.encode("latin-1")), JSON),
    "two marks of byte order": (holding(b"\xef\xbb\xbf" * 2 + WHOLE), JSON),
    "NaN": (holding(b'{"thresholds": {"tier": NaN}}'), JSON),
    "Infinity": (holding(b'{"thresholds": {"tier": -Infinity}}'), JSON),
    "a number beyond all": (holding(b'{"thresholds": {"tier": 1e999}}'), JSON),
    "an octal number": (holding(b'{"retries": 012}'), JSON),
    "comments": (holding(b'{\n// mine\n"mode": "pro"}'), JSON),
    "single quotes": (holding(b"{'mode': 'pro'}"), JSON),
    "curly quotes": (holding("{“mode”: “pro”}".encode()), JSON),
    "no quotes": (holding(b"{mode: pro}"), JSON),
    "Python": (holding(b'{"debug": True, "apiKey": None}'), JSON),
    "YAML": (holding(b"mode: pro\napiKey: " + KEY), JSON),
    "TOML": (holding(b'mode = "pro"\n'), JSON),
    "a conflict of versions": (holding(b"<<<<<<< HEAD\n" + WHOLE + b"\n=======\n"), JSON),
    "a web page": (holding(b"<!DOCTYPE html><title>404</title>"), JSON),
    "two objects": (holding(WHOLE + WHOLE), JSON),
    "two lines of objects": (holding(WHOLE + b"\n" + WHOLE), JSON),
    "a bracket too many": (holding(WHOLE + b"}"), JSON),
    "a comma that is missing": (holding(b'{"a": 1 "apiKey": "' + KEY + b'"}'), JSON),
    "half a surrogate": (holding(b'{"mode": "\\ud800"}'), JSON),
    "an unknown escape": (holding(b'{"mode": "\\x41"}'), JSON),
    "a line break in a text": (holding(b'{"apiKey": "' + KEY + b'\n"}'), JSON),
    "a control character": (holding(b'{"mode": "p\x01ro"}'), JSON),
    "5,000 objects deep": (deep(b'{"x":', b"}", 5000), JSON),
    "100,000 brackets deep": (deep(b"[", b"]", 100_000), JSON),
    "100,000 brackets that stay open": (holding(b"[" * 100_000), JSON),
    "too large": (holding(b'{"x":"' + b"y" * FILE_LIMIT + b'"}'), LARGE),
    "a directory": (Path.mkdir, PLAIN),
    "links in a circle": (circle, "Too many levels of symbolic links"),
    "a pipe": (os.mkfifo, PLAIN),
    "a device without end": (lambda path: path.symlink_to("/dev/zero"), PLAIN),
    "a device without beginning": (lambda path: path.symlink_to("/dev/null"), PLAIN),
    "shut": (shut, "Permission denied"),
}  # fmt: skip

# OpenCode's settings may have comments, so that a comment, or a comma at the end, is not broken.
HARMLESS = {"comments", "null", "true", "a list", "a text", "a number"}

broken = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.skipif(name == "shut" and ROOT, reason="root may"))
        for name in BROKEN
    ],
)


@pytest.fixture(name="logged")
def _logged(request: pytest.FixtureRequest) -> list[str]:
    """The warnings."""
    return logged(request.addfinalizer)


def stored(path: Path) -> tuple[Any, bytes | None]:
    """What is on the disk: its state, and its bytes where there are some."""
    found = os.lstat(path)
    return (found.st_ino, found.st_mode, found.st_mtime_ns), (
        path.read_bytes() if path.is_file() and os.access(path, os.R_OK) else None
    )


def test_there_are_at_least_fifty_ways() -> None:
    assert len([name for name in BROKEN if not name.startswith("cut")]) >= 50


@broken
def test_the_last_good_settings_stay(name: str, tmp_path: Path, logged: list[str]) -> None:
    make, why = BROKEN[name]
    path = tmp_path / "config.json"
    path.write_bytes(b'{"retries": 4, "mode": "manual"}')
    file = SettingsFile(path, execute)
    file.load()
    path.unlink()
    make(path)
    before = stored(path)
    for _ in range(2):
        file.load()
    assert file.settings == Settings("manual", retries=4)
    assert logged == [f"{path}: {problem}" for problem in file.problems]
    [said] = logged
    assert why in said
    assert said.endswith("the last good settings stay")
    assert "canary" not in said
    assert stored(path) == before


@broken
def test_at_the_start_the_defaults_count(name: str, tmp_path: Path, logged: list[str]) -> None:
    path = tmp_path / "config.json"
    BROKEN[name][0](path)
    file = SettingsFile(path, execute)
    file.load()
    assert file.settings == Settings()
    assert [line.endswith("the defaults count") for line in logged] == [True]


@broken
def test_nothing_is_written_over_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    BROKEN[name][0](path)
    before = stored(path)
    file, failures = SettingsFile(path, execute), list[Any]()
    file.load()
    Deferred.fromCoroutine(file.save({"debug": True})).addErrback(failures.append)
    [failure] = failures
    assert failure.check(SettingsUnreadable, OSError)
    assert "canary" not in str(failure.value)
    assert stored(path) == before
    assert not file.settings.debug


@broken
@pytest.mark.parametrize("place", ["auth.json", "opencode.json", "opencode.jsonc"])
def test_no_key_is_in_it_and_the_next_place_counts(
    name: str, place: str, tmp_path: Path, logged: list[str]
) -> None:
    places = Places.of({"HOME": str(tmp_path)})
    [path] = [path for path in (places.auth, *places.configs) if path.name == place]
    path.parent.mkdir(parents=True)
    BROKEN[name][0](path)
    before = stored(path)
    keys = Keys(lambda: Settings(api_key="sk_next"), {}, places)
    for _ in range(2):
        keys.load()
    assert keys.value() == "sk_next"
    expected = [] if name in HARMLESS else [f"no key from {path}: "]
    assert [line[: len(start)] for line, start in zip(logged, expected, strict=True)] == expected
    assert "canary" not in "".join(logged)
    assert stored(path) == before


@pytest.mark.parametrize(
    ("data", "retries"),
    [
        (b'\xef\xbb\xbf{"retries": 4}', 4),
        (b'{\r\n  "retries": 4\r\n}\r\n', 4),
        (b'{"retries": 3, "retries": 4}', 4),
        (b'{"retries": 4.0}', 4),
        (b'{"retries": 4, "x": "' + b"y" * (FILE_LIMIT - 100) + b'"}', 4),
        (b'{"retries": 99999999999999999999999999}', 2),
        (b'{"retries": -0}', 0),
        (b'{"\\u0072etries": 4}', 4),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_odd_and_not_broken_is_read(data: bytes, retries: int, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(data)
    file = SettingsFile(path, execute)
    file.load()
    assert file.settings == Settings(retries=retries)


def test_what_is_not_ours_is_written_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    mine = '"mine": {"id": 123456789012345678901234567890, "é": [0.1, -1e-7, null, "🌸"]}'.encode()
    path.write_bytes(b'{"debug": false, ' + mine + b"}")
    save(path, {"debug": True})
    assert b"123456789012345678901234567890" in path.read_bytes()
    assert orjson.loads(path.read_bytes()) == orjson.loads(b'{"debug": true, ' + mine + b"}")


@pytest.mark.parametrize("opening", [b'{"x":', b"["])
def test_what_cannot_be_written_again_is_not_touched(tmp_path: Path, opening: bytes) -> None:
    path = tmp_path / "config.json"
    closing = b"}" if opening.startswith(b"{") else b"]"
    data = b'{"debug": false, "x":' + opening * 1000 + b"1" + closing * 1000 + b"}"
    path.write_bytes(data)
    with pytest.raises(SettingsUnreadable, match="could not be written again"):
        save(path, {"debug": True})
    assert path.read_bytes() == data
