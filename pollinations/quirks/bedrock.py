"""What Claude and Nova share: Bedrock's idea of a conversation with tools."""

from ..chat.request import ChatRequest
from .dialects import CLAUDE
from .ids import form, in_form
from .quirk import Quirk, Rule, Target
from .tools import has_history, schemas

NOOP = {
    "type": "function",
    "function": {
        "name": "_noop",
        "description": "Never call this. It is here because earlier turns used tools.",
        "parameters": {"type": "object", "properties": {}},
    },
}


def noop(request: ChatRequest, target: Target) -> ChatRequest:
    """A tool that does nothing, if there is none: tool calls in a conversation demand one."""
    if request.tools or not has_history(request):
        return request
    return request.but(tools=[NOOP])


RULES: tuple[tuple[str, Rule], ...] = (
    ("noop", noop),
    ("tool-ids", in_form(form("a-zA-Z0-9_-", 1, 64))),
)

QUIRK = Quirk("bedrock", ("bedrock",), (*RULES, ("schema", schemas(CLAUDE))))
