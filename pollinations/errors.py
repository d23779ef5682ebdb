"""What can go wrong, apart from bugs: ours (the client's request) and theirs (an upstream)."""

from typing import Any, Final, Literal

import attrs

Phase = Literal["connect", "first_byte", "reply", "stream"]
"""
Where an upstream failed: before a connection stood, while we waited for its reply, with the reply
itself (a status, a refusal, something that is no answer), or after bytes of the answer had come.
"""

STOPPING: Final = "proxy_stopping"
"""The code of :func:`stopping`."""


class PollinationsError(Exception):
    """The parent of every error of this package."""


@attrs.frozen
class InvalidRequest(PollinationsError):
    """
    What the client sent is not a request that we can serve.

    :param message: for a person; names the field.
    :param param: the field, as ``messages[2].role``, or ``None`` for the body as a whole.
    :param status: the HTTP status that says so.
    :param code: OpenAI's machine-readable word, or ``None``.
    """

    message: str
    param: str | None = None
    status: int = 400
    code: str | None = None

    def __str__(self) -> str:
        return self.message


class ClientStalled(PollinationsError):
    """The client has taken nothing of its answer for so long that nobody waits for it any more."""


@attrs.frozen
class UpstreamFailed(PollinationsError):
    """
    An upstream did not give an answer, or not a whole one.

    :param phase: how far it had come.
    :param status: the HTTP status that this means: the upstream's own, or that which a refusal
        sent with 200 stands for, or 502 (broke) and 504 (too slow).
    :param message: for a person; holds no host name, key or body of the upstream. Not shown in a
        ``repr``: it may be the upstream's own words, which may quote the request.
    :param code: a machine-readable word (``insufficient_balance``, ``context_length_exceeded``…).
    :param param: the request's field that the upstream complained of, or ``None``.
    :param retry_after: seconds the upstream asked us to wait, or ``None``.
    :param body: the upstream's own error object, as parsed, never logged.
    :param in_band: whether it was sent as an answer, with status 200.
    """

    phase: Phase
    status: int
    message: str = attrs.field(repr=False)
    code: str | None = None
    param: str | None = None
    retry_after: float | None = None
    body: Any = attrs.field(default=None, repr=False)
    in_band: bool = False

    def __str__(self) -> str:
        return self.message


def stopping() -> UpstreamFailed:
    """What a client is told whose request is ended because the proxy stops: it may ask again."""
    message = "The proxy is being stopped; ask again in a moment."
    return UpstreamFailed("connect", 503, message, code=STOPPING)
