"""State files that several processes share."""

import os
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from pollinations.files import (
    NOWHERE,
    change,
    expanded,
    is_private,
    locked,
    make_private_folder,
    read_plain,
    write_whole,
)

HOME = Path("/home/me")

COUNT_UP = """
import orjson, sys
from pathlib import Path
from pollinations.files import change

path, name, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])

def counted(old):
    found = orjson.loads(old) if old else {}
    found[name] = found.get(name, 0) + 1
    return orjson.dumps(found)

for _ in range(times):
    change(path, counted)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "file.json"


def start(path: Path, name: str, times: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", COUNT_UP, str(path), name, str(times)])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("~/a/b", HOME / "a" / "b"),
        ("/a/~/b", Path("/a/~/b")),
        ("a/b", Path("a/b")),
        ("~nobody of this name/a/b", NOWHERE / "a" / "b"),
    ],
)
def test_a_tilde_is_a_users_folder(
    written: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(HOME))
    assert expanded(written) == path


def test_a_file_is_for_its_owner_alone(path: Path) -> None:
    write_whole(path, b"x")
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_a_file_that_was_for_all_becomes_private(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_whole(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", 0o600)


@pytest.mark.parametrize(
    ("folder", "file", "private"),
    [
        (0o755, 0o600, True),
        (0o700, 0o644, True),
        (0o755, 0o644, False),
        (0o710, 0o640, False),
        (0o711, 0o604, False),
    ],
)
def test_what_others_can_read_is_not_private(
    path: Path, folder: int, file: int, private: bool
) -> None:
    write_whole(path, b"x")
    path.chmod(file)
    path.parent.chmod(folder)
    assert is_private(path) is private


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path)
    assert mode(tmp_path) == 0o755


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.json"
    target.write_bytes(b"old")
    path.parent.mkdir()
    path.symlink_to(target)
    write_whole(path, b"new")
    assert path.is_symlink()
    assert target.read_bytes() == b"new"


def test_two_names_of_one_file_share_its_lock(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    (tmp_path / "link.json").symlink_to(path)
    with locked(path), pytest.raises(TimeoutError), locked(tmp_path / "link.json", patience=0):
        pass


def test_links_in_a_circle_are_an_error(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(tmp_path / "other")
    (tmp_path / "other").symlink_to(path)
    with pytest.raises(OSError, match="symbolic links"):
        change(path, lambda old: b"new")


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_is_read_without_waiting_and_within_bounds(path: Path) -> None:
    write_whole(path, b"12345")
    assert read_plain(path, limit=5) == b"12345"
    with pytest.raises(OSError, match="larger than 4 bytes"):
        read_plain(path, limit=4)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(OSError, match="not a plain file"):
        read_plain(path)


def test_what_cannot_be_written_leaves_the_old(path: Path) -> None:
    write_whole(path, b"old")
    with pytest.raises(OSError, match="too large"), full_disk():
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [each.name for each in path.parent.iterdir()] == ["file.json"]


def test_what_killed_writers_left_is_taken_away(path: Path) -> None:
    write_whole(path, b"old")
    left, fresh, foreign = (
        path.with_name(name)
        for name in (".file.json.abcdefgh.tmp", ".file.json.ijklmnop.tmp", ".file.json.swp")
    )
    for each in (left, fresh, foreign):
        each.write_bytes(b"half")
    for each in (left, foreign):
        os.utime(each, (0, 0))
    write_whole(path, b"new")
    assert sorted(path.parent.iterdir()) == sorted([path, fresh, foreign])


def test_a_change_that_fails_leaves_the_old(path: Path) -> None:
    write_whole(path, b"old")
    with pytest.raises(ZeroDivisionError):
        change(path, lambda old: b"%d" % (1 // 0))
    assert path.read_bytes() == b"old"
    change(path, lambda old: old + b"er" if old else b"")
    assert path.read_bytes() == b"older"


def test_what_does_not_change_is_not_written(path: Path) -> None:
    write_whole(path, b"same")
    before = path.stat()
    change(path, lambda old: b"same")
    assert path.stat().st_ino == before.st_ino


def test_several_processes_lose_nothing(path: Path) -> None:
    writers = [start(path, name, 50) for name in "abcd"]
    assert [writer.wait() for writer in writers] == [0] * 4
    assert orjson.loads(path.read_bytes()) == dict.fromkeys("abcd", 50)


@pytest.mark.parametrize("writes", [1, 7, 40])
def test_a_process_killed_while_it_writes_leaves_a_whole_file(path: Path, writes: int) -> None:
    write_whole(path, b"{}")
    writer, seen = start(path, "a", 1_000_000), 0
    try:
        while seen < writes:
            found = orjson.loads(path.read_bytes()).get("a", 0)
            assert found >= seen
            seen = found
    finally:
        writer.kill()
        writer.wait()
    assert orjson.loads(path.read_bytes())["a"] >= seen
    assert mode(path) == 0o600
    with locked(path, patience=0):
        pass


def test_a_file_may_be_for_others_too(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, b"new", 0o644)
    assert (path.read_bytes(), mode(path)) == (b"new", 0o644)
