"""The local token in force, without which nobody comes in once there is one."""

from pathlib import Path

import attrs
from twisted.logger import Logger

from ..settings.home import read_token


@attrs.define(eq=False, slots=False)
class Token:
    """
    Follows the file that the token is kept in.

    A token that is made anew counts at once, and the former no longer does. One whose file goes, or
    cannot be read, stays in force: a door that was locked does not open by itself.

    :param path: the file, which need not exist.
    :raises OSError: it is there and cannot be read.
    :raises ValueError: it is there and holds no token.
    """

    path: Path
    latest: str | None = attrs.field(init=False, repr=False)

    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self.latest = read_token(self.path)

    def load(self) -> None:
        """Read the file again."""
        try:
            self.latest = read_token(self.path) or self.latest
        except (OSError, ValueError) as e:
            self._log.warn("the former token stays in force: {error}", error=e)
