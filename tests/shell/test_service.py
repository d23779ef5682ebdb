"""``pollinations service``, as a person types it."""

import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pollinations.cli import main
from pollinations.shell.work import Work

KEY = "sk_canary0key"

pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="installs systemd's units")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A shell of a user, on a machine without systemd."""
    monkeypatch.setenv("PATH", str(tmp_path))
    environ = {"HOME": str(tmp_path), "POLLINATIONS_API_KEY": KEY}

    def shell(*arguments: str, **more: str) -> Result:
        return CliRunner().invoke(main, arguments, obj=Work({**environ, **more}))

    return shell


def test_printing_writes_nothing(shell: Any, tmp_path: Path) -> None:
    done = shell("service", "install", "--print")
    assert done.exit_code == 0
    assert "ListenStream=127.0.0.1:10001" in done.output
    assert str(Path(sys.executable).with_name("twist")) in done.output
    assert list(tmp_path.iterdir()) == []


def test_it_is_installed_and_removed(shell: Any, tmp_path: Path) -> None:
    """It says what it did, what is left to do, and writes no key anywhere."""
    done = shell("service", "install")
    assert done.exit_code == 0
    folder = tmp_path / ".config" / "systemd" / "user"
    assert f"{folder / 'pollinations.service'} is written." in done.output
    assert "There is no systemctl here. Where there is, run: systemctl --user" in done.output
    assert "loginctl enable-linger" in done.output
    assert "does not see POLLINATIONS_API_KEY" in done.output
    assert KEY not in done.output + "".join(path.read_text() for path in folder.iterdir())
    state = shell("service", "status")
    assert state.exit_code == 1
    assert state.output.count("is as it should be") == 2
    assert shell("service", "uninstall").exit_code == 0
    assert list(folder.iterdir()) == []


def test_it_is_told_where_everything_is_kept(shell: Any) -> None:
    """As in the shell in which it is installed; the port is that of the settings."""
    done = shell(
        "service", "install", "--print", POLLINATIONS_HOME="here/it is", POLLINATIONS_PORT="8000"
    )
    assert f'Environment="POLLINATIONS_HOME={Path("here/it is").absolute()}"' in done.output
    assert "ListenStream=127.0.0.1:8000" in done.output


def test_files_of_others_are_left_alone(shell: Any, tmp_path: Path) -> None:
    """With a message, and a status."""
    other = tmp_path / ".config" / "systemd" / "user" / "pollinations.service"
    other.parent.mkdir(parents=True)
    other.write_text("[Service]\nExecStart=/bin/true\n")
    done = shell("service", "install")
    assert done.exit_code == 1
    assert "is not ours" in done.output
    assert "/bin/true" in other.read_text()


def test_settings_that_cannot_be_are_said(shell: Any) -> None:
    done = shell("service", "install", POLLINATIONS_PORT="http")
    assert done.exit_code == 1
    assert "port must be" in done.output
