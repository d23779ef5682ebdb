"""
A tool's parameters, as the model's dialect of JSON Schema accepts them.

Only schemas are touched: a property may be called ``title`` or ``$ref``, and what stands in
``default``, ``example``, ``enum`` or ``const`` is data.
"""

from collections.abc import Mapping
from typing import Any

from .dialects import Dialect
from .translation.translation import translated


def sanitized(parameters: Any, dialect: Dialect) -> Mapping[str, Any]:
    """
    The parameters of one tool as *dialect* accepts them.

    :param parameters: JSON Schema; anything that is not an object is read as no parameters.
    :returns: *parameters* itself when nothing had to change; else a copy, which may share parts
        with it and with what other calls return, so nobody is to change it in place.
    """
    return translated(parameters if isinstance(parameters, dict) else {}, dialect)
