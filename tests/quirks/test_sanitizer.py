"""The sanitizer as a whole."""

import random
import re
from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from pollinations.chat.memory import prompt_key
from pollinations.chat.request import ChatRequest
from pollinations.chat.signature import signature_on
from pollinations.errors import UpstreamFailed
from pollinations.quirks import QUIRKS, Quirk, QuirkSanitizer, Remedy, Target, signatures
from pollinations.quirks.messages import with_messages
from pollinations.quirks.retry import mended
from pollinations.routing.route import ENTER, FREE, Route
from pollinations.testing.conversations import (
    asked,
    assistant,
    call,
    frozen,
    kept,
    result,
    step,
    system,
    tool,
    user,
)
from pollinations.testing.sanitizers import ROUTES, SanitizerTests

LONG = "portkey-" + "0" * 36

AGENT = asked(
    system(),
    user("List the files."),
    step(call(LONG, "bash"), call("c2", "read", ""), thought_signature="signature"),
    result(LONG),
    result("c2"),
    assistant("Done so far."),
    user("Go on."),
    model="enter/gemini",
    tools=[tool("bash"), tool("read"), tool("google_search")],
    stream=True,
    stream_options={"include_usage": True},
)


class QuirkSanitizerTests(SanitizerTests, SynchronousTestCase):
    """The sanitizer of this package keeps the promises of the interface."""

    def make_sanitizer(self) -> QuirkSanitizer:
        """Always the same seed."""
        return QuirkSanitizer(seed=lambda: 7)

    def test_needs_no_arguments(self) -> None:
        """All quirks and a random seed are the defaults."""
        sanitizer = QuirkSanitizer()
        self.assertEqual(sanitizer.quirks, QUIRKS)
        seeds = {sanitizer.seed() for _ in range(100)}
        self.assertGreater(len(seeds), 90)
        self.assertTrue(all(0 <= seed <= 999_999 for seed in seeds))

    def test_one_request_passes_through_all_families_and_back(self) -> None:
        """What one family was sent leaves nothing behind for the next."""
        request, before = frozen(AGENT), deepcopy(AGENT.body)
        alone = [(route, self._sanitize(AGENT, route)) for route in ROUTES]
        for route, expected in (*alone, *reversed(alone)):
            self.assertEqual(self._sanitize(request, route), expected)
            self.assertEqual(request.body, before)

    def test_b30_the_fallback_gets_a_request_of_its_own(self) -> None:
        """What was made for Gemini in one universe does not reach OpenAI in the other."""
        self._sanitize(AGENT, Route(ENTER, "gemini"))
        sent = self._sanitize(AGENT, Route(FREE, "openai-fast")).request
        self.assertNotIn("private", sent.body)
        self.assertEqual(sent.body["seed"], 7)
        self.assertNotIn("thought_signature", str(sent.body))
        self.assertNotIn("tools_config", sent.body)
        self.assertEqual(len(sent.tools), 3)

    def test_says_which_rules_altered_the_request(self) -> None:
        """In the order in which they were applied, and only those."""
        sanitized = self._sanitize(AGENT, Route(ENTER, "gemini"))
        self.assertEqual(
            sanitized.changes,
            (
                "all.private",
                "gemini.tools",
                "gemini.arguments",
                "gemini.names",
                "gemini.signatures",
            ),
        )

    def test_a_plain_model_is_sent_what_the_client_said(self) -> None:
        """A model of no family gets the request but for its name and one default."""
        sanitized = self._sanitize(asked(model="enter/glm"), Route(ENTER, "glm"))
        self.assertEqual(sanitized.changes, ("all.private",))
        self.assertEqual(sanitized.request, asked(model="glm", private=True))

    def test_says_which_fields_it_added(self) -> None:
        """Those the client did not send; the model's name does not count."""
        sanitized = self._sanitize(asked(tools=[tool()]), Route(FREE, "kimi"))
        self.assertEqual(sanitized.added, ("seed", "frequency_penalty", "presence_penalty", "stop"))

    def test_takes_a_third_partys_quirk(self) -> None:
        """By construction, after ours."""
        mine = Quirk("mine", (), (("top-p", lambda request, target: request.but(top_p=0.5)),))
        sanitizer = QuirkSanitizer((*QUIRKS, mine))
        sanitized = sanitizer.sanitize(asked(), Route(ENTER, "x"), {})
        self.assertEqual(sanitized.changes[-1], "mine.top-p")
        self.assertEqual(sanitized.request.body["top_p"], 0.5)

    def test_what_is_remembered_is_found_before_a_third_partys_rules(self) -> None:
        """A turn that one of them adds, even before all others, shifts nothing."""
        mine = Quirk("mine", (), (("greeting", greeted),))
        request = asked(user(), assistant(), user(), step("a"), result("a"), step("b"), result("b"))
        prompt = prompt_key(request.messages[:1])
        known = {**kept(request, {"a": "C", "b": "D"}, {"a": "A", "b": "B"}), prompt: "P"}
        for quirks in ((mine, *QUIRKS), (*QUIRKS, mine)):
            sanitizer = QuirkSanitizer(quirks)
            sent = sanitizer.sanitize(request, Route(ENTER, "deepseek"), known).request
            turns = [m for m in sent.messages if m["role"] == "assistant"]
            thoughts = [turn.get("reasoning_content") for turn in turns]
            self.assertEqual(thoughts, [None, None, "A", "B"])
            sent = sanitizer.sanitize(request, Route(ENTER, "gemini"), known).request
            turns = [m for m in sent.messages if m["role"] == "assistant"]
            self.assertEqual([signature_on(turn) for turn in turns], ["", "P", "C", "D"])

    def test_a_third_partys_family_may_be_signed(self) -> None:
        """By a value of its own, and nothing is stripped of it."""
        mine = Quirk("mine", ("oldie",), (), first=signatures.FIRST, signed=True)
        request = asked(step("a"), result("a"))
        known = kept(request, {"a": "kept"})
        for name, expected in (("oldie", "kept"), ("other", "")):
            sent = QuirkSanitizer((mine, *QUIRKS)).sanitize(request, Route(ENTER, name), known)
            self.assertEqual(signature_on(sent.request.messages[0]), expected)

    def test_brings_every_familys_remedies(self) -> None:
        """Once each, a third party's too, for a model may be of a family that its name hides."""
        mine = Remedy("mine", re.compile("oh no"), lambda request: request.but(top_p=0.5))
        sanitizer = QuirkSanitizer((*QUIRKS, Quirk("mine", ("x",), (), remedies=(mine,))))
        sent = sanitizer.sanitize(asked(), Route(ENTER, "glm"), {})
        names = [remedy.name for remedy in sent.remedies]
        self.assertEqual(names, ["signatures", "reasoning", "mine"])
        again = mended(sent, UpstreamFailed("reply", 400, "Oh: oh no."))
        assert again is not None
        self.assertEqual(again.request.body["top_p"], 0.5)
        self.assertEqual(again.changes[-1], "retry.mine")


