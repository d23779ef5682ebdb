"""Chunks that are held back."""

import attrs

from ..chat.chunk import Chunk
from .writers import dumps


@attrs.define(eq=False)
class Held:
    """
    Chunks that wait for what follows them, oldest first.

    :param size: how many bytes they came as, or would leave as where that is not known. Whoever
        holds them sees to it that this has a bound.
    """

    chunks: list[Chunk] = attrs.field(factory=list)
    size: int = 0

    def add(self, chunk: Chunk) -> None:
        """
        Take another one.

        :raises UpstreamFailed: it cannot be written, so there is no point in holding it.
        """
        self.size += len(dumps(chunk.data) if chunk.raw is None else chunk.raw)
        self.chunks.append(chunk)

    def let_go(self) -> list[Chunk]:
        """All of them, which from now on are held no longer."""
        chunks, self.chunks, self.size = self.chunks, [], 0
        return chunks
