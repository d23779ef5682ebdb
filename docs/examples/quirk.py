"""A family of models that takes no system message, added from outside."""

from pollinations.chat.request import ChatRequest
from pollinations.quirks import QUIRKS, Quirk, QuirkSanitizer, Target
from pollinations.quirks.messages import each_message


def no_system(request: ChatRequest, target: Target) -> ChatRequest:
    """What the model would be told is said by the user instead."""
    return each_message(
        request,
        lambda message: {**message, "role": "user"} if message["role"] == "system" else message,
    )


QUIRK = Quirk("oldie", ("oldie", "vintage"), (("no-system", no_system),))

sanitizer = QuirkSanitizer((*QUIRKS, QUIRK))
