"""
Gemini's thinking models want the thought signatures of their own earlier turns back.

In a step of several calls the first one alone carries the signature. A step without one is sent
the word on which Google's validator passes it. No other family is sent any.
"""

import re

from ..chat.memory import signatures_for
from ..chat.request import ChatRequest, JSONObject, Remedy
from ..chat.signature import (
    FIELD,
    signature_of_call,
    signature_on,
    signed,
    signed_call,
    unsigned,
    unsigned_call,
)
from .messages import calls_of, each_call, each_message, with_calls, with_messages
from .quirk import Quirk, Target

SKIP = "skip_thought_signature_validator"
"""Stands for the signature of a step that has none: made by another model, or forgotten."""


def remembered(request: ChatRequest, target: Target) -> ChatRequest:
    """Every turn of the model with the signature that a store kept, where the client sent none."""
    found = signatures_for(request.messages, target.remembered)
    messages = list(request.messages)
    for place, signature in found.items():
        if messages[place]["role"] == "assistant":
            messages[place] = _carrying(messages[place], signature)
    return with_messages(request, messages)


def given_back(request: ChatRequest, target: Target) -> ChatRequest:
    """Every turn with its signature in every carrier, or else the word for a step without one."""
    return each_message(
        request,
        lambda message: _complete(message) if message["role"] == "assistant" else message,
    )


def _complete(message: JSONObject) -> JSONObject:
    message = _carrying(message, "")
    calls = calls_of(message)
    unknown = calls and not signature_of_call(calls[0])
    return _first_signed(message, SKIP) if unknown else message


def _carrying(message: JSONObject, kept: str) -> JSONObject:
    """*message* with its first call's signature, else what was *kept*, else its own."""
    calls = calls_of(message)
    own = signature_on(message)
    signature = (signature_of_call(calls[0]) if calls else own) or kept or own
    if signature not in ("", SKIP) and not own:
        message = signed(message, signature)
    return _first_signed(message, signature) if signature else message


def _first_signed(message: JSONObject, signature: str) -> JSONObject:
    calls = calls_of(message)
    if not calls:
        return message
    return with_calls(message, [signed_call(calls[0], signature), *calls[1:]])


def skipped(request: ChatRequest) -> ChatRequest:
    """No signature but the word that skips Google's validator, on every step."""

    def skipping(message: JSONObject) -> JSONObject:
        new = _first_signed(_unsigned(message), SKIP)
        return message if new == message else new

    return each_message(request, skipping)


def stripped(request: ChatRequest, target: Target) -> ChatRequest:
    """No thought signature, unless the model's family is sent them."""
    if target.signed or not any(map(_may_be_signed, request.messages)):
        return request
    return each_message(request, _unsigned)


def _may_be_signed(message: JSONObject) -> bool:
    return FIELD in message or "extra_content" in message or "tool_calls" in message


def _unsigned(message: JSONObject) -> JSONObject:
    return each_call(unsigned(message), unsigned_call)


FIRST = (("signatures", remembered),)

REMEDIES = (Remedy("signatures", re.compile(r"thought[ _]?signature", re.IGNORECASE), skipped),)

QUIRK = Quirk("all", (), (("signatures", stripped),))
