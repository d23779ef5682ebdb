"""Error replies of every shape that has been seen."""

from collections.abc import Sequence
from typing import Any

import attrs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.chat.envelope import OVERFLOW
from pollinations.errors import UpstreamFailed
from pollinations.routing.error_reply import QUEUE_FULL, failure_from

NOW = 1_800_000_000.0
PAGE = b"<!DOCTYPE html><html><head><title>524: A timeout occurred</title></head></html>"
NO_REASON = "The upstream gave no reason."
BUSY = "The free service is still answering another request from this address."
TOO_LONG = "This model's maximum context length is 8192 tokens, however you asked for 9000."


@attrs.frozen
class Headers:
    """A reply's headers."""

    retry_after: str | None = None

    def getRawHeaders(self, name: str, /) -> Sequence[str] | None:
        return [self.retry_after] if name == "Retry-After" and self.retry_after else None


def read(status: int, body: Any, retry_after: str | None = None) -> UpstreamFailed:
    """What a reply with this *body* stands for."""
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return failure_from(status, Headers(retry_after), raw, NOW)


def envelope(status: int, code: str, message: str, **error: Any) -> dict[str, Any]:
    """The service's own shape."""
    said = {"code": code, "message": message, "timestamp": "2026-05-16T08:39:08.336Z", **error}
    return {"status": status, "success": False, "error": said}


@pytest.mark.parametrize(
    ("status", "body", "meant", "code", "message"),
    [
        # The service's own envelope.
        (
            402,
            envelope(402, "INSUFFICIENT_BALANCE", "Insufficient balance. It costs ~0.1 pollen."),
            402,
            "insufficient_balance",
            "Insufficient balance. It costs ~0.1 pollen.",
        ),
        (
            402,
            envelope(402, "KEY_BUDGET_EXHAUSTED", "This key has reached its limit."),
            402,
            "key_budget_exhausted",
            "This key has reached its limit.",
        ),
        (
            402,
            envelope(402, "QUEST_POLLEN_ONLY", "This key only spends Quest Pollen."),
            402,
            "quest_pollen_only",
            "This key only spends Quest Pollen.",
        ),
        (
            402,
            envelope(402, "PAYMENT_REQUIRED", "The key's budget is used up."),
            402,
            "key_budget_exhausted",
            "The key's budget is used up.",
        ),
        (
            500,
            envelope(500, "UNKNOWN_ERROR", "Something broke."),
            500,
            "unknown_error",
            "Something broke.",
        ),
        # Its older and its other shapes.
        (
            429,
            {"error": "Rate limit exceeded", "message": "Slow down.", "retryAfterSeconds": 12},
            429,
            None,
            "Slow down.",
        ),
        (
            429,
            {"error": "concurrency_limit_exceeded", "message": "One at a time."},
            429,
            "concurrency_limit_exceeded",
            "One at a time.",
        ),
        (
            402,
            {"error": "Model not found or tier not high enough. Your tier: anonymous"},
            402,
            "model_not_allowed",
            "Model not found or tier not high enough. Your tier: anonymous",
        ),
        (
            402,
            {"error": "Queue full for IP: 203.0.113.9: 1 requests already queued (max: 1)."},
            429,
            QUEUE_FULL,
            BUSY,
        ),
        (
            429,
            {"error": {"message": "Queue full for IP: 203.0.113.9", "code": "RATE_LIMITED"}},
            429,
            QUEUE_FULL,
            BUSY,
        ),
        (402, {"x402Version": 1, "error": "Pay first", "accepts": []}, 429, QUEUE_FULL, BUSY),
        # OpenAI's, and what gateways make of it.
        (
            401,
            {"error": {"message": "Wrong key.", "type": "auth_error", "param": None, "code": None}},
            401,
            None,
            "Wrong key.",
        ),
        (
            400,
            {"error": {"message": "No such field.", "type": "x", "code": "unknown_parameter"}},
            400,
            "unknown_parameter",
            "No such field.",
        ),
        (
            500,
            {"error": {"message": '{"error":"Internal","message":"It broke inside."}'}},
            500,
            "internal",
            "It broke inside.",
        ),
        (500, {"error": "{not even JSON"}, 500, None, "{not even JSON"),
        (403, {"detail": "Not for you."}, 403, None, "Not for you."),
        (400, [{"error": {"message": "In a list.", "code": 400}}], 400, None, "In a list."),
        # No shape at all.
        (403, b"Your request was blocked.", 403, None, "Your request was blocked."),
        (524, PAGE, 524, None, "The upstream sent a web page instead of an answer."),
        (530, b"\xff\xfe<html>", 530, None, "The upstream sent a web page instead of an answer."),
        (500, b"", 500, None, NO_REASON),
        (500, b"null", 500, None, NO_REASON),
        (500, b"{}", 500, None, NO_REASON),
        (500, b"[]", 500, None, NO_REASON),
        (500, b"17", 500, None, NO_REASON),
        (500, {"error": {"message": {"nested": 1}}}, 500, None, NO_REASON),
        (500, b'{"error": {"message": "half', 500, None, '{"error": {"message": "half'),
        # A redirect and its like are no answers either.
        (302, b"", 502, None, NO_REASON),
        (204, b"", 502, None, NO_REASON),
    ],
)
def test_every_shape(status: int, body: Any, meant: int, code: str | None, message: str) -> None:
    """Whatever shape a reply has, it stands for a status, a code and a message."""
    failure = read(status, body)
    assert (failure.phase, failure.status, failure.code) == ("reply", meant, code)
    assert failure.message == message


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": {"message": TOO_LONG, "code": "context_length_exceeded"}}),
        (400, {"error": {"message": TOO_LONG, "code": "BAD_REQUEST"}}),
        (413, {"error": TOO_LONG}),
        (422, TOO_LONG.encode()),
        (
            400,
            envelope(
                400,
                "BAD_REQUEST",
                "400 Bad Request",
                details={
                    "name": "UpstreamError",
                    "upstreamHost": "gen.pollinations.ai",
                    "upstreamBody": {"error": {"message": TOO_LONG}},
                },
            ),
        ),
    ],
)
def test_too_long_a_conversation(status: int, body: Any) -> None:
    """Its text stays, from wherever it was said: clients shorten the conversation by it."""
    failure = read(status, body)
    assert (failure.status, failure.code) == (status, OVERFLOW)
    assert TOO_LONG in failure.message
    assert "pollinations.ai" not in failure.message


