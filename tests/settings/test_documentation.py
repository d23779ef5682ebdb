"""``docs/settings.rst`` describes the settings that there are."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import orjson
import pytest

from pollinations.settings.reading import json_name, read_settings
from pollinations.settings.schema import Settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.rst"
ROW = re.compile(r"^   \* - ``(\S+)``\n     - (.+)\n     - ``(.+)``\n     - .", re.MULTILINE)


def defaults(section: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Each setting's path and default."""
    for field in attrs.fields(type(section)):
        value, path = getattr(section, field.name), before + json_name(field.name)
        if attrs.has(type(value)):
            yield from defaults(value, f"{path}.")
        else:
            yield path, value


def wrong(path: str) -> dict[str, Any]:
    """JSON with something at *path* that belongs nowhere."""
    value: Any = {"no": "setting"}
    for name in reversed(path.split(".")):
        value = {name: value}
    return value  # type: ignore[no-any-return]


ROWS = {path: (words, default) for path, words, default in ROW.findall(DOCUMENT.read_text("utf-8"))}


def test_all_settings_are_described_and_no_others() -> None:
    assert set(ROWS) == {path for path, _ in defaults(Settings())}


@pytest.mark.parametrize(("path", "default"), list(defaults(Settings())))
def test_the_description_is_what_the_code_does(path: str, default: Any) -> None:
    _, problems = read_settings(wrong(path))
    words, written = ROWS[path]
    assert problems == (f"{path} must be {words}",)
    assert orjson.loads(written) == orjson.loads(orjson.dumps(default))
