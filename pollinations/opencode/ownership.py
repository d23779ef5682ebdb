"""
What setup writes into OpenCode's settings, and what it leaves alone.

The rule of this file: what setup has not written stays as it is, but for what would keep OpenCode
from finding the proxy.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import attrs
import orjson

from ..settings import jsonc
from .edit import NotAnObject, Path, put, same, without
from .provider import PROVIDER

SKELETON: Final = '{\n  "$schema": "https://opencode.ai/config.json"\n}\n'
"""What a file is made from."""

OLD_PLUGIN: Final = "opencode-pollinations-plugin"
"""A plugin that brings a provider and a proxy of the same names."""

_PROVIDER: Final = ("provider", PROVIDER)
_NEEDED: Final = {(*_PROVIDER, "npm"), (*_PROVIDER, "options", "baseURL")}
"""Without these, OpenCode would ask somebody else."""

_OBJECTS: Final = (
    ("provider",),
    _PROVIDER,
    (*_PROVIDER, "options"),
    (*_PROVIDER, "models"),
    ("command",),
)


@attrs.frozen
class _Missing:
    """Nothing is there."""


_MISSING: Final = _Missing()


@attrs.frozen
class Owned:
    """
    What setup has written into a file.

    :param members: paths to digests of the values there.
    :param made: objects on the way to them that were not there before.
    :param replaced: the user's values in whose place they are, none of which is secret.
    """

    members: Mapping[Path, str] = attrs.field(factory=dict)
    made: tuple[Path, ...] = ()
    replaced: Mapping[Path, Any] = attrs.field(factory=dict)


@attrs.frozen
class Change:
    """
    What becomes of a file.

    :param text: the whole of it.
    :param owned: what of it setup has written, now or before.
    :param kept: paths at which something else of the user's stays.
    """

    text: str
    owned: Owned
    kept: tuple[Path, ...] = ()


def checked(text: str) -> Mapping[str, Any]:
    """
    What *text* holds.

    :raises ValueError: nothing that can be added to, or nothing with which OpenCode starts; says
        what, and quotes nothing.
    """
    if not text.removeprefix("\ufeff").strip():
        raise ValueError("it is empty")
    data = jsonc.loads(text.encode())
    if not isinstance(data, dict):
        raise ValueError("it does not hold a JSON object")
    for path in _OBJECTS:
        if not isinstance(_at(data, path), dict | _Missing):
            raise NotAnObject(path)
    if not isinstance(data.get("plugin", []), list):
        raise ValueError("'plugin' is not a list, and OpenCode does not start with that")
    return data


def old_plugins(data: Mapping[str, Any]) -> Iterator[str]:
    """The entries of ``plugin`` that bring the older plugin, as they are written."""
    entries = data.get("plugin")
    if not isinstance(entries, list):
        return
    for entry in entries:
        named = entry[0] if isinstance(entry, list) and entry else entry
        if isinstance(named, str) and OLD_PLUGIN in named:
            yield named


def added(
    text: str, wanted: Mapping[str, Any], before: Owned, elsewhere: Mapping[Path, Any]
) -> Change:
    """
    What becomes of *text* when it is to hold what is *wanted*.

    :param wanted: as :meth:`pollinations.opencode.provider.Block.to_json` makes it.
    :param before: what setup has written into it so far.
    :param elsewhere: what the user has in other files, which this one would go before.
    :raises ValueError: nothing that can be added to.
    """
    data = checked(text)
    leaves = dict(_leaves(wanted))
    mine, theirs = {}, []
    for path, value in leaves.items():
        found = _at(data, path)
        if _is_ours(path, found, before) or path in _NEEDED:
            mine[path] = value
        elif found is not _MISSING:
            theirs += [] if same(found, value) else [path]
        elif path in elsewhere and not same(elsewhere[path], value):
            theirs.append(path)
        else:
            mine[path] = value
    stale = [path for path in before.members if path not in leaves]
    gone = [path for path in stale if _is_ours(path, _at(data, path), before)]
    changed = put(without(text, gone, before.made), mine)
    return Change(changed, _remembered(data, mine, before), tuple(theirs))


def removed(text: str, before: Owned) -> Change:
    """
    *text* without what setup has written into it.

    :raises ValueError: nothing that can be taken apart.
    """
    data = checked(text)
    there = [path for path in before.members if _at(data, path) is not _MISSING]
    ours = [path for path in there if _is_ours(path, _at(data, path), before)]
    back = {path: value for path, value in before.replaced.items() if path in ours}
    gone = [path for path in ours if path not in back]
    changed = put(without(text, gone, before.made), back)
    return Change(changed, Owned(), tuple(path for path in there if path not in ours))


def digest(data: bytes) -> str:
    """A name for *data* that tells nothing of it."""
    return hashlib.sha256(data).hexdigest()


def _leaves(wanted: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Everything that may be the user's, or ours, by itself."""
    for name, value in wanted.items():
        if name == "provider":
            yield from _parts(_PROVIDER, value[PROVIDER], ("options", "models"))
        elif name == "command":
            yield from _parts((name,), value, ())
        else:
            yield (name,), value


def _parts(
    path: Path, value: Mapping[str, Any], apart: Collection[str]
) -> Iterator[tuple[Path, Any]]:
    for key, part in value.items():
        if key in apart:
            yield from _parts((*path, key), part, ())
        else:
            yield (*path, key), part


def _is_ours(path: Path, found: Any, before: Owned) -> bool:
    return path in before.members and before.members[path] == _name(found)


def _name(value: Any) -> str | None:
    if isinstance(value, _Missing):
        return None
    return digest(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))


def _remembered(data: Mapping[str, Any], mine: Mapping[Path, Any], before: Owned) -> Owned:
    """What setup has written once *mine* is written."""
    # Somebody who wrote the very same is the one who wrote it.
    ours = {
        path: value
        for path, value in mine.items()
        if path in before.members or not _is_same(_at(data, path), value)
    }
    ways = dict.fromkeys(path[:depth] for path in ours for depth in range(1, len(path)))
    made = [way for way in ways if isinstance(_at(data, way), _Missing)]
    replaced = {path: before.replaced[path] for path in ours if path in before.replaced}
    for path in ours:
        found = _at(data, path)
        if not (isinstance(found, _Missing) or _is_ours(path, found, before)):
            replaced[path] = found
    members = {path: _name(value) or "" for path, value in ours.items()}
    return Owned(members, tuple(dict.fromkeys((*before.made, *made))), replaced)


def _is_same(found: Any, value: Any) -> bool:
    return not isinstance(found, _Missing) and same(found, value)


def _at(data: Any, path: Path) -> Any:
    for key in path:
        if not isinstance(data, dict) or key not in data:
            return _MISSING
        data = data[key]
    return data
