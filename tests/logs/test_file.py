"""The file stays small, is its owner's, and may be shared."""

import stat
from pathlib import Path

from pollinations.logs.file import SharedLogFile

LINE = b"x" * 99 + b"\n"


def mode(path: Path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "home" / "logs" / "a.log"
    SharedLogFile(path).close()
    assert (mode(path), mode(path.parent), mode(path.parent.parent)) == (0o600, 0o700, 0o700)


def test_one_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.touch(0o644)
    SharedLogFile(path).close()
    assert mode(path) == 0o600


def test_the_oldest_lines_go(tmp_path: Path) -> None:
    """A file of its length, and as many as are kept."""
    file = SharedLogFile(tmp_path / "a.log", length=300, kept=2)
    for _ in range(20):
        file.write(LINE)
    file.close()
    found = sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("."))
    assert found == ["a.log", "a.log.1", "a.log.2"]
    assert {(tmp_path / name).stat().st_size <= 300 for name in found} == {True}
    assert all(mode(tmp_path / name) == 0o600 for name in found)


def test_several_processes_share_it(tmp_path: Path) -> None:
    """No line is lost or torn, whoever puts the file aside."""
    files = [SharedLogFile(tmp_path / "a.log", length=1000, kept=50) for _ in range(3)]
    for number in range(100):
        files[number % 3].write(b"%04d\n" % number * 10)
    for file in files:
        file.close()
    lines = [line for path in tmp_path.glob("a.log*") for line in path.read_bytes().splitlines()]
    assert sorted(lines) == sorted(b"%04d" % number for number in range(100) for _ in range(10))


def test_a_file_that_was_deleted_begins_anew(tmp_path: Path) -> None:
    file = SharedLogFile(tmp_path / "a.log")
    file.write(LINE)
    (tmp_path / "a.log").unlink()
    file.write(LINE)
    file.close()
    assert (tmp_path / "a.log").read_bytes() == LINE
