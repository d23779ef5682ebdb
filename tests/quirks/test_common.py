"""What every model is sent."""

import pytest

from pollinations.errors import InvalidRequest
from pollinations.testing.conversations import asked, result, user


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("free/mistral", {}, {"seed": 7}),
        ("free/mistral", {"seed": None}, {"seed": 7}),
        ("free/mistral", {"seed": 42}, {"seed": 42}),
        ("free/mistral", {"stream_options": {"include_usage": True}}, {"seed": 7}),
        ("free/mistral", {"private": True, "seed": 1}, {"private": True, "seed": 1}),
        ("enter/glm", {}, {"private": True}),
        ("enter/glm", {"private": None}, {"private": True}),
        ("enter/glm", {"stream_options": {}}, {"stream_options": {}, "private": True}),
        ("elsewhere/glm", {}, {}),
    ],
)
def test_defaults(sanitized, name, fields, expected) -> None:
    """Each universe gets what it wants, and the client's own values stay."""
    body = {**sanitized(name, asked(model="x", **fields)).request.body}
    del body["messages"], body["model"]
    assert body == expected


@pytest.mark.parametrize(
    ("name", "fields"),
    [("free/mistral", {"seed": 0}), ("enter/glm", {"private": False})],
)
def test_b32_falsy_values_are_values(sanitized, name, fields) -> None:
    """A seed of 0 is a seed, and ``private: false`` was said."""
    [(field, value)] = fields.items()
    sent = sanitized(name, asked(**fields))
    assert sent.request.body[field] is value
    assert sent.changes == ()


@pytest.mark.parametrize("name", ["free/mistral", "enter/gemini", "enter/glm"])
def test_results_alone_are_no_conversation(sanitized, name) -> None:
    """Without the calls that they answer there is nothing to send."""
    with pytest.raises(InvalidRequest) as caught:
        sanitized(name, asked(result("a"), result(None)))
    assert (caught.value.status, caught.value.param) == (400, "messages")
    sent = sanitized(name, asked(result("a"), user())).request
    assert list(sent.messages) == [user()]
