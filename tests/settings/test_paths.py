"""Every setting has a path."""

import orjson
import pytest

from pollinations.settings.paths import PATHS, change_at, value_at
from pollinations.settings.reading import read_settings
from pollinations.settings.schema import Gui, Settings


def test_a_path_leads_to_one_value() -> None:
    """By the names that its file has for it."""
    settings = Settings(gui=Gui(status="all"), api_key="sk_x")
    assert value_at(settings, "gui.status") == "all"
    assert value_at(settings, "apiKey") == "sk_x"
    assert "gui" not in PATHS


def test_what_stands_at_a_path_is_described_where_it_is() -> None:
    assert PATHS["gui.status"].section is Gui
    assert PATHS["timeouts.firstByte"].names == ("timeouts", "first_byte")


@pytest.mark.parametrize("path", PATHS)
def test_a_change_sets_its_setting(path: str) -> None:
    """To what it is by default, all stays as it is."""
    change = orjson.loads(orjson.dumps(change_at(path, value_at(Settings(), path))))
    assert read_settings(change) == (Settings(), ())
