"""The plugin for OpenCode, made ready for the place where it is installed."""

import json
from pathlib import Path
from typing import Final

_SHIPPED: Final = Path(__file__).with_name("plugin.js")

_TOLD: Final = "\nconst INSTALLED = {}\n"
"""The line of the plugin that is written anew."""


def plugin(twist: Path | None = None, home: Path | None = None) -> str:
    """
    The source of the plugin.

    :param twist: the command that starts a proxy; by default the one on OpenCode's ``PATH``.
    :param home: the proxy's folder; by default ``~/.pollinations``. The environment of OpenCode
        goes before it.
    """
    told = {"twist": twist, "home": home}
    said = json.dumps({name: str(path) for name, path in told.items() if path is not None})
    return _SHIPPED.read_text("utf-8").replace(_TOLD, f"\nconst INSTALLED = {said}\n")


def is_plugin(source: str) -> bool:
    """Whether *source* is the plugin, of this version or another, for whichever place."""
    first, _, _ = _SHIPPED.read_text("utf-8").partition("\n")
    return source.partition("\n")[0].rstrip() == first
