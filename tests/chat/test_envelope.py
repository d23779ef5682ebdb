"""Errors in OpenAI's form hold nothing that makes a client ask again in vain."""

import re

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.chat.envelope import OVERFLOW, calm, envelope_of
from pollinations.errors import InvalidRequest, UpstreamFailed

# What OpenCode 1.18 asks again for, in a message or anywhere in the body.
RETRIED = [
    re.compile(p, re.I)
    for p in (
        r"429|500|502|503|504|524",
        r"rate increased too quickly|rate limit|rate-limit|rate_limit|too many requests",
        r"overloaded|service unavailable|internal error|internal_error|internal server error",
        r"server error|server_error|server-error|provider returned error",
        r"terminated|fetch failed|failed to fetch|network[-_\s]error|upstream connect",
        r"connection error|connection refused|connection lost|socket connection was closed",
        r"socket hang up|reset before headers|getaddrinfo|enotfound|eai_again|econnrefused",
        r"econnreset|etimedout",
        r"^timeout$|\b(?:request|response|connection|network|stream|read)"
        r" (?:timeout|timed out|time out)\b",
        r"try your request again|retry your request|resource exhausted|resource_exhausted",
        r"\btry again (?:later|in\b)|\b(?:currently|temporarily) at capacity\b",
    )
]

FINAL = (400, 401, 402, 403, 404, 405, 413, 415, 422)


def retried(text: str) -> bool:
    return any(pattern.search(text) for pattern in RETRIED)


@pytest.mark.parametrize("status", FINAL)
@pytest.mark.parametrize(
    "message",
    [
        "This request costs ~0.00500 pollen, but your available balance is 0.00429.",
        "Insufficient balance: 15029 tokens would cost 1.5040.",
        "Too many requests, please try again later.",
        "The read timed out: connection error, ECONNRESET.",
        "request_id 5024295003 at 2026-11-21T05:02:50.424Z",
        "Rate limit: RESOURCE_EXHAUSTED, service unavailable, overloaded_error",
        "Provider returned error: Internal Server Error (terminated)",
        "timeout",
    ],
)
def test_a_final_error_is_never_asked_again(status: int, message: str) -> None:
    """Whatever the upstream wrote, a client that cannot mend it does not try."""
    failure = UpstreamFailed("reply", status, message, code="rate_limit", param="tools[502]")
    assert not retried(orjson.dumps(envelope_of(failure)).decode())


@given(st.text(), st.lists(st.sampled_from(["500", "0.0429", "rate limit", "try again in", " "])))
def test_calm_text_is_never_asked_again(text: str, parts: list[str]) -> None:
    """Wherever the words and digits stand."""
    assert not retried(calm(text + " ".join(parts)))


def test_a_calm_message_is_left_alone() -> None:
    """Amounts that look like no status stay as they are."""
    text = "This model costs ~0.0136 pollen, your balance is 0.31. Model gpt-5.4 is paid-only."
    assert calm(text) == text


def test_an_overflow_keeps_its_text() -> None:
    """Clients shorten the conversation by it."""
    text = "This model's maximum context length is 128500 tokens."
    failure = UpstreamFailed("reply", 400, text, code=OVERFLOW)
    assert envelope_of(failure)["error"]["message"] == text


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (InvalidRequest("no", "model"), "invalid_request_error"),
        (InvalidRequest("no", status=401), "authentication_error"),
        (InvalidRequest("no", status=403), "permission_error"),
        (UpstreamFailed("reply", 402, "no"), "insufficient_quota"),
        (UpstreamFailed("reply", 429, "no"), "rate_limit_error"),
        (UpstreamFailed("connect", 502, "no"), "server_error"),
        (UpstreamFailed("stream", 502, "no"), "upstream_error"),
    ],
)
def test_the_type_follows_the_status(error: InvalidRequest | UpstreamFailed, kind: str) -> None:
    """OpenAI's words, by which its SDKs choose an exception."""
    assert envelope_of(error)["error"]["type"] == kind


def test_a_broken_stream_is_not_asked_again() -> None:
    """Tokens that were paid for are not paid for again behind the user's back."""
    message = "The upstream stopped in the middle of its answer."
    failure = UpstreamFailed("stream", 502, message, code="stream_truncated")
    assert not retried(orjson.dumps(envelope_of(failure)).decode())
