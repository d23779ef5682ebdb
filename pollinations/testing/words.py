"""What a conversation says, in plain text."""

from collections.abc import Sequence

from ..chat.request import ChatRequest, JSONObject
from ..quirks.messages import text_of


def system_text(request: ChatRequest) -> str:
    """The text of all system messages."""
    return "\n".join(_said(m) for m in request.messages if m["role"] == "system")


def last_user_text(request: ChatRequest) -> str:
    """The text of the user's last message."""
    return next((_said(m) for m in reversed(request.messages) if m["role"] == "user"), "")


def since_last_user(request: ChatRequest) -> Sequence[JSONObject]:
    """The messages after the user's last one: the current turn."""
    places = [place for place, m in enumerate(request.messages) if m["role"] == "user"]
    return request.messages[places[-1] + 1 :] if places else request.messages


def _said(message: JSONObject) -> str:
    return text_of(message.get("content"))
