"""One entry of ``tool_calls``, as upstreams write it and as clients expect it."""

from typing import Any

from ..chat.request import JSONObject, without
from .writers import dumps

CUSTOM = "custom"
"""The type of a call whose input is any text, and the field that holds it."""


def tidied(entry: JSONObject) -> JSONObject:
    """*entry* without what is null or of the wrong type where clients do not expect it."""
    function = entry.get("function")
    if CUSTOM in (entry.get("type"), *entry) and not function:
        return _with_text_id(without(entry, "function"))
    tidy: JSONObject = function if isinstance(function, dict) else {}
    if "arguments" in tidy and not isinstance(tidy["arguments"], str):
        tidy = {**tidy, "arguments": _text(tidy["arguments"])}
    if "name" in tidy and not (tidy["name"] and isinstance(tidy["name"], str)):
        tidy = without(tidy, "name")
    if entry.get("name", "") is None:
        entry = without(entry, "name")
    entry = _with_text_id(entry)
    return entry if tidy is function else {**entry, "function": tidy}


def _with_text_id(entry: JSONObject) -> JSONObject:
    if isinstance(entry.get("id"), str | None):
        return entry
    return {**entry, "id": str(entry["id"])}


def name_of(entry: JSONObject) -> str:
    """The name that a tidy *entry* gives its call, or nothing."""
    called = entry.get("function") or entry.get(CUSTOM)
    name = called.get("name") if isinstance(called, dict) else None
    return name if isinstance(name, str) else ""


def with_arguments(entry: JSONObject, arguments: str) -> JSONObject:
    """*entry* with these *arguments* for its function."""
    return {**entry, "function": {**entry["function"], "arguments": arguments}}


def _text(arguments: Any) -> str:
    return "" if arguments is None else dumps(arguments).decode()
