"""Gemini mixes no search with functions, and reads a conversation strictly."""

from collections.abc import Mapping

from ..chat.request import ChatRequest
from ..routing.route import ENTER, FREE
from . import signatures
from .dialects import GEMINI
from .google import TURNS
from .messages import name_of
from .quirk import Quirk, Target
from .tools import is_function, schemas, with_tools

SEARCH = "google_search"

NO_SEARCH: Mapping[str, object] = {"google_search_retrieval": {"disable": True}}
"""Keeps the free universe from adding a search of its own, which loops."""


def no_tools(request: ChatRequest, target: Target) -> ChatRequest:
    """
    ``tools: []`` says that none are wanted, or the service adds some, which rule out JSON.

    A model that is for searching is left the search which it is for, and a client that offers its
    tools in the older form is not said to offer none.
    """
    if request.tools or request.body.get("tools") == [] or target.route.universe != ENTER:
        return request
    if request.body.get("functions") or not target.tools_allowed or "search" in target.names:
        return request
    return request.but(tools=[])


def functions_only(request: ChatRequest, target: Target) -> ChatRequest:
    """Functions and built-in tools cannot be had together: the client's own ones stay."""
    if not any(map(is_function, request.tools)):
        return request
    return with_tools(
        request,
        [tool for tool in request.tools if is_function(tool) and name_of(tool) != SEARCH],
    )


def search_disabled(request: ChatRequest, target: Target) -> ChatRequest:
    """No search beside functions, unless the client configured its tools itself."""
    if not any(map(is_function, request.tools)) or request.body.get("tools_config") is not None:
        return request
    return request.but(tools_config=NO_SEARCH)


def search_disabled_for_free(request: ChatRequest, target: Target) -> ChatRequest:
    """No search beside functions, in the free universe: ``enter`` has no such setting."""
    return search_disabled(request, target) if target.route.universe == FREE else request


QUIRK = Quirk(
    "gemini",
    ("gemini",),
    (
        ("no-tools", no_tools),
        ("tools", functions_only),
        ("tools-config", search_disabled_for_free),
        ("schema", schemas(GEMINI)),
        *TURNS,
    ),
    unless=("nomnom", "gemini-scrape"),
    first=signatures.FIRST,
    remedies=signatures.REMEDIES,
    signed=True,
)
