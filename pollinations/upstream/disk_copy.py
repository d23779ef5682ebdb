"""The catalogue on disk: what a start without network goes by."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import attrs
from twisted.logger import Logger

from ..files import write_whole
from ..routing.catalogue import Catalogue
from .kept import kept


@attrs.define(eq=False, slots=False)
class DiskCopy:
    """
    Keeps a catalogue between runs. What goes wrong is logged, and nobody's failure.

    :param path: the file, or ``None`` to keep nothing.
    :param in_thread: calls a function that waits for the disk.
    """

    _path: Path | None
    _in_thread: Callable[..., Awaitable[Any]]
    _writable: bool = attrs.field(default=True, init=False)

    _log = Logger()

    def load(self) -> Catalogue:
        """What was kept; nothing when there is nothing, or nothing that can be read."""
        if self._path is None:
            return Catalogue()
        try:
            return kept(self._path)
        except FileNotFoundError:
            return Catalogue()
        except (OSError, ValueError) as e:
            self._log.warn("no models from {path}: {error}", path=str(self._path), error=e)
            return Catalogue()

    async def keep(self, catalogue: Catalogue) -> None:
        """Write *catalogue*. A disk that does not take it is named once."""
        if self._path is None:
            return
        try:
            await self._in_thread(write_whole, self._path, catalogue.to_json())
            self._writable = True
        except Exception as e:
            if self._writable:
                self._log.warn("{path} cannot be written: {error}", path=str(self._path), error=e)
            self._writable = False
