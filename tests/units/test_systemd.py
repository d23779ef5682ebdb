"""The units are ones that systemd understands, for this installation, with nothing secret."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pollinations.units.installation import Installation, NotInstallable
from pollinations.units.systemd import SERVICE, SOCKET, plan, units

TWIST = Path(sys.executable).with_name("twist")
DEPLOYED = Path(__file__).parents[2] / "deploy" / "systemd"


def parsed(text: str) -> configparser.ConfigParser:
    """A unit; what appears twice in it appears as the last."""
    found = configparser.ConfigParser(interpolation=None, strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string(text)
    return found


def test_the_units_say_what_they_start() -> None:
    """And where it listens, which systemd does for it."""
    made = units(Installation(Path("/opt/v/bin/twist"), Path("/home/x"), 8000, 60.0))
    service, socket = parsed(made[SERVICE]), parsed(made[SOCKET])
    assert service["Service"]["ExecStart"].startswith('"/opt/v/bin/twist" ')
    assert service["Service"]["ExecStart"].endswith("--listen systemd:domain=INET:index=0")
    assert service["Service"]["Type"] == "notify"
    assert int(service["Service"]["TimeoutStopSec"]) > 60
    assert socket["Socket"]["ListenStream"] == "127.0.0.1:8000"
    assert service["Unit"]["Requires"] == SOCKET


def test_those_in_the_repository_are_these() -> None:
    """For an installation of the whole system; there is one truth."""
    made = units(Installation(Path("/usr/local/bin/twist"), Path("/home/x")))
    assert {path.name: path.read_text() for path in DEPLOYED.iterdir()} == made


def test_what_systemd_cannot_start_is_said() -> None:
    with pytest.raises(NotInstallable, match="such a name"):
        units(Installation(Path('/a "b"/twist'), Path("/h")))


def test_they_belong_to_the_user() -> None:
    files = plan(Installation(TWIST, Path("/h")), {"HOME": "/home/x"}).files
    assert {str(path.parent) for path in files} == {"/home/x/.config/systemd/user"}
    files = plan(Installation(TWIST, Path("/h")), {"XDG_CONFIG_HOME": "/c"}).files
    assert {str(path.parent) for path in files} == {"/c/systemd/user"}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="wants systemd-analyze")
@pytest.mark.parametrize("home", ["/home/x", '/home/a "b" c\\d 100% $HOME'])
def test_systemd_understands_them(tmp_path: Path, home: str) -> None:
    """Without a word, whatever the paths are."""
    odd = tmp_path / "a b 100% c"
    odd.mkdir()
    twist = odd / "twist"
    twist.symlink_to(TWIST)
    installation = Installation(twist, Path(home), environ={"POLLINATIONS_HOME": home})
    for name, text in units(installation).items():
        (tmp_path / name).write_text(text)
    command = ["systemd-analyze", "--user", "--man=no", "verify", str(tmp_path / SERVICE)]
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
