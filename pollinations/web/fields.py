"""What is read out of the bodies of requests that are no chat."""

from typing import Any

import orjson

from ..errors import InvalidRequest


def api_key(body: bytes) -> str:
    """
    The key that somebody wants to be kept.

    :raises InvalidRequest: there is none.
    """
    key = _field(body, "apiKey")
    if not isinstance(key, str):
        raise InvalidRequest("'apiKey' must be a string.", "apiKey")
    if not key.strip():
        raise InvalidRequest("'apiKey' must not be empty.", "apiKey")
    return key.strip()


def words(body: bytes) -> list[str]:
    """
    The words of a command.

    :raises InvalidRequest: there are none.
    """
    found = _field(body, "words")
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise InvalidRequest("'words' must be a list of strings.", "words")
    return found


def _field(body: bytes, name: str) -> Any:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InvalidRequest("The body is not valid JSON.") from None
    return data.get(name) if isinstance(data, dict) else None
