"""The agent is a property list that launchd understands."""

import plistlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pollinations.units.installation import Installation
from pollinations.units.launchd import LABEL, agent, plan
from pollinations.units.plan import MARK

DEPLOYED = Path(__file__).parents[2] / "deploy" / "launchd" / f"{LABEL}.plist"

# launchd.plist(5): what each key that is used must be.
KEYS = {
    "Label": str,
    "ProgramArguments": list,
    "RunAtLoad": bool,
    "KeepAlive": dict,
    "ProcessType": str,
    "ExitTimeOut": int,
    "Umask": int,
    "SoftResourceLimits": dict,
    "StandardErrorPath": str,
    "EnvironmentVariables": dict,
}
ODD = Installation(
    Path("/Users/a & <b>/v/bin/twist"),
    Path("/Users/x/é"),
    8000,
    60.0,
    {"POLLINATIONS_HOME": "/Users/x/é"},
)


def test_it_is_a_property_list() -> None:
    """With the head that plutil wants, and the types that launchd does."""
    text = agent(ODD)
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC ')
    assert re.search(rf"<!-- {re.escape(MARK)}\. -->\n<plist version=\"1\.0\">", text)
    found = plistlib.loads(text.encode(), fmt=plistlib.FMT_XML)
    assert {name: type(value) for name, value in found.items()} == KEYS


def test_it_says_what_it_starts() -> None:
    """And gives answers the time that they have."""
    found = plistlib.loads(agent(ODD).encode())
    assert found["ProgramArguments"][0] == "/Users/a & <b>/v/bin/twist"
    assert found["ProgramArguments"][-2:] == ["--port", "8000"]
    assert found["ExitTimeOut"] > 60
    assert found["Umask"] == 0o077
    assert found["KeepAlive"] == {"SuccessfulExit": False}


def test_the_one_in_the_repository_is_this() -> None:
    """For an installation of the whole system; there is one truth."""
    made = agent(Installation(Path("/usr/local/bin/twist"), Path("/Users/you/.pollinations")))
    assert DEPLOYED.read_text() == made


@pytest.mark.skipif(not shutil.which("plutil"), reason="wants plutil, of macOS")
def test_plutil_understands_it() -> None:
    subprocess.run(["plutil", "-lint", "-s", "-"], input=agent(ODD).encode(), check=True)


def test_it_belongs_to_the_user() -> None:
    """Its commands name the user's own session."""
    made = plan(ODD, {"HOME": "/Users/some one"}, 501)
    [path] = made.files
    assert path == Path("/Users/some one/Library/LaunchAgents", f"{LABEL}.plist")
    assert made.ask == ("launchctl", "print", f"gui/501/{LABEL}")
    assert any("'/Users/some one/Library" in word for word in made.renew[-1])
    assert made.folders == [Path("/Users/x/é/logs")]
