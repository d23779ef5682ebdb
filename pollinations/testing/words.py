"""What a conversation says, in plain text."""

from collections.abc import Sequence

from ..chat.request import ChatRequest, JSONObject


def text_of(message: JSONObject) -> str:
    """The text of *message*, its parts joined."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content or ()
    return "\n".join(part.get("text") or "" for part in parts if isinstance(part, dict))


def system_text(request: ChatRequest) -> str:
    """The text of all system messages."""
    return "\n".join(text_of(m) for m in request.messages if m["role"] == "system")


def last_user_text(request: ChatRequest) -> str:
    """The text of the user's last message."""
    return next((text_of(m) for m in reversed(request.messages) if m["role"] == "user"), "")


def since_last_user(request: ChatRequest) -> Sequence[JSONObject]:
    """The messages after the user's last one: the current turn."""
    places = [place for place, m in enumerate(request.messages) if m["role"] == "user"]
    return request.messages[places[-1] + 1 :] if places else request.messages
