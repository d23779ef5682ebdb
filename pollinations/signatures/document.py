"""
The file that a :class:`~pollinations.signatures.file.FileSignatureStore` keeps.

One JSON object: ``version``, which is 1, and ``entries``, which maps keys to what is remembered,
the least recently used first. Several processes share it, so it is only ever changed whole, and
under a lock. These functions wait for the disk.
"""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

import attrs
import orjson

from ..files import locked, read_plain, write_whole
from .entries import Entries, merged

VERSION = 1

SIZE_LIMIT = 64 * 1024 * 1024
"""The most bytes that are read. A store writes far less."""

Stamp = tuple[int, int, int]
"""Tells one content of a file from another without reading it: inode, time, size."""


@attrs.frozen
class Document:
    """
    What the file was found, or made, to hold.

    :param entries: the least recently used first.
    :param stamp: of the file with this content; ``None`` when there is none.
    :param set_aside: where a file that could not be understood was moved to.
    """

    entries: Mapping[str, str] = attrs.field(repr=False)
    stamp: Stamp | None
    set_aside: Path | None = None


@attrs.frozen
class Change:
    """What one process wants to add: see :func:`~pollinations.signatures.entries.merged`."""

    ours: Mapping[str, str] = attrs.field(repr=False)
    used: Collection[str] = attrs.field(repr=False)
    new: Mapping[str, str] = attrs.field(repr=False)


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of the file at *path*, or ``None`` when there is none to be seen."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def load(path: Path, aside: Path) -> Document:
    """
    Read the file.

    :param aside: where to move it to when it cannot be understood.
    :raises OSError: the disk does not let us.
    """
    try:
        return _read(path)
    except ValueError:
        # Another process may have mended it meanwhile.
        with locked(path):
            return _read_or_set_aside(path, aside)


def add(path: Path, change: Change, bounds: Entries, aside: Path) -> Document:
    """
    Bring what the file holds and what we hold together, in the file.

    :param bounds: an empty mapping that has the bounds which the file shall have.
    :param aside: where to move it to when it cannot be understood.
    :raises OSError: the disk does not let us; the file is as it was.
    """
    with locked(path):
        found = _read_or_set_aside(path, aside)
        bounds.put(merged(change.ours, found.entries, change.used, change.new))
        entries = bounds.all()
        write_whole(path, orjson.dumps({"version": VERSION, "entries": entries}) + b"\n")
        return Document(entries, stamp_of(path), found.set_aside)


def _read(path: Path) -> Document:
    # Before it is read: if it is replaced meanwhile, it is read once more.
    stamp = stamp_of(path)
    try:
        return Document(_entries(read_plain(path, SIZE_LIMIT)), stamp)
    except FileNotFoundError:
        return Document({}, None)


def _read_or_set_aside(path: Path, aside: Path) -> Document:
    try:
        return _read(path)
    except ValueError:
        os.replace(path, aside)
        return Document({}, None, aside)


def _entries(data: bytes) -> Mapping[str, str]:
    document = orjson.loads(data)
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise ValueError(f"not a document of version {VERSION}")
    entries = document.get("entries")
    if not isinstance(entries, dict):
        raise ValueError("no entries")
    return {key: value for key, value in entries.items() if isinstance(value, str)}
