"""What somebody may have meant."""

import pytest

from pollinations.commands.near import near

NAMES = ("mistral", "mistral-small", "openai", "openai-fast", "gemini")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("mistrl", ["mistral", "mistral-small"]),
        ("MISTRAL", ["mistral", "mistral-small"]),
        ("fast", ["openai-fast"]),
        ("gemni", ["gemini"]),
        ("x", []),
        ("", []),
        ("mistral" * 10, []),
        ("\ud800", []),
    ],
)
def test_the_nearest_come_first(word: str, found: list[str]) -> None:
    """Then those that the word is a part of."""
    assert near(word, NAMES) == found


def test_no_more_than_asked_for() -> None:
    """The nearest alone, say."""
    assert near("openai", NAMES, 1) == ["openai"]
