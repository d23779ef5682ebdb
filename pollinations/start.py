"""
What a proxy is started with: command line, then environment, then settings file, then default.

The rule of this file: these are merged here and nowhere else. What was said stays said; where
nothing was, the setting counts, and it counts as it changes, all but the port.
"""

import re
from collections.abc import Mapping
from typing import Any, Self

import attrs

from .errors import PollinationsError
from .files import expanded
from .routing.route import ENTER, FREE
from .settings.file import SettingsFile
from .settings.former import former_path
from .settings.home import Home, user_folder
from .settings.reading import json_name, read_settings

ENVIRONMENT: Mapping[str, str] = {
    "config": "POLLINATIONS_CONFIG",
    "port": "POLLINATIONS_PORT",
    "free_url": "POLLINATIONS_FREE_URL",
    "enter_url": "POLLINATIONS_ENTER_URL",
    "signatures": "POLLINATIONS_SIGNATURES",
    "refresh": "",
    "workers": "POLLINATIONS_WORKERS",
}
"""Option to the environment's name for it; empty where it has none."""

LISTEN = "tcp:{port}:interface=127.0.0.1:backlog=1024"
"""Where it listens unless that is said. Of many clients that come at once, those beyond the 50 that
Twisted lets wait would try again a second later."""


class WrongStart(PollinationsError):
    """What was said on the command line or in the environment cannot be. Says why."""


@attrs.frozen
class Start:
    """
    What a proxy is started with.

    :param home: the folder that everything is kept in.
    :param file: the settings, read.
    :param listen: endpoint strings.
    :param said: what the command line or the environment said instead of settings, by field.
    :param demo: whether the bundled imitation stands in for both upstreams.
    """

    home: Home
    file: SettingsFile
    listen: tuple[str, ...]
    said: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    demo: bool = False

    @property
    def free_url(self) -> str:
        """The base of the free upstream at the moment, without a slash at its end."""
        base: str = self._in_force("free_url")
        return base.rstrip("/")

    @property
    def enter_url(self) -> str:
        """The same of the enter upstream."""
        base: str = self._in_force("enter_url")
        return base.rstrip("/")

    @property
    def upstreams(self) -> Mapping[str, str]:
        """Universe to the base of its upstream at the moment."""
        return {FREE: self.free_url, ENTER: self.enter_url}

    @property
    def port(self) -> int:
        """The first TCP port of *listen*; 0 where that says none, or lets the system choose."""
        said = (re.match(r"(?:tcp:)?([0-9]+)(?::|$)", each) for each in self.listen)
        return next((int(found[1]) for found in said if found), 0)

    @property
    def signatures(self) -> str:
        """Where signatures are kept at the moment, as a URI."""
        return self._in_force("signatures") or f"file:{self.home.signatures}"

    @property
    def workers(self) -> int:
        """How many processes serve; a demonstration is one."""
        count: int = 1 if self.demo else self._in_force("workers")
        return count

    @property
    def refresh(self) -> float:
        """Seconds between two looks at the quota, at the moment."""
        seconds: float = self._in_force("refresh")
        return seconds

    def _agree(self) -> None:
        """:raises WrongStart: some of this does not go with the rest."""
        if self.demo and self.said.get("workers", 1) > 1:
            raise WrongStart("a demonstration is one process: leave --workers out, or --demo")

    def _in_force(self, name: str) -> Any:
        """What was said, else the setting, which may change while we run."""
        return self.said.get(name, getattr(self.file.settings, name))

    @classmethod
    def of(
        cls,
        options: Mapping[str, str | None],
        environ: Mapping[str, str],
        listen: tuple[str, ...] = (),
        demo: bool = False,
    ) -> Self:
        """
        Merge all that was said.

        :param options: what the command line said, by option; ``None`` where it said nothing.
        :raises WrongStart: some of it cannot be.
        """
        said = {
            name: options.get(name) or environ.get(env) or None for name, env in ENVIRONMENT.items()
        }
        home = Home.of(environ)
        config = said.pop("config")
        file = _settings_file(config, home, environ)
        file.load()
        read = _read(said)
        port = read.pop("port", file.settings.port)
        start = cls(home, file, listen or (LISTEN.format(port=port),), read, demo)
        start._agree()
        return start


def _settings_file(config: str | None, home: Home, environ: Mapping[str, str]) -> SettingsFile:
    """The file that was named, else that of the home folder, with what went before it."""
    if config:
        return SettingsFile(expanded(config).absolute())
    return SettingsFile(home.config, former=former_path(user_folder(environ)))


def _read(said: Mapping[str, str | None]) -> dict[str, Any]:
    """What was said, as values of the settings that it stands for."""
    given = {name: _number(text) for name, text in said.items() if text is not None}
    settings, problems = read_settings({json_name(name): value for name, value in given.items()})
    if problems:
        raise WrongStart("; ".join(problems))
    return {name: getattr(settings, name) for name in given}


def _number(text: str) -> Any:
    """*text* as the number that it is, or as it is."""
    if re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?[0-9]*\.[0-9]+", text) else text
