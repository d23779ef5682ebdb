"""
What former versions wrote, in today's words.

Version 4 of the OpenCode plugin had other names, in a file beside OpenCode's own; the versions 6.x
had other modes. They are read, and never changed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..files import read_plain
from .document import FILE_LIMIT, SettingsUnreadable, parse
from .patch import merged

_MODES = {"quest": "alwaysfree", "quest_only": "alwaysfree", "paid": "pro"}
_NAMES = {"alertThreshold", "toastVerbosity", "toast_verbosity", "fallbackModels"}
_STATUS = {"always": "all"}


def former_path(user_folder: Path) -> Path:
    """Where version 4 kept its settings for the user whose own folder is *user_folder*."""
    return user_folder / ".config" / "opencode" / "pollinations-config.json"


def read_former(path: Path) -> Mapping[str, Any]:
    """
    What the file of version 4 says, in today's words, the key included.

    :raises SettingsUnreadable: it cannot be used; the reason names it.
    :raises FileNotFoundError: it is not there.
    """
    try:
        return modernised(parse(read_plain(path, FILE_LIMIT)))
    except FileNotFoundError:
        raise
    except (OSError, SettingsUnreadable) as e:
        reason = e.strerror if isinstance(e, OSError) else e
        raise SettingsUnreadable(f"{path} cannot be used ({reason})") from None


def modernised(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """*data* in today's words; where it has both, today's count."""
    if not _NAMES.isdisjoint(data):
        today = {name: value for name, value in data.items() if name not in _NAMES}
        data = merged(_of_version_4(data), today)
    mode, key = data.get("mode"), data.get("apiKey")
    if isinstance(mode, str):
        mode = mode.strip().lower()
        data = {**data, "mode": _MODES.get(mode, mode)}
    if isinstance(key, str) and not key.strip():
        data = {**data, "apiKey": None}
    return data


def _of_version_4(data: Mapping[str, Any]) -> dict[str, Any]:
    """What *data* says by the names of version 4."""
    found: dict[str, Any] = {}
    if "alertThreshold" in data:
        found["thresholds"] = {"tier": data["alertThreshold"]}
    status = data.get("toastVerbosity", data.get("toast_verbosity"))
    if isinstance(status, str):
        found["gui"] = {"status": _STATUS.get(status, status)}
    models = data.get("fallbackModels")
    if isinstance(models, Mapping):
        main, agent = _free(models.get("main")), _free(models.get("agent"))
        fallbacks = {"free": {"main": main, "agent": agent}, "enter": {"agent": agent}}
        found["fallbacks"] = merged({}, fallbacks)
    return found


def _free(model: Any) -> Any:
    """The name of a model as it is now; version 4 had fallbacks in one universe only."""
    return f"free/{model}" if isinstance(model, str) and model and "/" not in model else model
