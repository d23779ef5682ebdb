"""What NomNom accepts."""

import pytest

from pollinations.testing.conversations import asked, tool

NO_SEARCH = {"google_search_retrieval": {"disable": True}}
SEARCH = [tool(), tool("google_search")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"max_tokens": 2048}),
        ({"max_tokens": None}, {"max_tokens": 2048}),
        ({"max_tokens": 9000}, {"max_tokens": 9000}),
        ({"max_completion_tokens": 1}, {"max_completion_tokens": 1}),
        (
            {"tools": SEARCH, "max_tokens": 1},
            {"tools": SEARCH, "max_tokens": 1, "tools_config": NO_SEARCH},
        ),
        (
            {"tools": SEARCH, "max_tokens": 1, "tools_config": {"mine": 1}},
            {"tools": SEARCH, "max_tokens": 1, "tools_config": {"mine": 1}},
        ),
    ],
)
@pytest.mark.parametrize("name", ["enter/nomnom", "free/nomnom", "enter/gemini-scrape"])
def test_fields(sanitized, name, fields, expected) -> None:
    """In both universes; the search stays beside functions."""
    sent = sanitized(name, asked(**fields)).request.without("messages", "model", "seed", "private")
    assert sent.body == expected
