"""What is examined."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which
from subprocess import DEVNULL, PIPE, SubprocessError, run

import attrs

from ...settings.home import Home
from ...settings.keys import Key, Keys
from ...start import Start

PATIENCE = 10.0
"""Seconds that a program may take to tell its version."""


@attrs.frozen
class Case:
    """
    What is examined: how a proxy would start here, and what there is around it.

    :param start: what it would be started with.
    :param environ: the environment.
    :param key: the key that it would use.
    """

    start: Start
    environ: Mapping[str, str] = attrs.field(repr=False)
    key: Key | None = None

    @classmethod
    def of(cls, start: Start, environ: Mapping[str, str]) -> "Case":
        """The case of whoever *environ* describes."""
        return cls(start, environ, Keys.read(environ, lambda: start.file.settings).latest)

    @property
    def home(self) -> Home:
        """The folder that everything is kept in."""
        return self.start.home

    def path_of(self, program: str) -> str | None:
        """Where *program* is; also beside the interpreter, whose folder need not be searched."""
        beside = str(Path(sys.executable).parent)
        found = which(program, path=self.environ.get("PATH")) or which(program, path=beside)
        return found and str(found)


def printed(command: Sequence[str]) -> str | None:
    """The first line that a program prints; ``None`` if it fails or takes too long."""
    try:
        ended = run(
            command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, timeout=PATIENCE, check=True
        )
    except (OSError, SubprocessError):
        return None
    lines = ended.stdout.decode(errors="replace").split("\n")
    return lines[0].strip() or None
