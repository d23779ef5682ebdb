"""Where OpenCode looks for what is set up for it."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import attrs

from ..settings.keys import Places

_NAMES = ("opencode.jsonc", "opencode.json")
_PLUGIN = Path("plugins", "pollinations.js")


@attrs.frozen
class Place:
    """
    A folder of OpenCode's settings: the user's, or a project's.

    :param configs: the files that OpenCode reads there; where they differ, the first counts.
    :param plugin: where the plugin goes.
    :param beneath: other files that OpenCode reads, and that count less.
    :param shared: whether others than the user read it, as in a repository.
    """

    configs: tuple[Path, ...]
    plugin: Path
    beneath: tuple[Path, ...] = ()
    shared: bool = False

    @classmethod
    def of_user(cls, environ: Mapping[str, str]) -> Self:
        """The folder of the user whom *environ* describes."""
        configs = Places.of(environ).configs
        folder = configs[0].parent
        return cls(configs, folder / _PLUGIN, (folder / "config.json",))

    @classmethod
    def of_project(cls, folder: Path, environ: Mapping[str, str]) -> Self:
        """The project in *folder*, whose settings go before those of the user."""
        configs = tuple(folder / name for name in _NAMES)
        user = cls.of_user(environ)
        beneath = (*user.configs, *user.beneath)
        return cls(configs, folder / ".opencode" / _PLUGIN, beneath, shared=True)

    @property
    def config(self) -> Path:
        """The file to write to: the first that is there, else ``opencode.json``."""
        there = (path for path in self.configs if os.path.lexists(path))
        return next(there, self.configs[-1])

    @property
    def folders(self) -> Sequence[Path]:
        """Those in which files are, the innermost first."""
        found = {folder for path in (*self.configs, self.plugin) for folder in path.parents}
        return sorted(found, key=lambda folder: len(folder.parts), reverse=True)

    @property
    def file_mode(self) -> int:
        """The mode of files that are made there."""
        return 0o644 if self.shared else 0o600
