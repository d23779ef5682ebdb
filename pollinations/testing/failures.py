"""The ways in which the service says no, or says nothing that can be used."""

from collections.abc import Mapping
from typing import Any, Literal

from ..chat import sse
from ..chat.request import ChatRequest
from ..errors import InvalidRequest
from .answers import text
from .bodies import events, json
from .choosing import Either
from .recording import Asked
from .reply import Reply, event
from .script import Cut, Model, Script, Send, Stall

Refused = Literal["credits", "budget", "quest", "model"]

_CODES: Mapping[int, str] = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    402: "INSUFFICIENT_BALANCE",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
    502: "BAD_GATEWAY",
    503: "SERVICE_UNAVAILABLE",
    504: "GATEWAY_TIMEOUT",
}

_LINK = "https://enter.pollinations.ai/?ref="

_REFUSALS: Mapping[Refused, str] = {
    "credits": "The account behind this API key doesn't have enough credits. "
    f"[Top up]({_LINK}agent_low_balance_topup) or "
    f"[complete a quest]({_LINK}agent_low_balance_quests).",
    "budget": "The API key used for this request has reached its budget. "
    f"[Raise it]({_LINK}agent_key_budget).",
    "quest": "The API key used for this request only spends Quest Pollen, and none is left. "
    f"[See the key]({_LINK}agent_quest_pollen_only).",
    "model": "The API key used for this request isn't allowed to use {model}. "
    f"[Allow it]({_LINK}agent_grant).",
}


_REFUSED: Mapping[Refused, tuple[int, str]] = {
    "budget": (402, "KEY_BUDGET_EXHAUSTED"),
    "quest": (402, "QUEST_POLLEN_ONLY"),
    "model": (403, "FORBIDDEN"),
}


def error(
    status: int,
    message: str,
    code: str | None = None,
    retry_after: str | float | None = None,
    **details: Any,
) -> Script:
    """
    The service's own error envelope.

    :param code: its machine-readable word; ``None``: the usual one of this status.
    :param retry_after: the header's value, seconds or a date or nonsense.
    :param details: fields of ``error.details``, an upstream's host and body for instance.
    """
    wrong = {
        "code": code or _CODES.get(status, "UNKNOWN_ERROR"),
        "message": message,
        "timestamp": "2026-11-21T08:00:00.000Z",
        "requestId": "req_imitation",
        **({"details": details} if details else {}),
    }
    headers = {} if retry_after is None else {"retry_after": str(retry_after)}
    return json(status, {"status": status, "success": False, "error": wrong}, **headers)


def unreadable(asked: Asked) -> Script | None:
    """400 for a body that is no chat request; ``None`` when it is one."""
    try:
        ChatRequest.from_json(asked.raw)
    except InvalidRequest as e:
        return error(400, e.message)
    return None


def upstream_error(status: int, message: str) -> Script:
    """An error of a provider, with the host and the body that nobody outside should see."""
    return error(
        status,
        message,
        name="UpstreamError",
        upstreamStatus=status,
        upstreamHost="provider.internal.example",
        upstreamBody=f'{{"error": "{message}"}}',
    )


def insufficient_balance(cost: float = 0.005, balance: float = 0.001) -> Script:
    """402, as an error: what JSON mode gets, and what everybody got before."""
    return error(
        402,
        f"Insufficient balance. This request costs ~{cost:.5f} pollen, but your available balance "
        f"is {balance:.5f}. Top up at https://enter.pollinations.ai",
    )


def overflow(tokens: int = 130_000, limit: int = 128_000) -> Script:
    """400 for a conversation that is longer than the model's context."""
    return error(
        400,
        f"This model's maximum context length is {limit} tokens. However, your messages resulted "
        f"in {tokens} tokens. Please reduce the length of the messages.",
        "context_length_exceeded",
    )


def key_rate_limited(seconds: int = 30) -> Script:
    """429 of a publishable key's bucket, without the envelope."""
    body = {
        "error": "Rate limit exceeded",
        "message": f"Publishable keys refill over time. Wait {seconds}s.",
        "retryAfterSeconds": seconds,
    }
    return json(429, body)


def concurrency_limited() -> Script:
    """429 of an account that may have one generation at a time, without the envelope."""
    body = {"error": "concurrency_limit_exceeded", "message": "1 generation is already active."}
    return json(429, body, retry_after="1")


def address_limited() -> Script:
    """429 of the edge, for an address that asks too often: plain text."""
    return Script(429, {"content-type": "text/plain"}, (Send(b"Too many requests from this IP"),))


def queue_full(status: int = 429) -> Script:
    """The free service's queue for an address is full: 429, and 402 at times."""
    message = (
        "Queue full for IP: 203.0.113.7: 1 requests already queued (max: 1). "
        "Get unlimited access at https://enter.pollinations.ai"
    )
    return json(status, {"error": message, "status": status})


def html(status: int = 200, title: str = "Bad gateway") -> Script:
    """A page for people, where an answer should be."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{title}</body></html>"
    return Script(status, {"content-type": "text/html; charset=UTF-8"}, (Send(page.encode()),))


def garbage(data: bytes = b'{"usage": [NaN, \xff', status: int = 200) -> Script:
    """JSON by its header, and not by its body."""
    return Script(status, {"content-type": "application/json"}, (Send(data),))


def hanging() -> Script:
    """Nothing at all, not even a status."""
    return Script(steps=(Stall(),))


def dropped() -> Script:
    """The connection is closed before a byte of the reply."""
    return Script(steps=(Cut(),))


def refusal(why: Refused = "credits", model: str = "this model") -> Reply:
    """A refusal that comes as an ordinary answer: HTTP 200, and no token used."""
    return text(_REFUSALS[why].format(model=model)).but(
        tokens=(0, 0), headers={"cache-control": "private, no-store"}
    )


def refused(why: Refused, model: str = "this model") -> Script:
    """The same refusal as an error, which JSON mode still gets."""
    if why == "credits":
        return insufficient_balance()
    status, code = _REFUSED[why]
    return error(status, _REFUSALS[why].format(model=model).partition(" [")[0], code)


def deprecation() -> Reply:
    """What the free service answers to whoever sends it a key."""
    return text(
        "⚠️ **IMPORTANT NOTICE** ⚠️\n\n"
        "The Pollinations legacy text API is being deprecated for **authenticated users**.\n\n"
        "Please migrate to our new service at https://enter.pollinations.ai"
    )


def failing(reply: Reply, message: str = "Provider stream failed", **fields: Any) -> Reply:
    """*reply*, with an error event in place of its end."""
    return reply.then(event({"error": {"message": message, **fields}}), Send(sse.encode(sse.DONE)))


def error_with_200(message: str = "Something went wrong") -> Model:
    """HTTP 200 whose body is an error."""
    wrong = {"error": {"message": message, "type": "server_error"}}
    return Either(events(wrong), json(200, wrong))


def no_choices() -> Model:
    """HTTP 200, an answer, and no choice in it."""
    return Either(events({"choices": []}, sse.DONE), json(200, {"choices": []}))
