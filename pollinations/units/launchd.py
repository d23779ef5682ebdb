"""An agent of a user's launchd."""

import os
import plistlib
from collections.abc import Mapping
from shlex import quote
from typing import Final

from ..settings.home import user_folder
from .installation import Installation
from .plan import LOGGING, MARK, Command, Plan

LABEL: Final = "ai.pollinations.proxy"

_HEAD: Final = '<plist version="1.0">\n'


def agent(installation: Installation) -> str:
    """The agent's description, a property list."""
    described = {
        "Label": LABEL,
        "ProgramArguments": [
            str(installation.twist),
            *LOGGING,
            "pollinations",
            "--port",
            str(installation.port),
        ],
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ProcessType": "Interactive",
        # launchd would wait 20 seconds by itself, and then kill.
        "ExitTimeOut": round(installation.drain) + 15,
        "Umask": 0o077,
        "SoftResourceLimits": {"NumberOfFiles": 8192},
        # Why it did not start; everything else is in the proxy's own log.
        "StandardErrorPath": str(installation.home / "logs" / "launchd.log"),
    }
    if installation.environ:
        described["EnvironmentVariables"] = dict(installation.environ)
    text = plistlib.dumps(described, sort_keys=False).decode()
    return text.replace(_HEAD, f"<!-- {MARK}. -->\n{_HEAD}", 1)


def plan(installation: Installation, environ: Mapping[str, str], user: int | None = None) -> Plan:
    """
    The service, for the user of *environ*.

    :param user: the user's number; by default the one who runs this.
    """
    path = user_folder(environ) / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    session = f"gui/{os.getuid() if user is None else user}"
    begin = f"launchctl bootstrap {session} {quote(str(path))}"
    there = f"launchctl print {session}/{LABEL} > /dev/null 2>&1"
    return Plan(
        {path: agent(installation)},
        enable=[("sh", "-c", f"{there} || {begin}")],
        renew=[*_ending(session), ("sh", "-c", begin)],
        disable=_ending(session),
        ask=("launchctl", "print", f"{session}/{LABEL}"),
        folders=[installation.home / "logs"],
        advice=[f"It runs while you are logged in; its log is in {installation.home / 'logs'}."],
    )


def _ending(session: str) -> list[Command]:
    # One that does not run cannot be taken out, which is no failure.
    quietly = f"launchctl bootout {session}/{LABEL} 2>/dev/null || true"
    return [("sh", "-c", quietly)]
