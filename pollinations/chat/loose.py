"""JSON as some upstreams write it: what a strict parser refuses, and a client would break on."""

import json
from math import isfinite
from typing import Any

import orjson


def loads(data: bytes) -> Any:
    """
    Parse JSON that may hold ``NaN``, control characters, half a surrogate pair or invalid UTF-8.

    ``NaN`` and its like become ``None``, and so do numbers that are too large to be anything but
    infinite (``1e999``). Invalid UTF-8 becomes U+FFFD.

    :raises ValueError: it is not JSON even so, or nested too deeply.
    """
    text = data.decode("utf-8", "replace")
    try:
        return json.loads(text, parse_constant=lambda word: None, parse_float=_finite, strict=False)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def dumps(value: Any) -> bytes:
    """
    Write as JSON whatever :func:`loads` and orjson's can read.

    :raises ValueError: it is nested too deeply.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        # Half a surrogate pair, a number of more than 64 bits, more than 254 levels.
        try:
            return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _finite(text: str) -> float | None:
    number = float(text)
    return number if isfinite(number) else None
