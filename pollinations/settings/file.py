"""The file that the settings are kept in: read with care, changed without loss."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs
import orjson
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from ..errors import PollinationsError
from ..files import change, read_plain
from .reading import merged, read_settings
from .schema import Settings

FILE_LIMIT = 1024 * 1024
"""The most bytes that a file of settings may have."""

BOM = b"\xef\xbb\xbf"


@attrs.frozen
class SettingsUnreadable(PollinationsError):
    """The file cannot be understood, so it is not changed either. Says why, and nothing of it."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@attrs.frozen
class WrongSettings(PollinationsError):
    """What was to be set is not a value that the setting can have."""

    problems: tuple[str, ...]

    def __str__(self) -> str:
        return "; ".join(self.problems)


def parse(data: bytes) -> Mapping[str, Any]:
    """
    What a file of settings holds.

    :raises SettingsUnreadable: it is not a JSON object.
    """
    if not data.strip():
        raise SettingsUnreadable("it is empty")
    try:
        found = orjson.loads(data.removeprefix(BOM))
    except orjson.JSONDecodeError as e:
        # The rest of the parser's message may quote the file.
        raise SettingsUnreadable(f"no JSON from line {e.lineno}, column {e.colno}") from None
    if not isinstance(found, dict):
        raise SettingsUnreadable("it does not hold a JSON object")
    return found


def save(path: Path, changes: Mapping[str, Any]) -> None:
    """
    Make *changes* to the settings in *path*, whatever other processes do to it meanwhile.

    All else in the file stays, unknown names included. This waits for the disk.

    :param changes: by their names in JSON, at any depth: ``{"gui": {"logs": "error"}}``; ``None``
        takes a setting out of the file, so that its default counts.
    :raises WrongSettings: a value is not one that its setting can have; the file is as it was.
    :raises SettingsUnreadable: the file cannot be understood; it is as it was.
    :raises OSError: the disk does not let us; the file is as it was.
    """
    _, problems = read_settings(merged({}, changes))
    if problems:
        raise WrongSettings(problems)

    def changed(old: bytes | None) -> bytes:
        new = merged(parse(old) if old is not None else {}, changes)
        return orjson.dumps(new, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    change(path, changed, FILE_LIMIT)


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
    """

    path: Path
    _in_thread: Callable[..., Awaitable[Any]] = deferToThread

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
    _found: bool = attrs.field(default=False, init=False)

    def load(self) -> None:
        """Read the file again. What is wrong with it is logged once, not at every look."""
        before, troubled = self.settings, self.problems
        try:
            self.settings, problems = read_settings(parse(read_plain(self.path, FILE_LIMIT)))
            self._found = True
        except FileNotFoundError:
            problems = ("the file is gone; the last settings stay",) if self._found else ()
        except SettingsUnreadable as e:
            problems = (f"{e}; {self._instead}",)
        except OSError as e:
            problems = (f"it cannot be read ({e.strerror}); {self._instead}",)
        self._say(problems)
        if self.settings != before:
            self._tell(self.observers, self.settings)
        if self.problems != troubled:
            self._tell(self.trouble_observers, self.problems)

    async def save(self, changes: Mapping[str, Any]) -> None:
        """Make *changes* to the file, as :func:`save` does, and put them in force."""
        await self._in_thread(save, self.path, changes)
        self.load()

    @property
    def _instead(self) -> str:
        """What is in force instead of a file that cannot be understood."""
        return "the last good settings stay" if self._found else "the defaults count"

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
                self._log.failure("a change of the settings could not be followed")
