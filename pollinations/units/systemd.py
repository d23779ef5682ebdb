"""
A service of a user's systemd, and the socket that it listens on.

systemd keeps the socket, so a restart loses no connection: who connects meanwhile waits. What
confines the service is what works without privileges; what needs name spaces of the file system
would keep it from starting where users may have none.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..settings.home import user_folder
from .installation import Installation, NotInstallable
from .plan import LOGGING, MARK, Command, Plan

SERVICE: Final = "pollinations.service"
SOCKET: Final = "pollinations.socket"

_SERVICE: Final = """\
# {mark}. Changes belong into
# `systemctl --user edit {service}`.
[Unit]
Description=OpenAI-compatible proxy for Pollinations.ai
Requires={socket}
After={socket}

[Service]
Type=notify
NotifyAccess=main
ExecStart={twist} {logging} pollinations --listen systemd:domain=INET:index=0
ExecReload=kill -HUP $MAINPID
Restart=on-failure
RestartSec=2
WatchdogSec=60
TimeoutStopSec={stop}
{environ}UMask=0077
LimitNOFILE=8192
NoNewPrivileges=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service

[Install]
WantedBy=default.target
"""

_SOCKET: Final = """\
# {mark}. Changes belong into
# `systemctl --user edit {socket}`.
[Unit]
Description=Where the proxy for Pollinations.ai listens

[Socket]
ListenStream=127.0.0.1:{port}
NoDelay=yes

[Install]
WantedBy=sockets.target
"""


def units(installation: Installation) -> dict[str, str]:
    """
    Both units, by name.

    :raises NotInstallable: systemd cannot start what is at such a path.
    """
    if set(str(installation.twist)) & set("\"'\\"):
        raise NotInstallable(f"systemd starts nothing with such a name: {installation.twist}")
    named = {"mark": MARK, "service": SERVICE, "socket": SOCKET}
    service = _SERVICE.format(
        twist=_quoted(str(installation.twist)),
        logging=" ".join(LOGGING),
        stop=round(installation.drain) + 15,
        environ="".join(
            f"Environment={_quoted(f'{name}={value}', '%')}\n"
            for name, value in installation.environ.items()
        ),
        **named,
    )
    return {SERVICE: service, SOCKET: _SOCKET.format(port=installation.port, **named)}


def plan(installation: Installation, environ: Mapping[str, str]) -> Plan:
    """
    The service, for the user of *environ*.

    :raises NotInstallable: systemd cannot start what is at such a path.
    """
    folder = Path(environ.get("XDG_CONFIG_HOME") or user_folder(environ) / ".config")
    both = (SOCKET, SERVICE)
    return Plan(
        {folder / "systemd" / "user" / name: text for name, text in units(installation).items()},
        enable=[_systemctl("daemon-reload"), _systemctl("enable", "--now", *both)],
        renew=[
            _systemctl("daemon-reload"),
            _systemctl("enable", *both),
            _systemctl("restart", *both),
        ],
        disable=[_systemctl("disable", "--now", *both)],
        forget=[_systemctl("daemon-reload")],
        ask=_systemctl("is-active", SERVICE),
        advice=[
            "It runs while you are logged in; `loginctl enable-linger` lets it run always.",
            f"What it says is in `journalctl --user -u {SERVICE}`.",
        ],
    )


def _systemctl(*words: str) -> Command:
    return ("systemctl", "--user", *words)


def _quoted(text: str, special: str = "%$") -> str:
    """*text* as one word of a unit, whatever is in it: `systemd.service(5)`, "Command lines"."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    for one in special:
        text = text.replace(one, 2 * one)
    return f'"{text}"'