@pytest.mark.parametrize(
    "text",
    [
        "This model's maximum context length is 128000 tokens.",
        "prompt is too long: 210000 tokens > 200000 maximum",
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        "Input is too long for requested model.",
        "Please reduce the length of the messages or completion.",
        "Your input exceeds the context window of this model.",
    ],
)
def test_the_words_for_too_long(text: str) -> None:
    """Each provider has its own."""
    assert read(400, {"error": {"message": text}}).code == OVERFLOW


@pytest.mark.parametrize(
    "text",
    ["Unknown parameter: context.", "max_tokens must be a number.", "Invalid image in messages."],
)
def test_other_complaints_are_not_too_long(text: str) -> None:
    """A request that is wrong in another way must not make a client shorten it."""
    assert read(400, {"error": {"message": text}}).code != OVERFLOW


def test_too_long_is_not_what_a_server_breaks_of() -> None:
    """The words mean something about the request only where the request is complained of."""
    assert read(500, {"error": {"message": TOO_LONG}}).code != OVERFLOW


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"error": {"message": "No.", "param": "messages"}}, "messages"),
        (
            envelope(400, "BAD_REQUEST", "No.", details={"fieldErrors": {"seed": ["Too big."]}}),
            "seed",
        ),
        ({"error": {"message": "No.", "param": 3}}, None),
        ({"error": {"message": "No.", "details": {"fieldErrors": []}}}, None),
    ],
)
def test_the_field_that_is_complained_of(body: Any, param: str | None) -> None:
    """Where the upstream names one."""
    assert read(400, body).param == param


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        ("3", {}, 3.0),
        (None, {"error": "Slow", "retryAfterSeconds": 12}, 12.0),
        (None, {"error": {"message": "Slow", "retry_after": "1.5"}}, 1.5),
        (None, {"error": {"message": "Slow"}, "retryAfterSeconds": 4}, 4.0),
        ("3", {"error": "Slow", "retryAfterSeconds": 12}, 3.0),
        ("soon", {"error": "Slow", "retryAfterSeconds": 12}, 12.0),
        (None, {"error": "Slow", "retryAfterSeconds": True}, None),
        (None, {}, None),
    ],
)
def test_how_long_to_wait(header: str | None, body: Any, seconds: float | None) -> None:
    """By the header, else by the body."""
    assert read(429, body, header).retry_after == seconds


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Top up at https://enter.pollinations.ai/?ref=x now.", "Top up at … now."),
        ("gen.pollinations.ai did not answer", "… did not answer"),
        ("POST http://10.0.0.7:8080/v1/chat failed", "POST … failed"),
        ("connect to 10.0.0.7:8080 refused", "connect to … refused"),
        ("connect to localhost:8080/x refused", "connect to … refused"),
        ("x.openai.azure.com:443/openai said no", "… said no"),
        ("no key sk_live_abcdefghijkl for you", "no key … for you"),
        ("Authorization: Bearer abc.def.ghi", "Authorization: …"),
        ("from 2a06:98c0:3600::103 again", "from … again"),
        # What only looks like an address stays.
        ("openai/gpt-5.4 costs 0.0050 pollen", "openai/gpt-5.4 costs 0.0050 pollen"),
        ("'messages.0.content' is missing", "'messages.0.content' is missing"),
        ("tool my.tool: at 12:30:45", "tool my.tool: at 12:30:45"),
    ],
)
def test_addresses_and_keys_stay_inside(said: str, kept: str) -> None:
    """Where an upstream lives, and what it was shown, is nobody's business."""
    assert read(400, {"error": {"message": said}}).message == kept


def test_a_long_message_is_cut() -> None:
    """A message is for a person."""
    assert len(read(500, b"word " * 10_000).message) <= 1000


def test_the_body_is_kept_out_of_sight() -> None:
    """What the upstream sent is there for those who need it, and in no log."""
    failure = read(400, {"error": {"message": "No.", "code": "SECRET"}})
    assert failure.body == {"message": "No.", "code": "SECRET"}
    assert "SECRET" not in repr(failure)


json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "message", "code", "details", "detail", "param", "fieldErrors", "type"]
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.integers(100, 599), json.map(orjson.dumps) | st.binary(), st.text())
def test_nothing_is_too_strange(status: int, body: bytes, retry_after: str) -> None:
    """Any reply stands for a failure with a message and an error's status."""
    failure = read(status, body, retry_after)
    assert failure.status >= 400
    assert failure.message


@pytest.mark.parametrize("place", ["error", "message", "details", "detail"])
@pytest.mark.parametrize("depth", [1, 3, 30, 200])
def test_nothing_is_too_deep(place: str, depth: int) -> None:
    """Replies inside replies end somewhere."""
    said: Any = "No."
    for _ in range(depth):
        said = {place: said}
    assert read(400, orjson.dumps({"error": said})).message


def test_quotes_in_quotes_end() -> None:
    """Gateways that quote each other are followed some way, and no further."""
    said = "No."
    for _ in range(6):
        said = orjson.dumps({"error": {"message": said}}).decode()
    assert "No." in read(400, said.encode()).message
