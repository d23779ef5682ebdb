"""
Gemini's thinking models want the thought signatures of their own earlier turns back.

In a step of several calls the first one alone carries the signature. A step without one is sent
the word on which Google's validator passes it. No other family is sent any.
"""

from collections.abc import Iterator

from ..chat.memory import signatures_for
from ..chat.request import ChatRequest, JSONObject
from ..chat.signature import (
    signature_of_call,
    signature_on,
    signed,
    signed_call,
    unsigned,
    unsigned_call,
)
from .messages import calls_of, each_call, each_message, with_calls
from .quirk import Quirk, Target

SKIP = "skip_thought_signature_validator"
"""Stands for the signature of a step that has none: made by another model, or forgotten."""

SIGNING = ("gemini", "nomnom", "gemini-scrape")
"""The families that are sent signatures."""


def given_back(request: ChatRequest, target: Target) -> ChatRequest:
    """Every turn of the model with the signature that the client sent, or else a store kept."""
    kept = _kept(target.asked or request, target)

    def given(message: JSONObject) -> JSONObject:
        if message["role"] != "assistant":
            return message
        return _given(message, next(kept, ""))

    return each_message(request, given)


def _kept(asked: ChatRequest, target: Target) -> Iterator[str]:
    """What is remembered of each of the model's turns, in order; empty for nothing."""
    found = signatures_for(asked.messages, target.remembered)
    roles = enumerate(message["role"] for message in asked.messages)
    return (found.get(place, "") for place, role in roles if role == "assistant")


def _given(message: JSONObject, kept: str) -> JSONObject:
    calls = calls_of(message)
    own = signature_on(message)
    signature = (signature_of_call(calls[0]) if calls else own) or kept or own
    if signature not in ("", SKIP) and not own:
        message = signed(message, signature)
    return _first_signed(message, signature or SKIP)


def _first_signed(message: JSONObject, signature: str) -> JSONObject:
    calls = calls_of(message)
    if not calls:
        return message
    return with_calls(message, [signed_call(calls[0], signature), *calls[1:]])


def skipped(request: ChatRequest) -> ChatRequest:
    """*request* with no signature but the word that skips the validator, on every step."""

    def skipping(message: JSONObject) -> JSONObject:
        new = _first_signed(_unsigned(message), SKIP)
        return message if new == message else new

    return each_message(request, skipping)


def stripped(request: ChatRequest, target: Target) -> ChatRequest:
    """*request* without any signature."""
    return each_message(request, _unsigned)


def _unsigned(message: JSONObject) -> JSONObject:
    return each_call(unsigned(message), unsigned_call)


QUIRK = Quirk("all", (), (("signatures", stripped),), unless=SIGNING)
