"""
The key for the ``enter`` universe: where it may be, and which one counts.

The rule of this file: a key stays where it was put; nothing here writes.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs
from twisted.logger import Logger

from ..files import read_plain
from . import jsonc
from .document import FILE_LIMIT
from .home import TOKEN_PREFIX, user_folder
from .schema import Settings, looks_like_a_key

ENVIRONMENT = "POLLINATIONS_API_KEY"

_ENTRIES = ("pollinations", "pollinations_enter", "pollinations_api_key")
"""What OpenCode's key store may call the entry, the first that is found wins."""

_PROVIDERS = ("pollinations", "pollinations_enter")


@attrs.frozen
class Key:
    """
    A key of Pollinations.

    :param value: the key itself, which nothing shows.
    :param source: where it was found, for a person.
    """

    value: str = attrs.field(repr=False)
    source: str

    @property
    def masked(self) -> str:
        """As much of the key as may be shown: ``sk_abc…``."""
        return f"{self.value[:6] if len(self.value) >= 16 else ''}…"


@attrs.frozen
class Places:
    """
    The files of OpenCode in which a key may be.

    :param auth: its key store, ``auth.json``.
    :param configs: its settings; the first one that names a key wins.
    """

    auth: Path
    configs: tuple[Path, ...]

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Places":
        """Where they are for the user whom *environ* describes."""
        home = user_folder(environ)
        data = _folder(environ, "XDG_DATA_HOME", home / ".local" / "share") / "opencode"
        config = _folder(environ, "XDG_CONFIG_HOME", home / ".config") / "opencode"
        # OpenCode reads both; where they differ, it goes by the first of these.
        return cls(data / "auth.json", (config / "opencode.jsonc", config / "opencode.json"))


@attrs.define(eq=False, slots=False)
class Keys:
    """
    The key in force, and where it comes from.

    The first that is found wins: the environment, OpenCode's key store, our settings, OpenCode's
    settings. A :class:`~pollinations.settings.watch.FileWatch` on *paths* that calls :meth:`load`
    makes a key count that appears while we run.

    :param settings: gives the settings in force.
    :param environ: the environment, in which a key may be.
    """

    _settings: Callable[[], Settings] = attrs.field(repr=False)
    _environ: Mapping[str, str] = attrs.field(repr=False)
    _places: Places
    _stored: Key | None = attrs.field(default=None, init=False)
    _configured: Key | None = attrs.field(default=None, init=False)
    _given: Key | None = attrs.field(init=False)
    """What the environment holds, which stays as it was; each request asks ten times."""

    _troubles: dict[str, str] = attrs.field(factory=dict, init=False)

    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._given = _key(self._environ.get(ENVIRONMENT), ENVIRONMENT)

    @classmethod
    def read(cls, environ: Mapping[str, str], settings: Callable[[], Settings]) -> "Keys":
        """What there is for the user whom *environ* describes, as it is now."""
        keys = cls(settings, environ, Places.of(environ))
        keys.load()
        return keys

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files to watch."""
        return (self._places.auth, *self._places.configs)

    @property
    def latest(self) -> Key | None:
        """The key in force; ``None`` when there is none."""
        return (
            self._given
            or self._stored
            or _key(self._settings().api_key, "config.json")
            or self._configured
        )

    def value(self) -> str | None:
        """The key itself; ``None`` when there is none."""
        key = self.latest
        return None if key is None else key.value

    def load(self) -> None:
        """Read OpenCode's files again. A place that should hold a key and cannot is named once."""
        given = self._environ.get(ENVIRONMENT, "").strip()
        self._say(ENVIRONMENT, "" if not given or usable(given) else "what it holds is no key")
        auth = self._places.auth
        self._stored = _key(in_auth(self._read(auth)), str(auth))
        found = (_key(in_opencode(self._read(path)), str(path)) for path in self._places.configs)
        self._configured = next(filter(None, found), None)

    def _read(self, path: Path) -> Any:
        try:
            found, trouble = jsonc.loads(read_plain(path, FILE_LIMIT)), ""
        except FileNotFoundError:
            found, trouble = None, ""
        except OSError as e:
            found, trouble = None, e.strerror or type(e).__name__
        except ValueError as e:
            found, trouble = None, str(e)
        self._say(str(path), trouble)
        return found

    def _say(self, place: str, trouble: str) -> None:
        """Name what is wrong with a place, once."""
        before, self._troubles[place] = self._troubles.get(place, ""), trouble
        if trouble and trouble != before:
            self._log.warn("no key from {place}: {trouble}", place=place, trouble=trouble)


def in_auth(data: Any) -> Any:
    """What OpenCode's key store holds for us: objects with a ``key``, or bare strings."""
    for name in _ENTRIES:
        entry = _get(data, name)
        found = entry if isinstance(entry, str) else _get(entry, "key")
        if usable(found):
            return found
    return None


def in_opencode(data: Any) -> Any:
    """What OpenCode's settings hold for us: ``provider.pollinations.options.apiKey``."""
    for name in _PROVIDERS:
        found = _get(data, "provider", name, "options", "apiKey")
        if usable(found):
            return found
    return None


def usable(value: Any) -> bool:
    """
    Whether *value* can be a key, apart from space around it.

    Placeholders (``dummy``, ``{env:NAME}``, ``{file:…}``) and tokens of our own door cannot.
    """
    key = value.strip() if isinstance(value, str) else ""
    if not looks_like_a_key(key) or key == "dummy":
        return False
    return not key.startswith(("{env:", "{file:", TOKEN_PREFIX))


def _key(value: Any, source: str) -> Key | None:
    return Key(value.strip(), source) if usable(value) else None


def _get(data: Any, *names: str) -> Any:
    for name in names:
        if not isinstance(data, dict):
            return None
        data = data.get(name)
    return data


def _folder(environ: Mapping[str, str], name: str, default: Path) -> Path:
    """A folder of the XDG base directory specification, by which relative paths do not count."""
    named = Path(environ.get(name, ""))
    return named if named.is_absolute() else default
