"""Models that the catalogue says take no tools."""

import pytest

from pollinations.testing.conversations import asked, assistant, call, result, step, tool, user

IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([user()], [user()]),
        (
            [step(call("a", "bash", '{"command": "ls"}'), content="Look:"), result("a", "x\ny")],
            [
                assistant('Look:\n\n[I called the tool bash with {"command": "ls"}]'),
                user("[Result of bash]\nx\ny"),
            ],
        ),
        (
            [step(call("a", "read"), call("b", "grep")), result("b", "B"), result("a", "A")],
            [
                assistant("[I called the tool read with {}]\n\n[I called the tool grep with {}]"),
                user("[Result of read]\nA\n[Result of grep]\nB"),
            ],
        ),
        (
            [step("a"), user("?")],
            [
                assistant("[I called the tool bash with {}]"),
                user("[Result of bash]\nThe tool gave no result."),
                user("?"),
            ],
        ),
        (
            [step("a"), result("a", [{"type": "text", "text": "A"}, IMAGE])],
            [
                assistant("[I called the tool bash with {}]"),
                user(
                    [
                        {"type": "text", "text": "[Result of bash]"},
                        {"type": "text", "text": "A"},
                        IMAGE,
                    ]
                ),
            ],
        ),
        ([step()], [assistant("")]),
        (
            [
                assistant(
                    "Look:", function_call={"name": "bash", "arguments": '{"command": "ls"}'}
                ),
                {"role": "function", "name": "bash", "content": "x"},
                assistant(None, function_call={"name": "read", "arguments": ""}),
                {"role": "function", "name": [7], "content": None},
            ],
            [
                assistant('Look:\n\n[I called the tool bash with {"command": "ls"}]'),
                user("[Result of bash]\nx"),
                assistant("[I called the tool read with {}]"),
                user("[Result of the tool]"),
            ],
        ),
        (
            [step("a"), result("a", "A"), {"role": "function", "name": "f", "content": "F"}],
            [
                assistant("[I called the tool bash with {}]"),
                user("[Result of bash]\nA\n[Result of f]\nF"),
            ],
        ),
        ([assistant(function_call=None), user(function_call={})], [assistant(), user()]),
        (
            [
                assistant("", function_call={"name": 7, "arguments": [1]}),
                assistant(function_call=7),
            ],
            [assistant("[I called the tool without a name with {}]"), assistant()],
        ),
    ],
)
def test_the_exchange_is_told_in_words(sanitized, messages, expected) -> None:
    """Calls become the model's, results the user's, and no field speaks of tools."""
    sent = sanitized("enter/quiet", asked(*messages), tools=False).request
    assert list(sent.messages) == expected


def test_tools_are_dropped(sanitized) -> None:
    """With all that goes with them."""
    request = asked(
        tools=[tool()], tool_choice="auto", parallel_tool_calls=True, functions=[], stream=True
    )
    sent = sanitized("enter/quiet", request, tools=False)
    assert sent.request == asked(model="quiet", private=True, stream=True)
    assert sent.changes == ("all.private", "toolless.tools")


@pytest.mark.parametrize("tools", [True, None])
def test_other_models_keep_them(sanitized, tools) -> None:
    """Also those of which nobody knows."""
    request = asked(step("a"), result("a"), tools=[tool()])
    sent = sanitized("enter/x", request, tools=tools).request
    assert sent == request.but(model="x", private=True)


@pytest.mark.parametrize("model", ["gemini", "kimi", "claude", "openai", "mistral", "nova"])
def test_no_family_brings_them_back(sanitized, model) -> None:
    """A rule for tools finds none."""
    request = asked(step("a"), result("a"), user(), tools=[tool()])
    sent = sanitized(f"enter/{model}", request, tools=False).request
    assert {"tools", "stop", "tools_config"}.isdisjoint(sent.body)
    assert {message["role"] for message in sent.messages} == {"user", "assistant"}
