"""What Gemini refuses in the turns of a conversation."""

from collections.abc import Iterator

from ..chat.request import ChatRequest, JSONObject
from .failures import error
from .reading import fields
from .script import Script
from .strict_steps import orphans, steps_of
from .thoughts import belongs

UNSIGNED = ("fast", "2.5")
"""Words in the names of the Gemini models that can do without signatures."""


def gemini_signatures(request: ChatRequest) -> Iterator[Script]:
    """Each step since the user spoke has its own signature on its first call."""
    if any(word in request.model for word in UNSIGNED):
        return
    spoken = max((p for p, m in enumerate(request.messages) if m["role"] == "user"), default=-1)
    for step in steps_of(request):
        if step.place < spoken:
            continue
        name = step.calls[0]["function"]["name"]
        signature = _signature(step.calls[0])
        if signature is None:
            yield error(
                400,
                "Function call is missing a thought_signature in functionCall parts. This is "
                "required for tools to work correctly. Additional data, function call "
                f"`default_api:{name}`, position {step.place + 1}.",
            )
        elif not belongs(signature, name):
            yield error(400, "Corrupted thought signature.")


def _signature(call: JSONObject) -> str | None:
    """What the call or its function carries, as a field or in Google's ``extra_content``."""
    holders = [call["function"], call]
    holders += [fields(fields(holder.get("extra_content")).get("google")) for holder in holders]
    found = (holder.get("thought_signature") for holder in holders)
    return next((text for text in found if text and isinstance(text, str)), None)


def gemini_turns(request: ChatRequest) -> Iterator[Script]:
    """As many responses as calls, in their order, right after them."""
    if next(orphans(request), None) is not None:
        yield error(
            400,
            "Please ensure that function response turn comes immediately after a function call "
            "turn.",
        )
    for step in steps_of(request):
        if list(step.result_ids) != list(step.call_ids):
            yield error(
                400,
                "Please ensure that the number of function response parts is equal to the number "
                "of function call parts of the function call turn.",
            )


def gemini_arguments(request: ChatRequest) -> Iterator[Script]:
    """The gateway parses arguments; an empty text breaks it."""
    for step in steps_of(request):
        if any(not call["function"].get("arguments") for call in step.calls):
            yield error(500, "Unexpected end of JSON input")
