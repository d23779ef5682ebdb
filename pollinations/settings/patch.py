"""Changes to JSON that leave alone what they do not name."""

from collections.abc import Mapping
from typing import Any


def merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """
    *old* with *changes* made at every depth; what they do not name stays. ``None`` takes away.

    These are the rules of JSON merge patches (RFC 7396).
    """
    new = dict(old)
    for name, value in changes.items():
        if value is None:
            new.pop(name, None)
        elif isinstance(value, Mapping):
            before = old.get(name)
            new[name] = merged(before if isinstance(before, Mapping) else {}, value)
        else:
            new[name] = value
    return new
