"""
JSON into settings: what is wrong is named with its path, and its default is used.

The rule of this file: a problem names a place and says what belongs there, and never what was
found there, which may be a secret.
"""

import types
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs

from .schema import Limit, Settings

_T = TypeVar("_T")

_FORMER_MODES = {"quest": "alwaysfree", "quest_only": "alwaysfree", "paid": "pro"}
"""Modes of the former plugin's later versions."""


@attrs.frozen
class _Kind:
    """
    What belongs in one place.

    :param words: that, for a person.
    :param read: the value for the JSON that was found.
    :raises ValueError: (by *read*) this does not belong there.
    """

    words: str
    read: Callable[[Any], Any]


def read_settings(data: Mapping[str, Any]) -> tuple[Settings, tuple[str, ...]]:
    """
    The settings that *data* describes, merged over the defaults at every depth.

    :param data: the parsed ``config.json``.
    :return: the settings, and what is wrong with *data*, one sentence each, without any value.
    """
    problems: list[str] = []
    settings = _section(Settings, _modernised(data), "", problems)
    return settings, tuple(problems)


def json_name(name: str) -> str:
    """How a field of the schema is called in JSON: ``api_key`` is ``apiKey``."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


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


def _modernised(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """*data* with what former versions wrote in today's words."""
    mode, key = data.get("mode"), data.get("apiKey")
    if isinstance(mode, str):
        mode = mode.strip().lower()
        data = {**data, "mode": _FORMER_MODES.get(mode, mode)}
    if isinstance(key, str) and not key.strip():
        data = {**data, "apiKey": None}
    return data


def _section(cls: type[_T], data: Any, path: str, problems: list[str]) -> _T:
    if not isinstance(data, Mapping):
        problems.append(f"{path.rstrip('.')} must be an object")
        return cls()
    kinds = _kinds(cls)
    values: dict[str, Any] = {}
    for name in data:
        if name not in kinds:
            problems.extend(_misspelt(name, path, kinds))
            continue
        field, kind = kinds[name]
        if isinstance(kind, type):
            values[field] = _section(kind, data[name], f"{path}{name}.", problems)
            continue
        try:
            values[field] = kind.read(data[name])
        except ValueError:
            problems.append(f"{path}{name} must be {kind.words}")
    return cls(**values)


def _misspelt(name: str, path: str, kinds: Mapping[str, Any]) -> list[str]:
    """A complaint if *name* is nearly a setting; other names belong to somebody else."""
    near = get_close_matches(name, kinds, n=1, cutoff=0.7)
    return [f"{path}{name} is not a setting; {path}{near[0]} is" for _ in near]


def _kinds(cls: Any) -> Mapping[str, tuple[str, _Kind | type]]:
    """JSON name to (field, what belongs there) of one class of the schema."""
    hints = get_type_hints(cls, include_extras=True)
    return {json_name(name): (name, _kind(hint)) for name, hint in hints.items()}


def _kind(hint: Any) -> _Kind | type:
    if attrs.has(hint):
        return hint
    return _leaf(hint)


def _leaf(hint: Any) -> _Kind:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _optional(_leaf(arguments[0]))
    if origin is Annotated:
        return _limited(*arguments)
    if origin is Literal:
        return _one_of(arguments)
    if origin is tuple:
        return _list_of(_leaf(arguments[0]))
    return _Kind("true or false", _boolean)


def _optional(kind: _Kind) -> _Kind:
    return _Kind(
        f"{kind.words}, or null", lambda value: None if value is None else kind.read(value)
    )


def _limited(base: type, limit: Limit) -> _Kind:
    read = _READERS[base]

    def reads(value: Any) -> Any:
        read_value = read(value)
        if not limit.allows(read_value):
            raise ValueError
        return read_value

    return _Kind(limit.words, reads)


def _one_of(words: tuple[str, ...]) -> _Kind:
    def read(value: Any) -> Any:
        if value not in words:
            raise ValueError
        return value

    return _Kind(f"one of {', '.join(words)}", read)


def _list_of(kind: _Kind) -> _Kind:
    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ValueError
        return tuple(map(kind.read, value))

    return _Kind(f"a list, each entry {kind.words}", read)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value.strip()


def _number(value: Any) -> float:
    # JSON's true is a number to Python.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    try:
        return float(value)
    except OverflowError as e:
        raise ValueError from e


def _whole_number(value: Any) -> int:
    number = _number(value)
    if not number.is_integer():
        raise ValueError
    return int(number)


_READERS: Mapping[type, Callable[[Any], Any]] = {
    str: _text,
    float: _number,
    int: _whole_number,
}
