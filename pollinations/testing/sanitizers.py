"""
The tests that every :class:`pollinations.interfaces.ISanitizer` passes.

Inherit :class:`SanitizerTests` together with a test case::

    class MySanitizerTests(SanitizerTests, SynchronousTestCase):
        def make_sanitizer(self):
            return MySanitizer()
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import orjson
from zope.interface.verify import verifyObject

from ..chat.request import ChatRequest, Sanitized
from ..errors import InvalidRequest
from ..interfaces import ISanitizer
from ..routing.catalogue import Model
from ..routing.route import ENTER, FREE, Route
from .conversations import asked, assistant, call, frozen, result, step, system, tool, user

if TYPE_CHECKING:
    from twisted.trial.unittest import SynchronousTestCase

    _TestCase = SynchronousTestCase
else:
    _TestCase = object

ROUTES = (
    *(Route(FREE, name) for name in ("openai", "openai-fast", "gemini", "mistral", "deepseek")),
    *(Route(ENTER, name) for name in ("openai/gpt-5.4", "google/gemini-3-flash", "nomnom")),
    *(Route(ENTER, name) for name in ("moonshotai/kimi-k3", "amazon/nova-micro-v1", "claude")),
    Route(ENTER, "unheard-of"),
    Route(ENTER, "quiet", "", Model("quiet", tools=False)),
)
"""One model of each family in which something is different."""


class SanitizerTests(_TestCase):
    """What callers rely on."""

    def make_sanitizer(self) -> ISanitizer:
        """Give the sanitizer to test, a new one each time."""
        raise NotImplementedError

    def _sanitize(self, request: ChatRequest, route: Route) -> Sanitized:
        sanitized: Sanitized = self.make_sanitizer().sanitize(request, route, {})
        return sanitized

    def test_provides_the_interface(self) -> None:
        """It has the method, with its arguments."""
        self.assertTrue(verifyObject(ISanitizer, self.make_sanitizer()))

    def test_names_the_routes_model(self) -> None:
        """The upstream is sent the name that it knows, whatever the client wrote."""
        for route in ROUTES:
            sanitized = self._sanitize(asked(model="pollinations/enter/x"), route)
            self.assertEqual(sanitized.request.model, route.model)

    def test_leaves_the_clients_request_alone(self) -> None:
        """The same request can be made ready again for the model that takes over."""
        for request in _requests():
            for route in ROUTES:
                before = deepcopy(request.body)
                self._sanitize(frozen(request), route)
                self.assertEqual(request.body, before)

    def test_keeps_what_the_user_said(self) -> None:
        """Text of the user arrives as it was typed, and in the order in which it was."""
        words = [f"  {n}: `$ref` <User:> \\u0000 \n" for n in range(3)]
        request = asked(*map(user, words))
        for route in ROUTES:
            sent = self._sanitize(request, route).request.messages
            self.assertEqual([m["content"] for m in sent if m["role"] == "user"], words)

    def test_keeps_fields_that_nobody_knows(self) -> None:
        """What a rule does not name is not its business."""
        for route in ROUTES:
            sent = self._sanitize(asked(x_unknown={"a": [1, None]}, temperature=0.5), route)
            self.assertEqual(sent.request.body["x_unknown"], {"a": [1, None]})
            self.assertEqual(sent.request.body["temperature"], 0.5)

    def test_names_its_rules(self) -> None:
        """Every change is called ``family.rule``, in characters that a header may hold."""
        for request in _requests():
            for route in ROUTES:
                for change in self._sanitize(request, route).changes:
                    self.assertRegex(change, r"\A[a-z0-9-]+\.[a-z0-9-]+\Z")

    def test_can_be_sent(self) -> None:
        """What it returns is JSON, and a chat request."""
        for request in _requests():
            for route in ROUTES:
                sent = self._sanitize(request, route).request
                self.assertEqual(ChatRequest.from_json(sent.to_json()).model, route.model)

    def test_answers_or_names_the_field(self) -> None:
        """However odd a request is, it is answered or refused as invalid."""
        for request in _odd_requests():
            for route in ROUTES:
                try:
                    self._sanitize(request, route)
                except InvalidRequest as e:
                    self.assertTrue(e.message)


def _requests() -> Iterator[ChatRequest]:
    """What clients send: a greeting, an agent's loop, one that is cut short."""
    yield asked()
    loop = (
        *(system(), system("Be kind."), user("Look.")),
        *(step(call("a" * 50), call("b" * 50)), result("b" * 50), result("a" * 50)),
        *(step("c"), result("wrong"), user("And?"), assistant(), user()),
    )
    tools = [tool("bash"), tool("google_search"), {"type": "google_search"}]
    yield asked(*loop, tools=tools, tool_choice="auto", stream_options={"include_usage": True})
    yield asked(*loop)
    yield asked(user(), step(call("x", arguments=""), thought_signature="s"), max_tokens=32000)


def _odd_requests() -> Iterator[ChatRequest]:
    """What clients should not send."""
    yield asked({"role": "narrator", "content": None}, {"role": "tool", "content": None})
    yield asked(step("", "", ""), result(""), result(None), result("z" * 4572))
    yield asked(step(call("z" * 4572), call("")), result("z" * 4572))
    yield asked(step({"id": "x"}, {"function": None}, {"function": {"arguments": None}}))
    yield asked(tools=[tool(f"tool_{n}") for n in range(1000)])
    yield asked(tools=[{}, {"type": "function"}, {"function": {}}, {"function": None}])
    odds: tuple[Any, ...] = (7, "x", False, [], {}, {"tools": 1}, {"function": 1})
    for odd in (*odds, {"allowed_tools": []}, {"google": 1}):
        yield asked(tools=[tool()], tool_choice=odd, stop=odd, max_tokens=odd, tools_config=odd)
        yield asked(step(call("x", extra_content=odd, thought_signature=odd)), extra=odd)
        yield asked(user([odd]), {"role": "assistant", "content": [odd], "reasoning_content": odd})
    yield ChatRequest(orjson.loads(b'{"messages": [{"role": "user"}]}'))
