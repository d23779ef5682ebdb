"""
How the value of one keyword is read: the value itself, another that means the same, or nothing.

A reader is given any JSON at all, and returns the very same object when it will do.
"""

from collections.abc import Callable
from typing import Any, Final

import orjson

DROPPED: Final = object()
"""What a reader returns for a value that says nothing the dialect could understand."""

Reader = Callable[[Any], Any]

SAFE_INTEGER = 2**53 - 1
"""Up to here every number is exact wherever it is read."""

DATA_LIMIT = 4096
"""The most characters of JSON that a default or an example may have."""

NESTING_LIMIT = 64
"""The most brackets they may have, so that they cannot be nested deeper than that."""


def text(value: Any) -> Any:
    """A string."""
    return value if isinstance(value, str) else DROPPED


def flag(value: Any) -> Any:
    """``true`` or ``false``."""
    return value if isinstance(value, bool) else DROPPED


def is_number(value: Any) -> bool:
    """Whether *value* is a JSON number: Python's booleans are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(value: Any) -> Any:
    """A number."""
    return value if is_number(value) else DROPPED


def count(value: Any) -> Any:
    """A whole number that is not negative, however it was written (``3.0``)."""
    if not is_number(value) or not 0 <= value <= SAFE_INTEGER or value != value // 1:
        return DROPPED
    return value if isinstance(value, int) else int(value)


def names(value: Any) -> Any:
    """A list of strings; whatever else is in it is left out."""
    if not isinstance(value, list):
        return DROPPED
    found = [name for name in value if isinstance(name, str)]
    return value if len(found) == len(value) else found


def data(value: Any) -> Any:
    """Any JSON that is not too long."""
    if not isinstance(value, dict | list | str):
        return value
    json = as_json(value)
    short = 0 < len(json) <= DATA_LIMIT
    flat = json.count(b"[") + json.count(b"{") <= NESTING_LIMIT
    return value if short and flat else DROPPED


def text_data(value: Any) -> Any:
    """What stands for a string: numbers and booleans are spelled as in JSON."""
    if isinstance(value, str):
        return data(value)
    return spelled(value) or DROPPED


def spelled(value: Any) -> str:
    """A string, number or boolean as a string; empty for anything else."""
    if isinstance(value, str):
        return value
    return as_json(value).decode() if isinstance(value, int | float) else ""


def schemas(value: Any) -> Any:
    """What holds schemas: those are translated, and not read here."""
    return value


def one_of(*words: str) -> Reader:
    """A reader of strings that are among *words*."""
    known = frozenset(words)
    return lambda value: value if isinstance(value, str) and value in known else DROPPED


def as_json(value: Any) -> bytes:
    """*value* as JSON, fields sorted; nothing when it is nested deeper than orjson writes."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return b""
