"""NomNom is a Gemini that searches; it stops early unless it is told how much it may say."""

from ..chat.request import ChatRequest
from . import signatures
from .dialects import GEMINI
from .gemini import search_disabled
from .google import TURNS
from .limits import asked_for
from .quirk import Quirk, Target
from .tools import schemas

MAX_TOKENS = 2048


def max_tokens(request: ChatRequest, target: Target) -> ChatRequest:
    """``max_tokens`` of :data:`MAX_TOKENS` where the client set no limit."""
    return request if asked_for(request) else request.but(max_tokens=MAX_TOKENS)


QUIRK = Quirk(
    "nomnom",
    ("nomnom", "gemini-scrape"),
    (
        ("max-tokens", max_tokens),
        ("tools-config", search_disabled),
        ("schema", schemas(GEMINI)),
        *TURNS,
    ),
    first=signatures.FIRST,
    remedies=signatures.REMEDIES,
    signed=True,
)
