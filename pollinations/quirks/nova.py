"""Nova fails on long answers; for the rest it is as Bedrock wants it."""

from ..chat.request import ChatRequest
from . import bedrock
from .dialects import NOVA
from .limits import asked_for
from .quirk import Quirk, Target
from .tools import schemas

MAX_TOKENS = 8000


def max_tokens(request: ChatRequest, target: Target) -> ChatRequest:
    """``max_tokens`` of :data:`MAX_TOKENS`, unless the client set a lower limit."""
    asked = asked_for(request)
    if not asked:
        return request.but(max_tokens=MAX_TOKENS)
    high = [name for name, limit in asked.items() if _too_high(limit)]
    return request.but(**dict.fromkeys(high, MAX_TOKENS)) if high else request


def _too_high(limit: object) -> bool:
    return isinstance(limit, int | float) and limit > MAX_TOKENS


QUIRK = Quirk(
    "nova",
    ("nova",),
    (("max-tokens", max_tokens), *bedrock.RULES, ("schema", schemas(NOVA))),
)
