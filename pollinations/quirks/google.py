"""How Gemini reads a conversation, strictly, whatever the model that is made of it is for."""

from ..chat.request import ChatRequest, JSONObject
from . import results, signatures
from .messages import each_call, each_message, parts_of, with_messages
from .quirk import Rule, Target

_SYSTEM = ("system", "developer")


def arguments(request: ChatRequest, target: Target) -> ChatRequest:
    """Empty ``arguments`` become ``{}``: the service parses them as JSON."""
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
