"""OpenAI and Azure count the tools and the characters of an identifier."""

from itertools import chain

from ..chat.request import ChatRequest
from .dialects import OPENAI
from .ids import ANY, form, in_form
from .messages import name_of
from .quirk import Quirk, Target
from .tools import called, chosen, schemas, with_tools

MOST_TOOLS = 120
"""Azure's cap is 128; the rest is left for what the service adds."""

PREFERRED = (
    "bash",
    "read",
    "write",
    "edit",
    "webfetch",
    "glob",
    "grep",
    "searxng_remote_search",
    "deepsearch_deep_search",
    "google_search",
    "task",
    "todowrite",
)
"""What an agent can least do without, the most important first."""


def fewer_tools(request: ChatRequest, target: Target) -> ChatRequest:
    """
    At most :data:`MOST_TOOLS` tools, in the client's order.

    Those that ``tool_choice`` or the conversation names are kept before the preferred ones, and
    these before the rest.
    """
    tools = request.tools
    if len(tools) <= MOST_TOOLS:
        return request
    wanted = chain(sorted(chosen(request)), called(request), PREFERRED)
    ranks = {name: rank for rank, name in enumerate(dict.fromkeys(wanted))}
    places = range(len(tools))
    kept = sorted(places, key=lambda place: ranks.get(name_of(tools[place]), len(ranks)))
    return with_tools(request, [tools[place] for place in sorted(kept[:MOST_TOOLS])])


QUIRK = Quirk(
    "openai",
    ("openai", "gpt", "chatgpt", "azure"),
    (
        ("tools", fewer_tools),
        ("schema", schemas(OPENAI)),
        ("tool-ids", in_form(form(ANY, 1, 40))),
    ),
)
