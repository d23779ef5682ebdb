"""
JSON into settings: what is wrong is named with its path, and its default is used.

The rule of this file: a problem names a place and says what belongs there, and never what was
found there, which may be a secret.
"""

import types
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import partial
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import attrs
from cattrs import AttributeValidationNote, ClassValidationError, Converter
from cattrs.gen import make_dict_structure_fn, override

from ..phrase import Language, Phrase
from .former import modernised
from .schema import Settings

Path = tuple[str, ...]

_OBJECT = Phrase("an object", "un objet")
_BOOLEAN = Phrase("true or false", "true ou false")
_ONE_OF = Phrase("one of {names}", "l'une des valeurs {names}")
_LIST = Phrase("a list, each entry {words}", "une liste, chaque entrée : {words}")
_OR_NULL = Phrase("{words}, or null", "{words}, ou null")


def read_settings(data: Mapping[str, Any]) -> tuple[Settings, tuple[str, ...]]:
    """
    The settings that *data* describes, merged over the defaults at every depth.

    :param data: the parsed ``config.json``.
    :return: the settings, and what is wrong with *data*, one sentence each, without any value.
    """
    data = modernised(data)
    problems = [*_misspelt(data, Settings)]
    try:
        settings = _CONVERTER.structure(data, Settings)
    except ClassValidationError as e:
        for path, kind in _wrong(e):
            problems.append(f"{'.'.join(path)} must be {belonging(kind)}")
            data = _without(data, path)
        settings = _CONVERTER.structure(data, Settings)
    return settings, tuple(problems)


def belonging(kind: Any, language: Language = "en") -> str:
    """What belongs where a field of the schema has the type *kind*, for a person."""
    origin, arguments = get_origin(kind), get_args(kind)
    if attrs.has(kind):
        return _OBJECT(language)
    if origin in (Union, types.UnionType):
        return _OR_NULL(language, words=belonging(arguments[0], language))
    if origin is Annotated:
        words: str = arguments[1].words(language)
        return words
    if origin is Literal:
        return _ONE_OF(language, names=", ".join(arguments))
    if origin is tuple:
        return _LIST(language, words=belonging(arguments[0], language))
    return _BOOLEAN(language)


def json_name(name: str) -> str:
    """How a field of the schema is called in JSON: ``api_key`` is ``apiKey``."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _wrong(error: ClassValidationError, before: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Where something is wrong, and the type of what belongs there."""
    for each in error.exceptions:
        [note] = [n for n in each.__notes__ if isinstance(n, AttributeValidationNote)]
        path = (*before, json_name(note.name))
        if isinstance(each, ClassValidationError):
            yield from _wrong(each, path)
        else:
            yield path, note.type


def _without(data: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """*data* without what is at *path*."""
    name, *rest = path
    within = {name: _without(data[name], tuple(rest))} if rest else {}
    return {key: value for key, value in data.items() if key != name} | within


def _misspelt(data: Mapping[str, Any], section: Any, before: str = "") -> Iterator[str]:
    """A complaint of each name that is nearly a setting; others belong to somebody else."""
    fields = {json_name(field.name): field.type for field in attrs.fields(section)}
    for name, value in data.items():
        if name not in fields:
            for near in get_close_matches(name, fields, n=1, cutoff=0.7):
                yield f"{before}{name} is not a setting; {before}{near} is"
        elif attrs.has(fields[name]) and isinstance(value, Mapping):
            yield from _misspelt(value, fields[name], f"{before}{name}.")


def _section(kind: Any) -> Callable[[Any, Any], Any]:
    renamed: dict[str, Any] = {
        field.name: override(rename=json_name(field.name)) for field in attrs.fields(kind)
    }
    read = make_dict_structure_fn(kind, _CONVERTER, **renamed)

    def section(data: Any, _: Any) -> Any:
        if not isinstance(data, Mapping):
            raise ValueError
        return read(data, kind)

    return section


def _limited(kind: Any) -> Callable[[Any, Any], Any]:
    base, limit = get_args(kind)

    def limited(data: Any, _: Any) -> Any:
        value = _READERS[base](data)
        if not limit.allows(value):
            raise ValueError
        return value

    return limited


def _list(data: Any, kind: Any) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise ValueError
    return tuple(_CONVERTER.structure(each, get_args(kind)[0]) for each in data)


def _boolean(data: Any, _: Any) -> bool:
    if not isinstance(data, bool):
        raise ValueError
    return data


def _text(data: Any) -> str:
    if not isinstance(data, str):
        raise ValueError
    # Half a surrogate, as an argument of a command may hold, is in no file and no header.
    data.encode()
    return data.strip()


def _number(data: Any) -> float:
    # JSON's true is a number to Python.
    if isinstance(data, bool) or not isinstance(data, int | float):
        raise ValueError
    try:
        return float(data)
    except OverflowError as e:
        raise ValueError from e


def _whole_number(data: Any) -> int:
    number = _number(data)
    if not number.is_integer():
        raise ValueError
    return int(number)


def _is(origin: Any, kind: Any) -> bool:
    return get_origin(kind) is origin


_READERS: Mapping[Any, Callable[[Any], Any]] = {str: _text, float: _number, int: _whole_number}

_CONVERTER = Converter(detailed_validation=True)
_CONVERTER.register_structure_hook(bool, _boolean)
_CONVERTER.register_structure_hook_func(partial(_is, tuple), _list)
_CONVERTER.register_structure_hook_factory(partial(_is, Annotated), _limited)
_CONVERTER.register_structure_hook_factory(attrs.has, _section)
