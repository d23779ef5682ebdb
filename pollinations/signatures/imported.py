"""What version 3 of the OpenCode plugin remembered, taken over once."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from twisted.logger import Logger

from ..chat.memory import IMPORTED, V3
from ..files import read_plain
from ..interfaces import ISignatureStore

LIMIT = 500
"""The most entries that are taken over, the latest: room is left for what is learned."""

SIZE_LIMIT = 16 * 1024 * 1024
"""The most bytes that are read; the plugin set itself no bound."""

_HASH = re.compile("[0-9a-f]{1,8}")
_log = Logger()


def v3_path(user_folder: Path) -> Path:
    """Where the plugin kept its signatures for the user whose own folder is *user_folder*."""
    return user_folder / ".config" / "opencode" / "pollinations-signature.json"


async def import_v3(store: ISignatureStore, path: Path) -> bool:
    """
    Let *store* remember what the plugin did, unless it was given that before.

    :param path: the plugin's file, which is left as it is; there need not be one.
    :return: whether the store may hold such entries, so that it is worth looking for them
        (:func:`pollinations.chat.memory.keys_of`).
    """
    if await store.get([IMPORTED]):
        return True
    try:
        entries = read_v3(path)
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as e:
        _log.warn("{path} is not imported, it cannot be read: {error}", path=str(path), error=e)
        return False
    await store.put({**entries, IMPORTED: str(path)})
    _log.info("{count} signatures imported from {path}", count=len(entries), path=str(path))
    return True


def read_v3(path: Path) -> Mapping[str, str]:
    """
    The latest entries of the plugin's file, under the keys that they have here.

    :raises OSError: it cannot be read.
    :raises ValueError: it is not what the plugin writes.
    """
    kept = orjson.loads(read_plain(path, SIZE_LIMIT))
    if not isinstance(kept, dict):
        raise ValueError("not a JSON object")
    entries = [(V3 + key, _unescaped(value)) for key, value in kept.items() if _valid(key, value)]
    return dict(entries[-LIMIT:])


def _valid(key: str, value: Any) -> bool:
    return bool(_HASH.fullmatch(key) and isinstance(value, str) and value)


def _unescaped(value: str) -> str:
    # The plugin cut signatures out of JSON texts without reading their escapes.
    if "\\" not in value:
        return value
    try:
        return str(orjson.loads(f'"{value}"'))
    except ValueError:
        return value
