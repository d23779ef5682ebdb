"""The settings, as their schema has them."""

from collections.abc import Iterator, Sequence

import orjson

from pollinations.settings.paths import PATHS, value_at
from pollinations.settings.reading import belonging
from pollinations.settings.schema import Settings
from pollinations.start import ENVIRONMENT

from .text import literal, parameters, table

_COLUMNS = ("what it may be; what it is by default", "what it does")


def settings() -> str:
    """Those that nothing but their file says."""
    found = (row for field, row in _rows() if field not in ENVIRONMENT)
    return table(("setting", *_COLUMNS), found)


def options() -> str:
    """Those that an option or the environment may say instead."""
    rows = (
        (", ".join((path, *_instead(field))), *rest)
        for field, (path, *rest) in _rows()
        if field in ENVIRONMENT
    )
    return table(("setting, option, environment", *_COLUMNS), rows)


def _instead(field: str) -> Iterator[str]:
    yield literal(f"--{field.replace('_', '-')}")
    if ENVIRONMENT[field]:
        yield literal(ENVIRONMENT[field])


def _rows() -> Iterator[tuple[str, Sequence[str]]]:
    """The field of each setting, and its row."""
    for path, field in PATHS.items():
        name, default = field.names[-1], orjson.dumps(value_at(Settings(), path)).decode()
        words, does = belonging(field.type), parameters(field.section)[name]
        yield name, (literal(path), f"{words}; {literal(default)}", does)
