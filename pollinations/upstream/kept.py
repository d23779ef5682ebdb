"""The lists of models that a proxy read last, as they are kept on disk."""

from pathlib import Path

from ..files import read_plain
from ..routing.catalogue import Catalogue

LIMIT = 32 * 1024 * 1024
"""The most bytes that the file may have."""


def kept(path: Path) -> Catalogue:
    """
    What is kept in *path*. Nothing of Twisted is loaded for that: a shell that completes a name
    cannot wait.

    :raises OSError: it is not there, or cannot be read.
    :raises ValueError: it cannot be understood.
    """
    return Catalogue.from_json(read_plain(path, LIMIT))
