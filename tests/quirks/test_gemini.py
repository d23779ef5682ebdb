"""What Gemini accepts."""

import pytest

from pollinations.testing.conversations import (
    asked,
    assistant,
    call,
    result,
    step,
    system,
    tool,
    user,
)

BUILT_IN = [{"type": "code_execution"}, {"type": "google_search"}]
NO_SEARCH = {"google_search_retrieval": {"disable": True}}
CHOICE = {"type": "function", "function": {"name": "google_search"}}
MISSING = object()


def fields(sent, *names: str) -> tuple[object, ...]:
    """The values of these fields, as far as they are there."""
    return tuple(sent.request.body.get(name, MISSING) for name in names)


@pytest.mark.parametrize(
    ("name", "tools", "expected", "config"),
    [
        ("enter/gemini", [tool(), *BUILT_IN], [tool()], MISSING),
        ("enter/gemini", [tool(), tool("google_search")], [tool()], MISSING),
        ("enter/gemini", BUILT_IN, BUILT_IN, MISSING),
        ("enter/gemini", [tool("google_search")], MISSING, MISSING),
        ("enter/gemini", [{"function": {"name": "f"}}], [{"function": {"name": "f"}}], MISSING),
        ("free/gemini", [tool(), *BUILT_IN], [tool()], NO_SEARCH),
        ("free/gemini", BUILT_IN, BUILT_IN, MISSING),
        ("free/gemini", [tool("google_search")], MISSING, MISSING),
        ("enter/gemini", MISSING, [], MISSING),
        ("enter/gemini", None, [], MISSING),
        ("enter/gemini", [], [], MISSING),
        ("free/gemini", MISSING, MISSING, MISSING),
        ("free/gemini", [], [], MISSING),
        ("enter/gemini-search", MISSING, MISSING, MISSING),
        ("enter/google/gemini-2.5-flash-lite:search", MISSING, MISSING, MISSING),
    ],
)
def test_tools(sanitized, name, tools, expected, config) -> None:
    """Functions and search do not mix, and a search that nobody asked for is kept out."""
    request = asked(tools=tools) if tools is not MISSING else asked()
    assert fields(sanitized(name, request), "tools", "tools_config") == (expected, config)


@pytest.mark.parametrize(
    ("functions", "expected"), [([{"name": "f"}], MISSING), ([], []), (None, [])]
)
def test_functions_are_tools(sanitized, functions, expected) -> None:
    """Who offers some in the older form does not want none."""
    assert fields(sanitized("enter/gemini", asked(functions=functions)), "tools") == (expected,)


def test_the_clients_own_configuration_stays(sanitized) -> None:
    """It was said."""
    sent = sanitized("free/gemini", asked(tools=[tool()], tools_config={"mine": 1}))
    assert fields(sent, "tools_config") == ({"mine": 1},)


@pytest.mark.parametrize(
    ("tools", "choice", "expected"),
    [
        ([tool("google_search")], "auto", MISSING),
        ([tool("google_search")], CHOICE, MISSING),
        ([tool(), tool("google_search")], CHOICE, MISSING),
        ([tool(), tool("google_search")], "auto", "auto"),
        ([tool()], CHOICE, CHOICE),
    ],
)
def test_b32_a_choice_goes_with_its_tool(sanitized, tools, choice, expected) -> None:
    """One that names a tool which was removed is removed as well, and no other."""
    request = asked(tools=tools, tool_choice=choice, tools_config={})
    assert fields(sanitized("enter/gemini", request), "tool_choice") == (expected,)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [("", "{}"), (" ", "{}"), (None, "{}"), ("{}", "{}"), ('{"a": ""}', '{"a": ""}'), ("{", "{")],
)
def test_empty_arguments_become_an_object(sanitized, arguments, expected) -> None:
    """And others stay, even those that are wrong."""
    request = asked(step(call("a", arguments=arguments)), result("a"))
    sent = sanitized("enter/gemini", request).request.messages[0]["tool_calls"][0]
    assert sent["function"]["arguments"] == expected


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([system("A"), user(), system("B")], [system("A\n\nB"), user()]),
        ([user(), system("A"), assistant()], [user(), system("A"), assistant()]),
        ([user(), system("A"), user(), system("B")], [user(), system("A\n\nB"), user()]),
        ([system(None), system("B"), system("")], [system("B")]),
        ([system("A"), {"role": "developer", "content": "B"}], [system("A\n\nB")]),
        (
            [system([{"type": "text", "text": "A"}]), system("B")],
            [system([{"type": "text", "text": "A"}, {"type": "text", "text": "B"}])],
        ),
    ],
)
def test_system_messages_are_merged(sanitized, messages, expected) -> None:
    """Into the first, where it stands."""
    assert list(sanitized("enter/gemini", asked(*messages)).request.messages) == expected


@pytest.mark.parametrize("model", ["enter/gemini", "enter/kimi"])
@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("bash", {}, "bash"),
        ("bash", {"name": "mine"}, "mine"),
        ("server.tool/x", {}, "server_tool_x"),
        ("x" * 70, {}, "x" * 64),
        ("", {}, None),
    ],
)
def test_results_bear_the_name_of_their_tool(sanitized, model, name, given, expected) -> None:
    """In the characters that the service takes, unless the client named them."""
    request = asked(step(call("a", name)), result("a", **given))
    assert sanitized(model, request).request.messages[1].get("name") == expected


def test_a_result_that_was_made_bears_one_too(sanitized) -> None:
    """The rules see what the rules before them made."""
    sent = sanitized("enter/gemini", asked(step(call("a", "read"), call("", "grep"))))
    assert [m.get("name") for m in sent.request.messages] == [None, "read", "grep"]
