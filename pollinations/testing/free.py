"""What answers at each path of the universe without a key."""

from collections.abc import Callable, Mapping

from . import lists
from .bodies import json
from .failures import deprecation, queue_full, unreadable
from .recording import Asked
from .script import Model, Script


def free_pages(model: Model, busy: Callable[[Asked], bool]) -> Mapping[str, Model]:
    """
    Path to what answers there.

    :param model: what answers a chat request.
    :param busy: whether a request has to be turned away because another one runs.
    """

    def chat(asked: Asked) -> Script:
        if asked.key:
            return deprecation()(asked)
        if busy(asked):
            return queue_full()
        return unreadable(asked) or model(asked)

    listed = json(200, lists.legacy(lists.FREE))
    chats = ("/", "/openai", "/openai/chat/completions", "/v1/chat/completions")
    return {"/models": listed, "/openai/models": listed, **dict.fromkeys(chats, chat)}
