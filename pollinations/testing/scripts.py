"""
Everything that an imitated upstream can be told to answer, under one name.

``from pollinations.testing import scripts`` and then, for one, ``scripts.text("Hello")``,
``scripts.InTurn(scripts.error(503, "Busy"), scripts.text("Here"))``. Each is a *model*: give it to
:class:`pollinations.testing.imitation.Imitation`, or to its ``pages`` for a path of your choice.
"""

from .answers import Call, calls, deltas, reasoning, signed_text, text
from .bodies import endless_text, events, json, raw
from .choosing import ByModel, ByUniverse, Either, InTurn
from .failures import (
    address_limited,
    concurrency_limited,
    deprecation,
    dropped,
    error,
    error_with_200,
    failing,
    garbage,
    hanging,
    html,
    insufficient_balance,
    key_rate_limited,
    no_choices,
    overflow,
    queue_full,
    refusal,
    refused,
    upstream_error,
)
from .recording import Asked, Exchange
from .reply import Reply, event
from .script import Abort, Cut, Model, Pause, Produce, Script, Send, Stall, Step

__all__ = [
    "Abort",
    "Asked",
    "ByModel",
    "ByUniverse",
    "Call",
    "Cut",
    "Either",
    "Exchange",
    "InTurn",
    "Model",
    "Pause",
    "Produce",
    "Reply",
    "Script",
    "Send",
    "Stall",
    "Step",
    "address_limited",
    "calls",
    "concurrency_limited",
    "deltas",
    "deprecation",
    "dropped",
    "endless_text",
    "error",
    "error_with_200",
    "event",
    "events",
    "failing",
    "garbage",
    "hanging",
    "html",
    "insufficient_balance",
    "json",
    "key_rate_limited",
    "no_choices",
    "overflow",
    "queue_full",
    "raw",
    "reasoning",
    "refusal",
    "refused",
    "signed_text",
    "text",
    "upstream_error",
]
