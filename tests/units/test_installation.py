"""A service is told where everything is kept, wherever it was installed from."""

from pathlib import Path

import pytest

from pollinations.files import NOWHERE
from pollinations.settings.schema import Settings
from pollinations.units.installation import Installation

NOBODY = "~nobody of this name/kept"


def test_paths_are_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A service starts in another folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    said = {"POLLINATIONS_HOME": "~/kept", "POLLINATIONS_CONFIG": "config.json"}
    found = Installation.of(said)
    assert found.environ == {
        "POLLINATIONS_HOME": str(tmp_path / "kept"),
        "POLLINATIONS_CONFIG": str(Path("config.json").absolute()),
    }
    assert found.home == tmp_path / "kept"


def test_a_user_without_a_home_has_nothing_there() -> None:
    """As everywhere else; nobody is shown a traceback."""
    found = Installation.of({"POLLINATIONS_HOME": NOBODY})
    assert found.home == NOWHERE / "kept"
    assert found.environ == {"POLLINATIONS_HOME": str(NOWHERE / "kept")}


@pytest.mark.parametrize(("port", "listens"), [("8000", 8000), ("0", Settings().port)])
def test_its_port_is_one_that_clients_know(port: str, listens: int, tmp_path: Path) -> None:
    """Not one that the system chooses at each start."""
    found = Installation.of({"POLLINATIONS_HOME": str(tmp_path), "POLLINATIONS_PORT": port})
    assert found.port == listens
