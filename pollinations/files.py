"""
State files that several processes share: written whole or not at all, and never for other eyes.

These functions wait for the disk; inside a reactor they belong in a thread.
"""

import errno
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from tempfile import NamedTemporaryFile

LOCK_PATIENCE = 30.0
"""Seconds to wait for others that hold a lock; each needs a few milliseconds, so that a thousand of
them are through by then."""

LEFT_BEHIND = 60.0
"""Seconds after which a temporary file is one that a killed writer left; writing takes far less."""

_SUFFIX = ".tmp"

NOWHERE = Path("/nonexistent")
"""The folder of a user who has none, by the name that systems give to it: nothing is found there,
and nobody but root can make it."""


def expanded(path: str) -> Path:
    """*path* with a user's folder for a leading ``~``; :data:`NOWHERE` if there is none."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return NOWHERE.joinpath(*Path(path).parts[1:])


def make_private_folder(path: Path) -> None:
    """Make the folder *path* with mode 0700, unless it is there."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def read_plain(path: Path, limit: int | None = None) -> bytes:
    """
    What is in *path*, without waiting for whoever may be at the other end of a pipe.

    :param limit: the most bytes that it may have.
    :raises OSError: it cannot be read, is not a plain file or is too large; ``strerror``
        says which.
    """
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is not a plain file", str(path))
    if limit is not None and found.st_size > limit:
        raise _too_large(path, limit)
    with path.open("rb") as file:
        # What grows meanwhile, or does not tell its size, is bounded too.
        data = file.read(-1 if limit is None else limit + 1)
    if limit is not None and len(data) > limit:
        raise _too_large(path, limit)
    return data


def is_private(path: Path) -> bool:
    """
    Whether nobody but their owner can read the file *path*, by its own mode or by its folder's.

    :raises OSError: it is not there.
    """
    path = _followed(path)
    return not (path.stat().st_mode & 0o044 and path.parent.stat().st_mode & 0o011)


def _too_large(path: Path, limit: int) -> OSError:
    return OSError(errno.EFBIG, f"it is larger than {limit} bytes", str(path))


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """
    Put *data* into *path* so that a reader, or a crash, finds the old content or the new.

    A symbolic link is followed, so that it stays one.

    :param mode: the file's mode afterwards.
    :raises OSError: the disk does not let us; the old file is untouched.
    """
    path = _followed(path)
    make_private_folder(path.parent)
    _clean_up(path)
    prefix = f".{path.name}."
    with NamedTemporaryFile(
        dir=path.parent, prefix=prefix, suffix=_SUFFIX, delete=False
    ) as temporary:
        try:
            temporary.write(data)
            temporary.flush()
            os.fchmod(temporary.fileno(), mode)
            os.fsync(temporary.fileno())
            os.replace(temporary.name, path)
        except OSError:
            with suppress(OSError):
                os.unlink(temporary.name)
            raise


def _clean_up(path: Path) -> None:
    """Take away what writers of *path* that were killed have left."""
    for left in path.parent.glob(f".{escape(path.name)}.????????{_SUFFIX}"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_BEHIND:
                left.unlink()


def _followed(path: Path) -> Path:
    """Where *path* leads, through symbolic links; links in a circle fail when they are opened."""
    return Path(os.path.realpath(path))


@contextmanager
def locked(path: Path, patience: float = LOCK_PATIENCE) -> Iterator[None]:
    """
    Keep other processes from changing *path* meanwhile, by a lock file beside it.

    The system drops the lock of a process that dies.

    :param patience: seconds to wait for others.
    :raises TimeoutError: another process has held the lock for too long.
    """
    path = _followed(path)
    make_private_folder(path.parent)
    lock = os.open(path.parent / f".{path.name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _acquire(lock, time.monotonic() + patience)
        yield
    finally:
        os.close(lock)


def _acquire(lock: int, deadline: float) -> None:
    pause = 0.0
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError("another process holds the lock") from None
            # The more often it was in vain, the more others must be waiting.
            pause = min(pause + 0.005, 0.25)
            time.sleep(pause)


def change(
    path: Path,
    changed: Callable[[bytes | None], bytes],
    limit: int | None = None,
    patience: float = LOCK_PATIENCE,
) -> None:
    """
    Read, change and write *path* as one step that no other process can come between.

    :param changed: is given the content, or ``None`` when there is no file, and gives the new one.
        What it raises leaves the file as it was.
    :param limit: the most bytes that the file may have to be read.
    :param patience: seconds to wait for others.
    :raises OSError: the disk does not let us, or the lock was not to be had.
    """
    with locked(path, patience):
        try:
            old: bytes | None = read_plain(path, limit)
        except FileNotFoundError:
            old = None
        new = changed(old)
        if new != old:
            write_whole(path, new)
