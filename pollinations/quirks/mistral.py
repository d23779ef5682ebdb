"""Mistral wants identifiers of nine characters, and no user who speaks right after a tool."""

from ..chat.request import ChatRequest, JSONObject
from .ids import form, in_form
from .messages import with_messages
from .quirk import Quirk, Target

DONE: JSONObject = {"role": "assistant", "content": "Done."}
"""What the model is taken to have said between a tool's result and the user's next words."""


def turns(request: ChatRequest, target: Target) -> ChatRequest:
    """A turn of the model between a tool's and the user's."""
    messages: list[JSONObject] = []
    for message in request.messages:
        if message["role"] == "user" and messages and messages[-1]["role"] == "tool":
            messages.append(DONE)
        messages.append(message)
    return with_messages(request, messages)


QUIRK = Quirk(
    "mistral",
    (
        *("mistral", "mistralai", "ministral", "mixtral", "magistral"),
        *("codestral", "devstral", "pixtral"),
    ),
    (("tool-ids", in_form(form("a-zA-Z0-9", 9, 9))), ("turns", turns)),
)
