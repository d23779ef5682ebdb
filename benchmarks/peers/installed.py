"""What the benchmark needs and brings along, all of it below ``build/peers``."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
CHECKOUT = HERE.parent.parent
BUILD = CHECKOUT / "build" / "peers"

VENVS = {
    "venv": ("--editable", str(CHECKOUT), "aiohttp", "uvloop"),
    "litellm": ("litellm[proxy]",),
    "plot": ("matplotlib",),
}
PORTKEY = "@portkey-ai/gateway@1.15.2"


def compiled(folder: Path = BUILD) -> dict[str, Path]:
    """The upstream and the load, built from their sources where those are newer."""
    folder.mkdir(parents=True, exist_ok=True)
    built = {}
    for name in ("upstream", "load"):
        source, program = HERE / f"{name}.c", folder / name
        newest = max(source.stat().st_mtime, (HERE / "clock.h").stat().st_mtime)
        if not program.exists() or program.stat().st_mtime < newest:
            _run("cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(program), str(source))
        built[name] = program
    return built


def python(name: str) -> Path:
    """The interpreter of a virtual environment of ours."""
    wanted, folder = VENVS[name], BUILD / name
    mark = folder / hashlib.sha256(repr(wanted).encode()).hexdigest()[:16]
    if not mark.exists():
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        _run(str(folder / "bin" / "pip"), "install", "--quiet", *wanted)
        mark.touch()
    return folder / "bin" / "python"


def portkey() -> Path:
    """The server of Portkey's gateway."""
    server = BUILD / "npm/node_modules/@portkey-ai/gateway/build/start-server.js"
    if not server.exists():
        _run("npm", "install", "--silent", "--no-audit", "--prefix", str(BUILD / "npm"), PORTKEY)
    return server


def from_apt(program: str) -> str:
    """The path of *program*, which is a package's name too."""
    # Programs of the system are not on everybody's path.
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if path is None:
        _run("apt-get", "install", "-qq", "-y", "--no-install-recommends", program)
        path = shutil.which(program, path="/usr/sbin:/usr/bin")
    if path is None:
        raise FileNotFoundError(program)
    return path


def certificate(folder: Path) -> Path:
    """A certificate for ``localhost`` that is its own authority, and its key, in one file."""
    path = folder / "localhost.pem"
    if not path.exists():
        names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
        kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        made = ("-keyout", str(folder / "key"), "-out", str(folder / "certificate"))
        _run("openssl", "req", "-x509", "-days", "2", *kind, *names, *made)
        path.write_text((folder / "key").read_text() + (folder / "certificate").read_text())
    return path


def said(*command: str) -> str:
    """The first line that a program says of itself, on whichever of the two ways."""
    done = subprocess.run(command, capture_output=True, text=True)
    return (done.stdout or done.stderr).strip().partition("\n")[0]


def _run(*command: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise SystemExit(f"{_shown(command)} failed:\n{done.stdout}")


def _shown(command: Sequence[str]) -> str:
    return " ".join(command)