def greeted(request: ChatRequest, target: Target) -> ChatRequest:
    """A third party's rule: the model has always spoken first."""
    return with_messages(request, [assistant("Hello"), *request.messages])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)
IDS = st.sampled_from(["", "a", "b", "c", "x" * 41, "ü!", "call_1_0"])
CALLS = st.fixed_dictionaries(
    {"id": IDS},
    optional={
        "type": st.just("function"),
        "function": st.fixed_dictionaries({"name": st.sampled_from(["bash", "g.o"])}),
        "thought_signature": JSON,
        "extra_content": JSON | st.fixed_dictionaries({"google": JSON, "other": JSON}),
    },
)
MESSAGES = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["system", "user", "assistant", "tool", "tool", "odd"]),
        "content": st.none() | st.text(max_size=4) | st.lists(JSON, max_size=2),
    },
    optional={
        "tool_calls": st.none() | st.lists(CALLS, max_size=3),
        "tool_call_id": IDS,
        "reasoning_content": JSON,
        "thought_signature": JSON,
        "name": JSON,
    },
)
CONVERSATIONS = st.lists(MESSAGES, min_size=1, max_size=5).filter(
    # Results alone are refused.
    lambda messages: any(message["role"] != "tool" for message in messages)
)
REQUESTS = st.fixed_dictionaries(
    {"messages": CONVERSATIONS},
    optional={"tools": st.just([tool()]), "tool_choice": JSON, "max_tokens": JSON, "stop": JSON},
).map(ChatRequest)


@given(REQUESTS, st.sampled_from(ROUTES), st.randoms(use_true_random=False))
def test_every_request_is_mended_once_and_for_all(
    request: ChatRequest, route: Route, chance: random.Random
) -> None:
    """No request makes it fail, none is altered in place, and a mended one stays as it is."""
    sanitizer = QuirkSanitizer(seed=lambda: chance.randrange(9))
    once = sanitizer.sanitize(frozen(request), route, {}).request
    again = sanitizer.sanitize(once, route, {}).request
    assert again.body == once.body
    for message in once.messages:
        assert message["role"] != "tool" or message["tool_call_id"]
