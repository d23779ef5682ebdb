"""The texts of a message."""

from collections.abc import Sequence
from typing import Any


def texts_of(content: Any) -> Sequence[str]:
    """
    What a message says in words.

    :param content: of the message: a text, a list of parts, or nothing.
    """
    if isinstance(content, str):
        return (content,)
    parts = [part.get("text") for part in content or () if isinstance(part, dict)]
    return [text for text in parts if isinstance(text, str)]
