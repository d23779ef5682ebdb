"""
Where a thought signature travels in a message, a delta, a tool call or its ``function``.

There are several carriers: ``thought_signature`` itself, and the same name in ``extra_content``
under ``google`` or ``vertex``.
"""

from collections.abc import Mapping
from typing import Any

from .request import JSONObject, without

FIELD = "thought_signature"


def signature_on(item: JSONObject) -> str:
    """The signature that *item* carries itself, or empty."""
    extra = _extra_content(item)
    for carrier in (item, extra.get("google"), extra.get("vertex")):
        signature = carrier.get(FIELD) if isinstance(carrier, Mapping) else None
        if signature and isinstance(signature, str):
            return signature
    return ""


def signature_of_call(call: JSONObject) -> str:
    """The signature that a tool call carries, on itself or its ``function``, or empty."""
    function = call.get("function")
    return signature_on(call) or (signature_on(function) if isinstance(function, Mapping) else "")


def signed(item: JSONObject, signature: str) -> JSONObject:
    """*item* carrying *signature* in both forms that are understood: a copy, unless it did."""
    item = offering(item, signature)
    return item if item.get(FIELD) == signature else {**item, FIELD: signature}


def offering(item: JSONObject, signature: str) -> JSONObject:
    """*item* with *signature* where clients' libraries look for it: a copy, unless it is there."""
    extra = _extra_content(item)
    google = extra.get("google")
    google = google if isinstance(google, Mapping) else {}
    if google.get(FIELD) == signature:
        return item
    return {**item, "extra_content": {**extra, "google": {**google, FIELD: signature}}}


def signed_call(call: JSONObject, signature: str) -> JSONObject:
    """A tool call that carries *signature*, as its ``function`` does: a copy, unless they did."""
    function = call.get("function")
    if isinstance(function, Mapping):
        own = signed(function, signature)
        call = call if own is function else {**call, "function": own}
    return signed(call, signature)


def unsigned(item: JSONObject) -> JSONObject:
    """*item* without its signature, in any carrier; all else in ``extra_content`` stays."""
    if FIELD not in item and "extra_content" not in item:
        return item
    extra = _extra_content(item)
    signed_parts = [name for name, part in extra.items() if _is_signed(part)]
    if FIELD not in item and not signed_parts:
        return item
    copy = without(item, FIELD)
    if signed_parts:
        left = {name: _without_field(part) for name, part in extra.items()}
        copy["extra_content"] = {
            name: part for name, part in left.items() if part or name not in signed_parts
        }
    if signed_parts and not copy["extra_content"]:
        del copy["extra_content"]
    return copy


def unsigned_call(call: JSONObject) -> JSONObject:
    """A tool call without its signature, on itself and its ``function``."""
    call, function = unsigned(call), call.get("function")
    bare = unsigned(function) if isinstance(function, Mapping) else function
    return call if bare is function else {**call, "function": bare}


def _extra_content(item: JSONObject) -> JSONObject:
    extra = item.get("extra_content")
    return extra if isinstance(extra, Mapping) else {}


def _is_signed(part: Any) -> bool:
    return isinstance(part, Mapping) and FIELD in part


def _without_field(part: Any) -> Any:
    return without(part, FIELD) if _is_signed(part) else part
