"""One ``chat.completion.chunk`` on its way from the upstream to the client."""

from collections.abc import Mapping
from typing import Any, Self

import attrs


@attrs.frozen
class Chunk:
    """
    A piece of an answer.

    An answer that came as plain JSON is one chunk too, with each choice's ``message`` as its
    ``delta``: one truth for both forms.

    :param data: the parsed chunk. Never changed in place: a stage that alters it makes a copy.
    :param raw: the bytes it came as, or ``None`` when it is not what came.
    :param last: the answer ends with this chunk by our decision: nothing more is read.
    """

    data: Mapping[str, Any]
    raw: bytes | None = None
    last: bool = False

    def but(self, **fields: Any) -> Self:
        """A copy in which *fields* of the data have these values; it is no longer what came."""
        return attrs.evolve(self, data={**self.data, **fields}, raw=None)
