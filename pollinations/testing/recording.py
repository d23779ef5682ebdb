"""What an imitated upstream was asked, and what became of each reply."""

from collections.abc import Mapping
from typing import Any

import attrs

from ..chat.request import ChatRequest


@attrs.frozen
class Asked:
    """
    One request that reached the imitation.

    :param universe: ``free`` or ``enter``.
    :param path: within the universe, without the query (``/v1/chat/completions``).
    :param query: the query's names and (last) values.
    :param headers: lower-case name to value; values of a repeated one are joined by commas.
    :param body: the parsed JSON, or ``None`` when there is none.
    :param raw: the body's bytes.
    :param when: seconds, by the imitation's clock.
    """

    universe: str
    path: str
    method: str = "POST"
    query: Mapping[str, str] = attrs.field(factory=dict)
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    body: Any = attrs.field(default=None, repr=False)
    raw: bytes = attrs.field(default=b"", repr=False)
    when: float = 0.0

    @property
    def key(self) -> str:
        """The bearer key that came with the request; empty for none."""
        scheme, _, key = self.headers.get("authorization", "").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""

    @property
    def chat(self) -> ChatRequest:
        """The body as a chat request, unchecked; an empty one where there is none."""
        return ChatRequest(self.body or {})

    @property
    def model(self) -> str:
        """The model that was asked for."""
        return self.chat.model

    @property
    def stream(self) -> bool:
        """Whether events were asked for."""
        return self.chat.stream


@attrs.define(eq=False)
class Exchange:
    """
    A request and what became of its reply.

    :param asked: the request.
    """

    asked: Asked
    status: int | None = None
    """What was replied, once it was decided."""

    written: int = 0
    """Bytes of body that were given to the transport."""

    ended: bool = False
    """Whether the script came to its end, or cut the connection itself."""

    hung_up: bool = False
    """Whether the client left before that."""
