"""
Which tools the demonstration calls, and in which order.

Everything follows from the user's last message and the tools that are there, so the same plan is
found again after each result.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from shlex import quote
from typing import Any

from ..chat.request import ChatRequest, JSONObject
from .filling import filled
from .reading import fields
from .reading import functions as functions_of
from .words import last_user_text

Step = Sequence[tuple[str, Mapping[str, Any]]]
"""Calls that are made at once: tool and arguments of each."""

_WEATHER = re.compile(r"weather|m[ée]t[ée]o", re.IGNORECASE)
_SHELL = re.compile(r"bash|shell|terminal|^exec|^run", re.IGNORECASE)
_ACTION = re.compile(r"\b(run|execute|list)\b", re.IGNORECASE)
_ANY = re.compile(r"\buse (the|a|your) tools?\b", re.IGNORECASE)
_PLACES = re.compile(r"\b(?:in|à) ([^.?!\n]+)")
_PLACE = re.compile(r"[A-ZÀ-Ý][\w'’-]*(?: [A-ZÀ-Ý][\w'’-]*)*")


def plan(request: ChatRequest) -> Sequence[Step]:
    """The steps that *request* asks for; empty when it asks for no tool."""
    functions = functions_of(request)
    if not functions or request.body.get("tool_choice") == "none":
        return ()
    said = last_user_text(request)
    return list(_weather(said, functions) or _shell(said, functions) or _any(request, functions))


def _weather(said: str, functions: Sequence[JSONObject]) -> Sequence[Step]:
    tool = _find(_WEATHER, functions, "name", "description")
    if tool is None or not _WEATHER.search(said):
        return ()
    return [[_call(tool, _places(place)) for place in step] for step in _cities(said)]


def _shell(said: str, functions: Sequence[JSONObject]) -> Sequence[Step]:
    tool = _find(_SHELL, functions, "name")
    if tool is None:
        return ()
    if _WEATHER.search(said):
        cities = chain.from_iterable(_cities(said))
        commands = [f"echo {quote(f'{city}: 21 °C, sunny')}" for city in cities]
    elif _ACTION.search(said):
        # Only what stands in backquotes is run: a demonstration guesses no commands.
        commands = re.findall(r"`([^`]+)`", said) or ["echo 'Hello from the demo'"]
    else:
        return ()
    return [[_call(tool, {"command": command, "cmd": command})] for command in commands]


def _any(request: ChatRequest, functions: Sequence[JSONObject]) -> Sequence[Step]:
    choice = request.body.get("tool_choice")
    if isinstance(choice, dict):
        name = fields(choice.get("function")).get("name")
        return [[_call(f, {})] for f in functions if f["name"] == name]
    said = last_user_text(request)
    if choice != "required" and not _ANY.search(said):
        return ()
    return [[_call(functions[0], {**_places("Paris"), "query": said, "text": said})]]


def _find(
    words: re.Pattern[str], functions: Sequence[JSONObject], *fields: str
) -> JSONObject | None:
    for field in fields:
        for function in functions:
            text = function.get(field)
            if isinstance(text, str) and words.search(text):
                return function
    return None


def _cities(said: str) -> Iterator[Sequence[str]]:
    """The cities of each step: "Paris and Rome" are one step, "Paris, then Rome" are two."""
    places = _PLACES.search(said)
    steps = re.split(r"\bthen\b|\bpuis\b", places[1]) if places else []
    found = [_PLACE.findall(step) for step in steps]
    yield from [cities for cities in found if cities] or [["Paris"]]


def _places(city: str) -> Mapping[str, str]:
    return {"city": city, "location": city, "place": city, "ville": city}


def _call(function: JSONObject, hints: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    arguments = filled(function.get("parameters") or {}, hints)
    return function["name"], arguments if isinstance(arguments, dict) else {}
