"""
A tool's parameters, as the model's dialect of JSON Schema accepts them.

Only schemas are touched: a property may be called ``title`` or ``$ref``, and what stands in
``default``, ``example``, ``enum`` or ``const`` is data.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import orjson

from .dialects import Dialect
from .translation.cache import Cache
from .translation.translation import translated

_UNCHANGED: Final = object()

_LATELY = Cache(entries=2048, size=4 * 1024 * 1024)


def sanitized(parameters: Any, dialect: Dialect) -> Mapping[str, Any]:
    """
    The parameters of one tool as *dialect* accepts them.

    Linear in the size of *parameters* when they are new, and little more than writing them as JSON
    when they were here lately.

    :param parameters: JSON Schema; anything that is not an object is read as no parameters.
    :returns: *parameters* itself when nothing had to change; else a copy, which may share parts
        with it and with what other calls return, so nobody is to change either in place.
    """
    root = parameters if isinstance(parameters, dict) else {}
    try:
        json = orjson.dumps(root)
    except TypeError:  # Nested deeper than orjson writes.
        return translated(root, dialect)
    found = _LATELY.get((dialect, json))
    if found is None:
        found = translated(root, dialect)
        found = _UNCHANGED if found is root else found
        _keep(found, dialect, json)
    return root if found is _UNCHANGED else found


def _keep(found: Any, dialect: Dialect, json: bytes) -> None:
    with suppress(TypeError):  # As above.
        size = 0 if found is _UNCHANGED else len(orjson.dumps(found))
        _LATELY.put((dialect, json), found, len(json) + size)
