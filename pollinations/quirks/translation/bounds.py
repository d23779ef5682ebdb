"""Bounds that exclude themselves, as bounds that do not."""

from collections.abc import Callable
from math import floor
from typing import Any

from .keywords import SAFE_INTEGER, is_number
from .nodes import without
from .subschemas import Schema


def bounded(schema: Schema) -> Schema:
    """Exclusive bounds, of either draft's form, as bounds; exactly so for integers."""
    for exclusive, inclusive, choose, step in _BOUNDS:
        if exclusive in schema:
            schema = _bounded(schema, exclusive, inclusive, choose, step)
    return schema


def _bounded(
    schema: Schema, exclusive: str, inclusive: str, choose: Callable[[list[Any]], Any], step: int
) -> Schema:
    value, limits = schema[exclusive], []
    made = without(schema, exclusive, inclusive)
    if is_number(schema.get(inclusive)):
        limits.append(schema[inclusive])
    if value is True and limits:
        value = limits.pop()
    if is_number(value):
        whole = schema.get("type") == "integer" and abs(value) <= SAFE_INTEGER
        limits.append(_next(value, step) if whole else value)
    return {**made, inclusive: choose(limits)} if limits else made


def _next(value: float, step: int) -> int:
    """The integer next to *value*, above it (*step* 1) or below it (-1)."""
    return step * (floor(step * value) + 1)


_BOUNDS = (
    ("exclusiveMinimum", "minimum", max, 1),
    ("exclusiveMaximum", "maximum", min, -1),
)
