"""An error that comes with status 200 is one all the same."""

from typing import Any

import pytest

from pollinations.chat.chunk import Chunk
from pollinations.errors import UpstreamFailed
from pollinations.stages.error import Error
from pollinations.testing.chunks import chunk, context, passed


def error(**fields: Any) -> Chunk:
    return Chunk.of({"choices": [], **fields})


ERRORS = [
    (error(error={"message": "Provider stream failed"}), 502, "Provider stream failed"),
    (error(error="It broke"), 502, "It broke"),
    (error(error={"message": "No", "status": 429}), 429, "No"),
    (error(error={"message": "No", "code": 503}), 503, "No"),
    (error(status=400, success=False, error={"message": "No"}), 400, "No"),
    (error(error={"message": "No", "status": 200}), 502, "No"),
    (error(error={"message": "No", "status": "401"}), 502, "No"),
    (error(type="error", error={"type": "overloaded_error", "message": "Busy"}), 502, "Busy"),
    (error(error={"status": True}), 502, "The upstream gave no reason."),
    (chunk(finish="error"), 502, "The upstream gave no reason."),
    (
        Chunk.of(
            {
                "choices": [
                    {
                        "index": 0,
                        "delta": {},
                        "finish_reason": "error",
                        "error": {"message": "Ouch"},
                    }
                ]
            }
        ),
        502,
        "Ouch",
    ),
]


@pytest.mark.parametrize(("sent", "status", "message"), ERRORS)
def test_errors(sent: Chunk, status: int, message: str) -> None:
    """Keep the status that they claim, if it is that of an error."""
    with pytest.raises(UpstreamFailed) as raised:
        passed(Error(context()), sent)
    failure = raised.value
    assert (failure.phase, failure.status, failure.message) == ("reply", status, message)
    assert failure.code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"message": "x", "code": "content_policy_violation"}, "content_policy_violation"),
        ({"message": "x"}, "upstream_error"),
    ],
)
def test_codes(said: dict[str, Any], code: str) -> None:
    """The upstream's own word, else one that says whose error it is."""
    with pytest.raises(UpstreamFailed) as raised:
        passed(Error(context()), error(error=said))
    assert raised.value.code == code


def test_tells_no_host() -> None:
    """Nor anything else that is for the service's own people."""
    said = {
        "message": "fetch to https://provider.internal.example/v1 failed",
        "details": {"upstreamHost": "provider.internal.example", "upstreamBody": "secret"},
    }
    with pytest.raises(UpstreamFailed) as raised:
        passed(Error(context()), error(error=said))
    assert "provider" not in raised.value.message
    assert "secret" not in raised.value.message


def test_an_answer_is_none() -> None:
    """Not even one with a null error."""
    answer = Chunk.of({**chunk("Hi", finish="stop").data, "error": None})
    assert passed(Error(context()), answer) == [answer]
