"""
Models that are as particular as the real ones.

``Strict(Demo())`` refuses what the family of the model that is asked refuses, with its words, and
lets the model within answer the rest. A family is a row in :data:`FAMILIES`: a word in the names
of its models, and its checks.
"""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from ..chat.request import ChatRequest
from . import lists
from .demo import Demo
from .failures import error
from .families import belongs_to
from .recording import Asked
from .script import Model, Script
from .strict_gemini import gemini_arguments, gemini_signatures, gemini_turns
from .strict_schemas import (
    gemini_schemas,
    no_top_union,
    not_mixed,
    objects_on_top,
    top_fields_only,
)
from .strict_shapes import shapes
from .strict_steps import Check
from .strict_turns import (
    bedrock_ids,
    bedrock_pairs,
    bedrock_tools,
    deepseek_reasoning,
    ids_within,
    kimi_reasoning,
    mistral_ids,
    mistral_roles,
    named_results,
    openai_pairs,
)

CAP = 128
"""How many tools OpenAI takes."""


@attrs.frozen
class Strict:
    """
    Refuses what a family refuses.

    :param then: answers what is not refused.
    :param families: word in a model's name to what its family checks; all words that are in the
        name count.
    """

    then: Model = attrs.field(factory=Demo)
    families: Mapping[str, Sequence[Check]] = attrs.field(factory=lambda: FAMILIES)

    def __call__(self, asked: Asked) -> Script:
        """An error, or what the model within says."""
        return next(self._complaints(asked), None) or self.then(asked)

    def _complaints(self, asked: Asked) -> Iterator[Script]:
        yield from shapes(asked.chat)
        yield from _no_tools(asked)
        for word, checks in self.families.items():
            if belongs_to(asked.model, word):
                for check in checks:
                    yield from check(asked.chat)


def _no_tools(asked: Asked) -> Iterator[Script]:
    """A model that the list says has no tools takes neither them nor their history."""
    listed = lists.find(lists.FREE if asked.universe == "free" else lists.ENTER, asked.model)
    has_tools = asked.chat.tools or any(m["role"] == "tool" for m in asked.chat.messages)
    if listed is not None and not listed.tools and has_tools:
        yield error(400, "This model does not support tool calling or tool history")


def at_most_tools(cap: int) -> Check:
    """OpenAI and Azure take only so many tools."""

    def check(request: ChatRequest) -> Iterator[Script]:
        if len(request.tools) > cap:
            yield error(
                400,
                f"Invalid 'tools': array too long. Expected an array with maximum length {cap}, "
                f"but got an array with length {len(request.tools)} instead.",
            )

    return check


def at_most_tokens(most: int) -> Check:
    """Nova makes no longer answers, and says so to who asks for them."""

    def check(request: ChatRequest) -> Iterator[Script]:
        if (request.body.get("max_tokens") or 0) > most:
            yield error(
                400,
                f"The maximum tokens you requested exceeds the model limit of {most}. Try again "
                f"with a maximum tokens value that is lower than {most}.",
            )

    return check


_GEMINI = (gemini_arguments, gemini_schemas, gemini_turns, gemini_signatures, not_mixed)
_BEDROCK = (bedrock_ids, bedrock_tools, bedrock_pairs)


def openai(cap: int = CAP) -> Sequence[Check]:
    """OpenAI's checks, with another *cap* on the tools."""
    return (at_most_tools(cap), ids_within(40), openai_pairs, objects_on_top)


FAMILIES: Mapping[str, Sequence[Check]] = {
    "openai": openai(),
    "gpt": openai(),
    "gemini": _GEMINI,
    "nomnom": _GEMINI,
    "kimi": (named_results, kimi_reasoning, openai_pairs),
    "deepseek": (deepseek_reasoning, openai_pairs),
    "claude": (*_BEDROCK, no_top_union),
    "nova": (*_BEDROCK, top_fields_only, at_most_tokens(8000)),
    "mistral": (mistral_ids, mistral_roles, openai_pairs),
}
"""What each family refuses."""
