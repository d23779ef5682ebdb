"""The file itself, with real processes that share it and are killed."""

import subprocess
import sys
from pathlib import Path

from pollinations.signatures.document import Change, add, load
from pollinations.signatures.entries import Entries

# Adds entries for as long as it is let, and says how many there are of its own.
_WRITER = """
import sys
from pathlib import Path
from pollinations.signatures.document import Change, add
from pollinations.signatures.entries import Entries

path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for n in range(count):
    add(path, Change({}, (), {f"{name}.{n}": "x" * 1000}), Entries(), path.with_name("aside"))
    print(n, flush=True)
"""


def _start(path: Path, name: str, count: int) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-c", _WRITER, str(path), name, str(count)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def test_processes_at_the_same_time(tmp_path: Path) -> None:
    """Processes that write at the same time lose nothing of each other's."""
    path = tmp_path / "signatures.json"
    writers = [_start(path, name, 15) for name in "abc"]
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    expected = {f"{name}.{n}" for name in "abc" for n in range(15)}
    assert load(path, tmp_path / "aside").entries.keys() == expected


def test_killed_while_writing(tmp_path: Path) -> None:
    """A process that is killed leaves the old content or the new one, and no lock."""
    path = tmp_path / "signatures.json"
    for name in "abc":
        with _start(path, name, 1_000_000) as writer:
            assert writer.stdout is not None
            said = [writer.stdout.readline() for _ in range(10)]
            writer.kill()
        document = load(path, tmp_path / "aside")
        assert document.set_aside is None
        assert {f"{name}.{int(line)}" for line in said} <= document.entries.keys()
    change = Change({}, (), {"after": "x"})
    assert "after" in add(path, change, Entries(), tmp_path / "aside").entries


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there holds nothing, and reading makes none."""
    document = load(tmp_path / "no" / "signatures.json", tmp_path / "aside")
    assert document.entries == {}
    assert document.stamp is None
    assert list(tmp_path.iterdir()) == []


def test_nobody_reads_what_is_remembered() -> None:
    """What is remembered is in no ``repr``."""
    change = Change({"a": "secret"}, (), {"b": "secret"})
    assert "secret" not in repr(change)
