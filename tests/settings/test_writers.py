"""Many processes that change one file of settings lose nothing, even when they are killed."""

import os
import subprocess
import sys
from pathlib import Path

import orjson

from pollinations.settings.file import save

SECRET = "sk_canary_0123456789"

CROWD = """
import os, sys
from pathlib import Path
from threading import Thread
from pollinations.settings.file import save

path, writers, times = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])

def change(writer, number):
    # However slow the machine is, none of them gives up.
    save(path, {"of": {str(writer): {str(number): True}}}, patience=3600)

for writer in range(writers):
    if not os.fork():
        crowd = [
            Thread(target=change, args=(writer, number))
            for number in range(times)
        ]
        for each in crowd:
            each.start()
        for each in crowd:
            each.join()
        os._exit(0)
sys.exit(max(os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(writers)))
"""

KILL = """
import os, signal, stat, sys
from pathlib import Path
from pollinations.files import locked
from pollinations.settings.file import save
from pollinations.settings.document import parse

path, kills = Path(sys.argv[1]), int(sys.argv[2])

def count():
    return parse(path.read_bytes())["count"]

for kill in range(kills):
    before = count()
    writer = os.fork()
    if not writer:
        for number in range(before + 1, 1_000_000):
            save(path, {"count": number, "padding": "x" * (number % 7) * 4096})
    while count() <= before + kill % 4:
        assert os.waitpid(writer, os.WNOHANG) == (0, 0), "the writer has ended by itself"
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)
    assert count() > before + kill % 4
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with locked(path, patience=0):
        pass
"""


def run(program: str, path: Path, *numbers: int) -> None:
    """Run *program*, which makes processes of its own, in a process of its own."""
    subprocess.run([sys.executable, "-c", program, path, *map(str, numbers)], check=True)


def test_a_thousand_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    """Threads of eight processes, all of which wait for the one lock."""
    path = tmp_path / "config.json"
    save(path, {"mode": "pro", "apiKey": SECRET})
    run(CROWD, path, 8, 125)
    found = orjson.loads(path.read_bytes())
    every = {str(writer): {str(number): True for number in range(125)} for writer in range(8)}
    assert found == {"mode": "pro", "apiKey": SECRET, "of": every}


def test_killed_at_any_moment_they_leave_the_old_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    save(path, {"mode": "pro", "count": 0})
    run(KILL, path, 30)
    for left in tmp_path.glob("*.tmp"):
        os.utime(left, (0, 0))
    save(path, {"count": None, "padding": None})
    assert orjson.loads(path.read_bytes()) == {"mode": "pro"}
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_file()) == [
        ".config.json.lock",
        "config.json",
    ]
