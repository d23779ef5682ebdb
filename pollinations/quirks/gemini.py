"""Gemini mixes no search with functions and reads a conversation strictly."""

from collections.abc import Mapping

from ..chat.request import ChatRequest, JSONObject
from ..routing.route import ENTER, FREE
from . import results, signatures
from .dialects import GEMINI
from .messages import each_call, each_message, name_of, parts_of, with_messages
from .quirk import Quirk, Rule, Target
from .tools import is_function, schemas, with_tools

SEARCH = "google_search"

NO_SEARCH: Mapping[str, object] = {"google_search_retrieval": {"disable": True}}
"""Keeps the free universe from adding a search of its own, which loops."""

_SYSTEM = ("system", "developer")


def no_tools(request: ChatRequest, target: Target) -> ChatRequest:
    """
    Say that no tools are wanted, or the service adds some that cannot be had with JSON.

    A model that is for searching is left the search which it is for.
    """
    if request.tools or request.body.get("tools") == [] or target.route.universe != ENTER:
        return request
    if not target.tools_allowed or "search" in target.names:
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
    """As :func:`search_disabled`; the enter universe has no such setting."""
    return search_disabled(request, target) if target.route.universe == FREE else request


def arguments(request: ChatRequest, target: Target) -> ChatRequest:
    """The service parses arguments as JSON, which an empty text is not."""
    return each_message(request, lambda message: each_call(message, _with_arguments))


def _with_arguments(call: JSONObject) -> JSONObject:
    function = call.get("function")
    if not function or (function.get("arguments") or "").strip():
        return call
    return {**call, "function": {**function, "arguments": "{}"}}


def one_system(request: ChatRequest, target: Target) -> ChatRequest:
    """The service keeps the first system message alone, so the others are merged into it."""
    system = [message for message in request.messages if message["role"] in _SYSTEM]
    if len(system) < 2:
        return request
    first = {**system[0], "content": _merged([message.get("content") for message in system])}
    rest = [message for message in request.messages if message["role"] not in _SYSTEM]
    place = next(i for i, message in enumerate(request.messages) if message is system[0])
    return with_messages(request, [*rest[:place], first, *rest[place:]])


def _merged(contents: list[object]) -> object:
    """One content of several: a text of texts, parts as soon as there is one of parts."""
    if any(isinstance(content, list) for content in contents):
        return [part for content in contents for part in parts_of(content)]
    return "\n\n".join(text for text in contents if isinstance(text, str) and text)


TURNS: tuple[tuple[str, Rule], ...] = (
    ("system", one_system),
    ("arguments", arguments),
    ("names", results.named),
    ("signatures", signatures.given_back),
)
"""How a conversation is read, whatever the model is for."""

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
)
