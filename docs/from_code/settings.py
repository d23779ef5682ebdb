"""The settings, as their schema has them."""

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import orjson

from pollinations.commands.setting import Setting
from pollinations.settings.reading import json_name
from pollinations.settings.schema import Settings
from pollinations.start import ENVIRONMENT

from .text import literal, parameters, table

_COLUMNS = ("what it may be; what it is by default", "what it does")


def settings() -> str:
    """Those that nothing but their file says."""
    found = (row for field, row in _rows(Settings()) if field not in ENVIRONMENT)
    return table(("setting", *_COLUMNS), found)


def options() -> str:
    """Those that an option or the environment may say instead."""
    rows = (
        (", ".join((path, *_instead(field))), *rest)
        for field, (path, *rest) in _rows(Settings())
        if field in ENVIRONMENT
    )
    return table(("setting, option, environment", *_COLUMNS), rows)


def _instead(field: str) -> Iterator[str]:
    yield literal(f"--{field.replace('_', '-')}")
    if ENVIRONMENT[field]:
        yield literal(ENVIRONMENT[field])


def _rows(known: Any, before: str = "") -> Iterator[tuple[str, Sequence[str]]]:
    """The field of each setting, and its row."""
    said = parameters(type(known))
    for field in attrs.fields(type(known)):
        path, value = before + json_name(field.name), getattr(known, field.name)
        if attrs.has(type(value)):
            yield from _rows(value, f"{path}.")
        else:
            words, default = Setting(path, path).belongs("en"), orjson.dumps(value).decode()
            yield field.name, (literal(path), f"{words}; {literal(default)}", said[field.name])
