"""What models refuse in the turns of a conversation: calls, results, and what belongs to them."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import attrs

from ..chat.request import ChatRequest, JSONObject
from ..quirks.messages import calls_of
from .failures import error
from .reading import fields, functions
from .script import Script
from .thoughts import belongs

Check = Callable[[ChatRequest], Iterable[Script]]
"""
Gives an error for each thing in a request that is refused; the first one is replied.

A request comes to it whose calls and functions have names, and whose schemas are objects.
"""

UNSIGNED = ("fast", "2.5")
"""Words in the names of the Gemini models that can do without signatures."""


@attrs.frozen
class ToolStep:
    """
    One step of a conversation: an assistant's calls, and the tool messages right after it.

    :param place: of the assistant's message.
    """

    place: int
    message: JSONObject
    results: Sequence[JSONObject]

    @property
    def calls(self) -> Sequence[JSONObject]:
        """The tool calls."""
        return calls_of(self.message)

    @property
    def call_ids(self) -> Sequence[str]:
        """The identifiers of the calls."""
        return [call.get("id") or "" for call in self.calls]

    @property
    def result_ids(self) -> Sequence[str]:
        """The identifiers that the results name."""
        return [result.get("tool_call_id") or "" for result in self.results]


def steps_of(request: ChatRequest) -> Iterator[ToolStep]:
    """The steps of the conversation that called tools."""
    messages = request.messages
    for place, message in enumerate(messages):
        if calls_of(message):
            after = place + 1
            end = after
            while end < len(messages) and messages[end]["role"] == "tool":
                end += 1
            yield ToolStep(place, message, messages[after:end])


def _orphans(request: ChatRequest) -> Iterator[int]:
    """The places of tool messages that follow no call."""
    before: JSONObject = {"role": ""}
    for place, message in enumerate(request.messages):
        if message["role"] == "tool" and not (calls_of(before) or before["role"] == "tool"):
            yield place
        before = message


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
    return next(
        (signature for signature in found if signature and isinstance(signature, str)), None
    )


def gemini_turns(request: ChatRequest) -> Iterator[Script]:
    """As many responses as calls, in their order, right after them."""
    if next(_orphans(request), None) is not None:
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


def ids_within(length: int) -> Check:
    """OpenAI and Azure take only so long identifiers."""

    def check(request: ChatRequest) -> Iterator[Script]:
        for step in steps_of(request):
            for number, id in enumerate(step.call_ids):
                if len(id) > length:
                    yield error(
                        400,
                        f"Invalid 'messages[{step.place}].tool_calls[{number}].id': string too "
                        f"long. Expected a string with maximum length {length}, but got a string "
                        f"with length {len(id)} instead.",
                    )

    return check


def openai_pairs(request: ChatRequest) -> Iterator[Script]:
    """Each call has a result, each result a call."""
    for place in _orphans(request):
        yield error(
            400,
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding "
            f"message with 'tool_calls'. (messages[{place}])",
        )
    for step in steps_of(request):
        if missing := set(step.call_ids) ^ set(step.result_ids):
            yield error(
                400,
                "An assistant message with 'tool_calls' must be followed by tool messages "
                "responding to each 'tool_call_id'. The following tool_call_ids did not have "
                f"response messages: {', '.join(sorted(missing))}",
            )


def named_results(request: ChatRequest) -> Iterator[Script]:
    """Kimi wants to be told which tool a result is of."""
    for place, message in enumerate(request.messages):
        if message["role"] == "tool" and not message.get("name"):
            yield error(400, f"Invalid request: messages[{place}]: tool message has no name")


def kimi_reasoning(request: ChatRequest) -> Iterator[Script]:
    """Kimi wants back what it thought before it called a tool."""
    for step in steps_of(request):
        if not step.message.get("reasoning_content"):
            yield error(
                400,
                "thinking is enabled but reasoning_content is missing in assistant tool call "
                f"message at index {step.place}",
            )


def deepseek_reasoning(request: ChatRequest) -> Iterator[Script]:
    """So does DeepSeek."""
    if any(not step.message.get("reasoning_content") for step in steps_of(request)):
        yield error(
            400, "The reasoning_content in the thinking mode must be passed back to the API."
        )


def bedrock_ids(request: ChatRequest) -> Iterator[Script]:
    """Bedrock's identifiers are letters, digits, hyphens and underscores."""
    for step in steps_of(request):
        for id in (*step.call_ids, *step.result_ids):
            if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", id):
                yield error(
                    400,
                    f"messages.{step.place}.content.0.tool_use.id: String should match pattern "
                    "'^[a-zA-Z0-9_-]+$'",
                )


def bedrock_tools(request: ChatRequest) -> Iterator[Script]:
    """Bedrock wants the tools that a conversation used to be there still."""
    if any(steps_of(request)) and not functions(request):
        yield error(
            400,
            "The toolConfig field must be defined when using toolUse and toolResult content "
            "blocks.",
        )


def bedrock_pairs(request: ChatRequest) -> Iterator[Script]:
    """Each use of a tool has its result right after it."""
    for step in steps_of(request):
        if missing := set(step.call_ids) ^ set(step.result_ids):
            yield error(
                400,
                f"messages.{step.place}: `tool_use` ids were found without `tool_result` blocks "
                f"immediately after: {', '.join(sorted(missing))}.",
            )


def mistral_ids(request: ChatRequest) -> Iterator[Script]:
    """Mistral's identifiers are nine letters and digits."""
    for step in steps_of(request):
        for id in (*step.call_ids, *step.result_ids):
            if not re.fullmatch(r"[a-zA-Z0-9]{9}", id):
                yield error(
                    400,
                    f"Tool call id was {id} but must be a-z, A-Z, 0-9, with a length of 9.",
                )


def mistral_roles(request: ChatRequest) -> Iterator[Script]:
    """After a tool, Mistral speaks first."""
    roles = [message["role"] for message in request.messages]
    if ("tool", "user") in pairwise(roles):
        yield error(400, "Unexpected role 'user' after role 'tool'")
