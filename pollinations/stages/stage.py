"""What a stage is: it is given chunks and yields chunks, and knows nothing of time or sockets."""

from collections.abc import Callable, Iterable
from typing import Protocol

import attrs

from ..chat.chunk import Chunk
from ..chat.request import ChatRequest
from ..routing.route import Route
from ..settings.schema import Settings


class Stage(Protocol):
    """One step that the chunks of an answer pass through."""

    def received(self, chunk: Chunk) -> Iterable[Chunk]:
        """
        Take a chunk and give what may go on: the chunk itself, others instead, or nothing yet.

        :raises UpstreamFailed: this is no answer. What it means is in the failure.
        """

    def stopped(self) -> Iterable[Chunk]:
        """The upstream ended its answer properly: give what is still missing from it."""


@attrs.frozen
class Context:
    """
    What the stages of one answer may know of it.

    :param request: as the client sent it.
    :param route: who answers.
    :param settings: the settings in force when the request came.
    :param make_id: gives a new identifier for a tool call that came without one.
    :param learn: is told, key by key (see :mod:`pollinations.chat.memory`), what to remember.
    """

    request: ChatRequest
    route: Route
    settings: Settings = attrs.field(factory=Settings)
    make_id: Callable[[], str] = lambda: "call_0"
    learn: Callable[[str, str], None] = lambda key, value: None


StageFactory = Callable[[Context], Stage]
