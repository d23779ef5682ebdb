"""What is examined."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which
from subprocess import DEVNULL, PIPE, SubprocessError, run
from typing import Any

import attrs

from ...routing.route import ENTER, FREE
from ...settings.home import Home
from ...settings.keys import Key, Keys
from ...start import Start
from ..running import ask, find

PATIENCE = 10.0
"""Seconds that a program may take to tell its version."""


@attrs.frozen
class Case:
    """
    What is examined: the proxy that runs, or how one would start here, and what there is around it.

    :param start: what it would be started with.
    :param environ: the environment.
    :param key: the key that it would use.
    :param said: what the proxy that runs says of itself, as the data of ``status``; empty when none
        runs, or does not say it.
    """

    start: Start
    environ: Mapping[str, str] = attrs.field(repr=False)
    key: Key | None = None
    said: Mapping[str, Any] = attrs.field(factory=dict)

    @classmethod
    def of(cls, start: Start, environ: Mapping[str, str]) -> "Case":
        """The case of whoever *environ* describes."""
        key = Keys.read(environ, lambda: start.file.settings).latest
        return cls(start, environ, key, _said(start.home))

    @property
    def home(self) -> Home:
        """The folder that everything is kept in."""
        return self.start.home

    @property
    def demo(self) -> bool:
        """Whether the proxy that runs is a demonstration."""
        return self.said.get("demo") is True

    @property
    def upstreams(self) -> Mapping[str, str]:
        """Universe to the base of its upstream."""
        match self.said.get("upstreams"):
            case {"free": str(free), "enter": str(enter)}:
                return {FREE: free, ENTER: enter}
        return self.start.upstreams

    @property
    def settings(self) -> tuple[Path, Sequence[str]]:
        """The file of the settings, and what is wrong with it, and what is in force instead."""
        match self.said.get("settings"):
            case {"path": str(path), "problems": list(problems)}:
                return Path(path), problems
        return self.start.file.path, self.start.file.problems

    def path_of(self, program: str) -> str | None:
        """Where *program* is; also beside the interpreter, whose folder need not be searched."""
        beside = str(Path(sys.executable).parent)
        found = which(program, path=self.environ.get("PATH")) or which(program, path=beside)
        return found and str(found)


def _said(home: Home) -> Mapping[str, Any]:
    running = find(home)
    told = None if running is None else ask(running, home, ["status"])
    return told.data if told is not None and told.ok else {}


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
