"""The text of a file of settings: read strictly, and written so that nothing in it is lost."""

import json
from collections.abc import Mapping
from typing import Any

import orjson

from ..errors import PollinationsError
from .patch import merged

FILE_LIMIT = 1024 * 1024
"""The most bytes that a file of settings may have."""

BOM = b"\xef\xbb\xbf"


class SettingsUnreadable(PollinationsError):
    """The file cannot be understood, so it is not changed either. Says why, and nothing of it."""


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


def rewritten(data: bytes, changes: Mapping[str, Any]) -> bytes:
    """
    The file *data* with *changes* made to it, as :func:`pollinations.settings.patch.merged` does.

    :raises SettingsUnreadable: it is not a JSON object, or one that cannot be written as it was.
    """
    parse(data)
    try:
        # Unlike orjson, this keeps whole numbers of any size, which may be somebody's.
        return written(merged(json.loads(data.removeprefix(BOM)), changes))
    except (ValueError, RecursionError):
        raise SettingsUnreadable("it holds what could not be written again as it is") from None


def written(settings: Mapping[str, Any]) -> bytes:
    """
    *settings* as a file, for people to read.

    :raises ValueError: there is something in them that is no JSON.
    """
    text = json.dumps(settings, indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"
