"""Tools, and the dialect in which each family reads their parameters."""

import pytest

from pollinations.testing.conversations import asked, tool

PLAIN = {"type": "object", "properties": {"a": {"type": "string"}}}
ODD = {"$schema": "x", "oneOf": [PLAIN, {"type": "object", "properties": {}}], "title": "T"}
FAMILIES = ["gemini", "nomnom", "openai", "claude", "bedrock", "nova"]


@pytest.mark.parametrize("family", FAMILIES)
def test_schemas_are_brought_into_the_dialect(sanitized, family) -> None:
    """Those that need it; the others stay the same objects, and all stay in their places."""
    request = asked(tools=[tool("plain", PLAIN), tool("odd", ODD)])
    sent = sanitized(f"enter/{family}", request)
    assert f"{family}.schema" in sent.changes
    plain, odd = sent.request.tools
    assert plain is request.tools[0]
    assert odd["function"]["name"] == "odd"
    assert odd["function"]["parameters"]["type"] == "object"
    assert "oneOf" not in odd["function"]["parameters"]


@pytest.mark.parametrize("family", FAMILIES)
def test_so_are_those_of_functions(sanitized, family) -> None:
    """As tools were called before; what is not one goes on as it is."""
    plain, odd = tool("plain", PLAIN)["function"], tool("odd", ODD)["function"]
    request = asked(functions=[plain, odd, {"name": "f"}, 7])
    sent = sanitized(f"enter/{family}", request)
    assert f"{family}.schema" in sent.changes
    expected = sanitized(f"enter/{family}", asked(tools=[tool("odd", ODD)])).request.tools[0]
    functions = sent.request.body["functions"]
    assert functions == [plain, expected["function"], {"name": "f"}, 7]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("functions", [None, 7, {}, [], [{"name": "f", "parameters": PLAIN}]])
def test_functions_that_need_nothing_stay(sanitized, family, functions) -> None:
    """And so do those that are none."""
    request = asked(functions=functions)
    sent = sanitized(f"enter/{family}", request)
    assert sent.request.body["functions"] is request.body["functions"]
    assert f"{family}.schema" not in sent.changes


@pytest.mark.parametrize("family", ["glm", "kimi", "mistral", "deepseek"])
def test_others_read_json_schema_as_it_is(sanitized, family) -> None:
    """Nothing is known that they refuse."""
    request = asked(tools=[tool("odd", ODD)])
    assert sanitized(f"enter/{family}", request).request.tools is request.tools


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "strange",
    [{}, {"type": "function"}, {"type": "function", "function": {"name": "f"}}, {"function": None}],
)
def test_a_tool_without_parameters_has_none_to_bring(sanitized, family, strange) -> None:
    """It goes on as it is: the upstream says what it thinks of it."""
    sent = sanitized(f"enter/{family}", asked(tools=[strange, tool()])).request
    assert strange in sent.tools or family == "gemini"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_choice_of_a_mended_tool_stays(sanitized, family) -> None:
    """The tool is still there, under its name."""
    choice = {"type": "function", "function": {"name": "odd"}}
    request = asked(tools=[tool("odd", ODD)], tool_choice=choice)
    assert sanitized(f"enter/{family}", request).request.body["tool_choice"] == choice
