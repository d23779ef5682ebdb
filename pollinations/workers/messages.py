"""
What goes through the pipes between a parent and its workers: a JSON array a line, of a topic and
what is said of it. Both ends are the same program, so what is said is trusted.
"""

from collections.abc import Iterator
from typing import Any

import attrs
import orjson

Message = tuple[str, Any]
"""A topic, and what is said of it: anything that JSON can say."""

LIMIT = 64 * 1024 * 1024
"""The most bytes that a message has; what workers remember and count is far less."""


def encode(topic: str, said: Any) -> bytes:
    """The line that says this."""
    return orjson.dumps([topic, said], option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)


@attrs.define(eq=False)
class Decoder:
    """
    Makes messages of bytes, however they were cut.

    :param limit: the most bytes that a message may have.
    """

    _limit: int = LIMIT
    _rest: bytes = attrs.field(default=b"", init=False, repr=False)

    def feed(self, data: bytes) -> Iterator[Message]:
        """
        The messages that are whole by now.

        :raises ValueError: this is none, or too long for one.
        """
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            topic, said = orjson.loads(line)
            yield topic, said
        if len(self._rest) > self._limit:
            raise ValueError(f"a message is longer than {self._limit} bytes")
