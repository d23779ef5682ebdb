"""Imports point one way: the core knows no Twisted, and nobody knows who uses it."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pollinations

ROOT = Path(pollinations.__file__).parent

# What each room imports of the others, from left to right. A module at the top is one of its own.
MAY_IMPORT = {
    "__init__": set(),
    "errors": set(),
    "files": set(),
    "neighbour": set(),
    "phrase": set(),
    "prompt": set(),
    "quiet": set(),
    "redaction": set(),
    "waiters": set(),
    "chat": {"errors"},
    "settings": {"errors", "files", "phrase", "quiet"},
    "routing": {"errors", "chat", "interfaces", "phrase", "redaction", "settings"},
    "quirks": {"errors", "chat", "routing", "interfaces"},
    "stages": {"errors", "chat", "routing", "settings"},
    "interfaces": {"errors", "chat", "routing"},
    "logs": {"files", "quiet", "redaction", "routing", "settings"},
    "life": {"quiet"},
    "metrics": {"__init__", "quiet", "routing"},
    "tracing": {"__init__", "quiet", "redaction", "routing"},
    "start": {"errors", "files", "settings", "routing"},
    "signatures": {"files", "chat", "interfaces", "quiet"},
    "units": {"errors", "files", "settings", "start"},
    "upstream": {
        "errors",
        "files",
        "chat",
        "routing",
        "quirks",
        "stages",
        "interfaces",
        "logs",
        "prompt",
        "quiet",
        "redaction",
        "settings",
        "signatures",
        "waiters",
    },
    "commands": {
        "__init__",
        "errors",
        "chat",
        "phrase",
        "quiet",
        "routing",
        "settings",
        "upstream",
    },
    "opencode": {"errors", "files", "routing", "settings"},
    "web": {
        "__init__",
        "errors",
        "chat",
        "commands",
        "logs",
        "metrics",
        "neighbour",
        "opencode",
        "prompt",
        "quiet",
        "redaction",
        "routing",
        "settings",
        "upstream",
        "waiters",
    },
    "workers": {
        "errors",
        "interfaces",
        "life",
        "metrics",
        "quiet",
        "routing",
        "settings",
        "upstream",
        "waiters",
    },
}
PURE = (
    "errors",
    "phrase",
    "redaction",
    "chat",
    "routing",
    "quirks",
    "stages",
    "interfaces",
    "settings/schema",
)
WIRING = ("proxy", "parts", "parent", "tap", "cli", "shell", "testing")


def modules() -> Iterator[Path]:
    """All modules of the package, the wiring and the doubles for tests apart."""
    for path in sorted(ROOT.rglob("*.py")):
        if path.relative_to(ROOT).parts[0].removesuffix(".py") not in WIRING:
            yield path


def room(path: Path) -> str:
    """The room that a module is in."""
    return path.relative_to(ROOT).with_suffix("").parts[0]


def imported(path: Path) -> Iterator[str]:
    """The modules that a module imports, ours as paths below the package's root."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module)
        elif isinstance(node, ast.ImportFrom):
            base = path.parents[node.level - 1]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            for name in names:
                found = base.joinpath(*name.split("."))
                exists = found.with_suffix(".py").exists() or found.is_dir()
                yield str(found if exists else base)


def neighbours(path: Path) -> set[str]:
    """The other rooms that a module imports."""
    names = [name for name in imported(path) if name.startswith(str(ROOT))]
    targets = [(Path(f"{name}.py"), Path(name, "__init__.py")) for name in names]
    found = {room(module if module.exists() else package) for module, package in targets}
    return found - {room(path)}


@pytest.mark.parametrize(
    "path", list(modules()), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_imports_point_one_way(path: Path) -> None:
    """A room imports those to its left, and the seams."""
    assert neighbours(path) <= MAY_IMPORT[room(path)]


def test_the_table_goes_one_way() -> None:
    """A room stands to the right of all that it imports, but the seams, and imports all that."""
    rooms = list(MAY_IMPORT)
    used: dict[str, set[str]] = {name: set() for name in rooms}
    for path in modules():
        used[room(path)] |= neighbours(path)
    for place, (name, allowed) in enumerate(MAY_IMPORT.items()):
        assert allowed <= {*rooms[:place], "interfaces"}, name
        assert allowed == used[name], name


@pytest.mark.parametrize(
    "path", list(modules()), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_klein_is_imported_at_the_door_only(path: Path) -> None:
    """Importing it installs a reactor, which is the application's to choose."""
    if room(path) != "web":
        assert not any(name.split(".")[0] in ("klein", "werkzeug") for name in imported(path))


def test_the_core_knows_no_twisted() -> None:
    """It can be used from anything, asyncio included."""
    names = [f"pollinations.{room.replace('/', '.')}" for room in PURE]
    names += [
        path.relative_to(ROOT.parent).with_suffix("").as_posix().replace("/", ".")
        for path in modules()
        if room(path) in PURE and path.name != "__init__.py"
    ]
    program = f"import sys, {', '.join(names)}\nsys.exit('twisted' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_command_line_installs_no_reactor() -> None:
    """``twist --reactor`` has the choice until the service is made."""
    program = "import sys, pollinations.tap\nsys.exit('twisted.internet.reactor' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
