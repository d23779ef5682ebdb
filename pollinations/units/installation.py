"""What a service starts, and with what."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

import attrs

from ..errors import PollinationsError
from ..files import expanded
from ..settings.schema import Settings
from ..start import Start

PORT: Final = Settings().port
"""Where a service listens when the settings let the system choose: clients must find it."""

PASSED_ON: Final = ("POLLINATIONS_HOME", "POLLINATIONS_CONFIG")
"""What a service is told of the environment in which it is installed. Units are for anybody to
read, so no secret is among it."""


class NotInstallable(PollinationsError):
    """There is nothing that a service could start."""


@attrs.frozen
class Installation:
    """
    What a service starts.

    :param twist: the command, an absolute path.
    :param home: the folder that everything is kept in.
    :param port: where it listens, on 127.0.0.1.
    :param drain: seconds that live answers have when it is stopped.
    :param environ: what it is told, by name.
    """

    twist: Path
    home: Path
    port: int = PORT
    drain: float = 30.0
    environ: Mapping[str, str] = attrs.field(factory=dict)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        """
        This installation, as its settings are now.

        :raises WrongStart: they cannot be.
        :raises NotInstallable: the command that starts a proxy is not where it belongs.
        """
        twist = Path(sys.executable).with_name("twist").absolute()
        if not twist.exists():
            raise NotInstallable(f"{twist} is missing; install this package in an environment.")
        start = Start.of({}, environ)
        named = {name: environ[name] for name in PASSED_ON if environ.get(name)}
        said = {name: str(expanded(path).absolute()) for name, path in named.items()}
        return cls(
            twist, start.home.path, start.port or PORT, start.file.settings.listener.drain, said
        )
