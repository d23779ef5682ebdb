"""What the other families refuse in the turns of a conversation: calls, results, reasoning."""

import re
from collections.abc import Iterator
from itertools import pairwise

from ..chat.request import ChatRequest
from .failures import error
from .reading import functions
from .script import Script
from .strict_steps import Check, orphans, steps_of


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
    for place in orphans(request):
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
