"""What is read out of requests."""

from typing import Any

import orjson

from ..errors import InvalidRequest


def taken(request: Any) -> bytes:
    """The body of *request*, which it need not keep as long as its answer takes."""
    body: bytes = request.content.read()
    request.content.truncate(0)
    return body


def base_url(request: Any) -> str:
    """Where the client of *request* has found the API."""
    host = (request.getHeader(b"host") or b"").decode("latin-1")
    return f"{'https' if request.isSecure() else 'http'}://{host}/v1"


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
