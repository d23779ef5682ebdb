"""What Nova accepts."""

import pytest

from pollinations.testing.conversations import asked


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"max_tokens": 8000}),
        ({"max_tokens": None}, {"max_tokens": 8000}),
        ({"max_tokens": 32000}, {"max_tokens": 8000}),
        ({"max_tokens": 8000}, {"max_tokens": 8000}),
        ({"max_tokens": 1}, {"max_tokens": 1}),
        ({"max_completion_tokens": 9000}, {"max_completion_tokens": 8000}),
        (
            {"max_completion_tokens": 9, "max_tokens": 9e9},
            {"max_completion_tokens": 9, "max_tokens": 8000},
        ),
        ({"max_tokens": "many"}, {"max_tokens": "many"}),
    ],
)
@pytest.mark.parametrize("name", ["enter/amazon/nova-2-lite-v1", "free/nova-fast"])
def test_the_limit(sanitized, name, fields, expected) -> None:
    """At most 8000 tokens, under either name."""
    sent = sanitized(name, asked(**fields)).request.without("messages", "model", "seed", "private")
    assert sent.body == expected
