"""What every model is sent, whatever its family."""

from ..chat.request import ChatRequest
from ..errors import InvalidRequest
from ..routing.route import ENTER, FREE
from .messages import with_messages
from .pairing import paired
from .quirk import Quirk, Target


def seed(request: ChatRequest, target: Target) -> ChatRequest:
    """A random ``seed``, or free models answer equal requests from a cache; 0 is one already."""
    if target.route.universe != FREE or request.body.get("seed") is not None:
        return request
    return request.but(seed=target.seed())


def private(request: ChatRequest, target: Target) -> ChatRequest:
    """``private: true`` keeps what is paid for out of the public feed, unless the client set it."""
    if target.route.universe != ENTER or request.body.get("private") is not None:
        return request
    return request.but(private=True)


def stream_options(request: ChatRequest, target: Target) -> ChatRequest:
    """``stream_options`` left out for free models, which do not know them."""
    return request.without("stream_options") if target.route.universe == FREE else request


def pairing(request: ChatRequest, target: Target) -> ChatRequest:
    """
    Every tool call has exactly one result, right after it and in order.

    How they find each other is in :mod:`pollinations.quirks.pairing`.

    :raises InvalidRequest: nothing is left but results of tools that nobody called.
    """
    messages = paired(request.messages)
    if not messages and request.messages:
        raise InvalidRequest("'messages' holds only results of tools, and no call.", "messages")
    return with_messages(request, messages)


QUIRK = Quirk(
    "all",
    (),
    (
        ("seed", seed),
        ("private", private),
        ("stream-options", stream_options),
        ("pairing", pairing),
    ),
)
