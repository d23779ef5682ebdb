"""What is sent to a family is what the imitation's strict models of that family take."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.web.http_headers import Headers

from pollinations.chat.request import ChatRequest, Sanitized
from pollinations.quirks import QuirkSanitizer
from pollinations.quirks.retry import mended
from pollinations.routing.error_reply import failure_from
from pollinations.routing.route import ENTER, Route
from pollinations.testing.conversations import asked, assistant, call, result, step, tool, user
from pollinations.testing.strict import FAMILIES, openai
from pollinations.testing.strict_turns import Check

STRICT = {**FAMILIES, "openai": openai(120)}


def complaint(checks: Sequence[Check], request: ChatRequest):
    """The first thing that a strict model refuses, as the failure it is read as, or ``None``."""
    for check in checks:
        for script in check(request):
            data = b"".join(sent.data or b"" for sent in script.steps)
            return failure_from(script.status, Headers(), data, 0.0)
    return None


def attempts(family: str, request: ChatRequest) -> list[Sanitized]:
    """All that is sent until a strict model of *family* takes it."""
    sent = QuirkSanitizer().sanitize(request, Route(ENTER, family), {})
    sendings = [sent]
    while failure := complaint(STRICT[family], sent.request):
        again = mended(sent, failure)
        assert again is not None, failure
        sendings.append(sent := again)
    return sendings


AGENT = [
    user(),
    *(step(call("portkey-" + "0" * 36, "read", ""), "functions.bash:0"), result("x"), result("y")),
    *(step("", content=None), user(), assistant(), user()),
    *(step("c"), result("lost"), result("c")),
]
ODD = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {"size": {"type": "integer", "exclusiveMinimum": 0}},
    "properties": {"size": {"$ref": "#/$defs/size"}, "unit": {"const": "px"}},
    "anyOf": [{"required": ["size"]}, {"required": ["unit"]}],
}
TOOLS = [tool(f"tool_{n}", ODD) for n in range(200)]
SETTINGS = {"temperature": 0.3, "top_p": 0.9, "max_tokens": 32000, "stop": ["###"]}


@pytest.mark.parametrize("family", sorted(STRICT.keys() - {"kimi", "deepseek"}))
def test_an_agents_conversation_is_taken_at_once(family) -> None:
    """With as many tools as there are servers, or without any, and whatever the agent set."""
    assert len(attempts(family, asked(*AGENT, tools=TOOLS))) == 1
    assert len(attempts(family, asked(*AGENT, tools=TOOLS, **SETTINGS))) == 1
    assert len(attempts(family, asked(*AGENT))) == 1


@pytest.mark.parametrize("family", sorted(STRICT))
def test_a_search_beside_functions_is_taken_at_once(family) -> None:
    """By NomNom as it is, by Gemini without the search."""
    assert len(attempts(family, asked(tools=[tool(), tool("google_search")]))) == 1


@pytest.mark.parametrize("family", ["kimi", "deepseek"])
def test_steps_of_another_model_are_taken_the_second_time(family) -> None:
    """Their reasoning is nowhere, which the model has to say first."""
    first, second = attempts(family, asked(*AGENT))
    assert second.changes == (*first.changes, "retry.reasoning")


def test_a_signature_of_another_model_is_taken_the_second_time() -> None:
    """Nobody but the model can tell that it is not its own."""
    request = asked(user(), step(call("a", thought_signature="Zm9yZWlnbg==")), result("a"))
    first, second = attempts("gemini", request)
    assert second.changes == (*first.changes, "retry.signatures")


IDS = st.sampled_from(["", "a", "b", "call:1", "x" * 41, "y" * 4572])
CALLS = st.builds(
    call,
    IDS,
    st.sampled_from(["bash", "server.tool"]),
    st.sampled_from(["", "{}"]),
    thought_signature=st.sampled_from([None, "foreign"]),
)
TURNS = (
    st.builds(user)
    | st.builds(assistant)
    | st.lists(CALLS, min_size=1, max_size=3).map(lambda calls: step(*calls))
    | st.builds(result, IDS)
)


@given(
    st.sampled_from(sorted(STRICT)),
    st.lists(TURNS, max_size=9),
    st.sampled_from([{}, {"tools": TOOLS[:2]}]),
)
def test_any_conversation_is_taken_in_the_end(family, turns, fields) -> None:
    """At the latest the third time."""
    assert len(attempts(family, asked(user(), *turns, **fields))) <= 3
