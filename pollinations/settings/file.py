"""The file that the settings are kept in: read with care, changed without loss."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from ..errors import PollinationsError
from ..files import LOCK_PATIENCE, change, is_private, read_plain
from ..quiet import quiet
from .document import FILE_LIMIT, SettingsUnreadable, parse, rewritten, written
from .former import read_former
from .patch import merged
from .reading import json_name, read_settings
from .schema import Settings


@attrs.frozen
class WrongSettings(PollinationsError):
    """What was to be set is not a value that the setting can have."""

    problems: tuple[str, ...]

    def __str__(self) -> str:
        return "; ".join(self.problems)


def check(changes: Mapping[str, Any]) -> None:
    """:raises WrongSettings: one of *changes* sets what its setting cannot be."""
    _, problems = read_settings(merged({}, changes))
    if problems:
        raise WrongSettings(problems)


def save(
    path: Path,
    changes: Mapping[str, Any],
    taken_over: Mapping[str, Any] | None = None,
    patience: float = LOCK_PATIENCE,
) -> None:
    """
    Make *changes* to the settings in *path*, whatever other processes do to it meanwhile.

    All else in the file stays, unknown names included. This waits for the disk.

    :param changes: by their names in JSON, at any depth: ``{"gui": {"logs": "error"}}``; ``None``
        takes a setting out of the file, so that its default counts.
    :param taken_over: what a file that is not there yet begins with.
    :param patience: seconds to wait for others who change it.
    :raises WrongSettings: a value is not one that its setting can have; the file is as it was.
    :raises SettingsUnreadable: the file cannot be understood; it is as it was.
    :raises OSError: the disk does not let us; the file is as it was.
    """
    check(changes)

    def changed(old: bytes | None) -> bytes:
        if old is None:
            return written(merged(taken_over or {}, changes))
        return rewritten(old, changes)

    change(path, changed, FILE_LIMIT, patience)


@attrs.define(eq=False, slots=False)
class SettingsFile:
    """
    The settings in force, and their file.

    A file that cannot be understood leaves the last good settings in force, at the start the
    defaults; so does one that goes.
    A :class:`~pollinations.settings.watch.FileWatch` on *path* that calls :meth:`load` makes
    changes on disk count by themselves.

    :param path: the file, which need not exist.
    :param in_thread: calls a function that waits for the disk.
    :param former: the file of a former version, whose settings, but for the key, count as long as
        there is no other, and are the beginning of it.
    """

    path: Path
    _in_thread: Callable[..., Awaitable[Any]] = deferToThread
    _former: Path | None = None

    settings: Settings = attrs.field(factory=Settings, init=False)
    """The last that could be read, wrong values replaced by defaults."""

    problems: tuple[str, ...] = attrs.field(default=(), init=False)
    """What is wrong with the file at present, one sentence each, without any value of it."""

    observers: list[Callable[[Settings], None]] = attrs.field(factory=list, init=False)
    """Who is told of the settings in force, each time that they have changed."""

    trouble_observers: list[Callable[[tuple[str, ...]], None]] = attrs.field(
        factory=list, init=False
    )
    """Who is told of :attr:`problems`, each time that they have changed: empty when all is good."""

    _log = Logger()
    _open: bool = attrs.field(default=False, init=False)
    _source: Path | None = attrs.field(default=None, init=False)
    _taken_over: Mapping[str, Any] = attrs.field(factory=dict, init=False, repr=False)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files to watch."""
        return (self.path,) if self._former is None else (self.path, self._former)

    def load(self) -> None:
        """Read the file again. What is wrong with it is logged once, not at every look."""
        before, troubled = self.settings, self.problems
        self._say(self._look())
        if self.settings != before:
            self._tell(self.observers, self.settings)
        if self.problems != troubled:
            self._tell(self.trouble_observers, self.problems)

    async def save(self, changes: Mapping[str, Any]) -> None:
        """Make *changes* to the file, as :func:`save` does, and put them in force."""
        await self._in_thread(save, self.path, changes, self._taken_over)
        self.load()

    def _look(self) -> tuple[str, ...]:
        """Put in force what is there; what is wrong with it."""
        instead = "the last good settings stay" if self._source else "the defaults count"
        try:
            self.settings, problems = read_settings(self._read())
            return problems
        except FileNotFoundError:
            return ("the file is gone; the last settings stay",) if self._source else ()
        except SettingsUnreadable as e:
            return (f"{e}; {instead}",)
        except OSError as e:
            return (f"it cannot be read ({e.strerror}); {instead}",)

    def _read(self) -> Mapping[str, Any]:
        """
        What the file says, or that of a former version while there was no other.

        :raises SettingsUnreadable: it cannot be understood.
        :raises OSError: it is not there, or cannot be read.
        """
        try:
            found = parse(read_plain(self.path, FILE_LIMIT))
        except FileNotFoundError:
            if self._former is None or self._source == self.path:
                raise
            return self._inherited(self._former)
        self._source, self._taken_over = self.path, {}
        self._look_after("apiKey" in found)
        return found

    def _look_after(self, has_key: bool) -> None:
        """Say once that a key lies open."""
        open_before, self._open = self._open, has_key and not is_private(self.path)
        if self._open and not open_before:
            self._log.warn(
                "{path} holds a key, and others on this machine can read it; its mode should be"
                " 600",
                path=str(self.path),
            )

    def _inherited(self, former: Path) -> Mapping[str, Any]:
        found = read_former(former)
        if self._source != former:
            self._log.info(
                "the settings in {former} count, all but a key, until there is {path}",
                former=str(former),
                path=str(self.path),
            )
        names = {json_name(field.name) for field in attrs.fields(Settings)} - {"apiKey"}
        self._taken_over = {name: found[name] for name in names & found.keys()}
        self._source = former
        return self._taken_over

    def _say(self, problems: tuple[str, ...]) -> None:
        before, self.problems = self.problems, problems
        for problem in problems:
            if problem not in before:
                self._log.warn("{path}: {problem}", path=str(self.path), problem=problem)
        if before and not problems:
            self._log.info("{path} is good again", path=str(self.path))

    def _tell(self, observers: Iterable[Callable[[Any], None]], news: Any) -> None:
        for observer in tuple(observers):
            try:
                observer(news)
            except Exception:
                # The settings count, whatever becomes of the news.
                self._log.failure("a change of the settings could not be followed", quiet())
