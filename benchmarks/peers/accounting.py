"""What processes have used, by the kernel's own account (Linux)."""

from collections.abc import Iterable, Iterator
from pathlib import Path

PROC = Path("/proc")


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            children.setdefault(_parent(folder), []).append(int(folder.name))
    found = [pid]
    for one in found:
        found.extend(children.get(one, ()))
    return found


def cpu(pids: Iterable[int]) -> int:
    """Nanoseconds of CPU time that all threads of *pids* have had."""
    return sum(int(_read(path).split()[0]) for path in _of(pids, "task/*/schedstat"))


def memory(pids: Iterable[int], what: str = "VmRSS") -> int:
    """KiB that *pids* have in memory; ``VmHWM`` is the most that each ever had."""
    lines = [line for path in _of(pids, "status") for line in _read(path).splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith(f"{what}:"))


def _of(pids: Iterable[int], pattern: str) -> Iterator[Path]:
    for pid in pids:
        yield from (PROC / str(pid)).glob(pattern)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return "0 0"  # it has ended meanwhile


def _parent(folder: Path) -> int:
    # The name of a program, in parentheses, may hold anything.
    return int(_read(folder / "stat").rpartition(")")[2].split()[1])
