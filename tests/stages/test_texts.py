"""The texts of a message are found in any form of its content."""

from collections.abc import Sequence
from typing import Any

import pytest

from pollinations.stages.texts import texts_of


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        ("Hi", ["Hi"]),
        ("", [""]),
        (None, []),
        ([], []),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], ["a", "b"]),
        ([{"type": "image_url", "image_url": {"url": "x"}}, {"text": 7}, "c", None], []),
    ],
)
def test_cases(content: Any, texts: Sequence[str]) -> None:
    """Whatever is no text is left out."""
    assert list(texts_of(content)) == texts
