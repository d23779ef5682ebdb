"""What a check of a conversation's turns looks at: the steps that call tools, and stray results."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import attrs

from ..chat.request import ChatRequest, JSONObject
from ..quirks.messages import calls_of
from .script import Script

Check = Callable[[ChatRequest], Iterable[Script]]
"""
Gives an error for each thing in a request that is refused; the first one is replied.

A request comes to it whose calls and functions have names, and whose schemas are objects.
"""


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


def orphans(request: ChatRequest) -> Iterator[int]:
    """The places of tool messages that follow no call."""
    before: JSONObject = {"role": ""}
    for place, message in enumerate(request.messages):
        if message["role"] == "tool" and not (calls_of(before) or before["role"] == "tool"):
            yield place
        before = message
