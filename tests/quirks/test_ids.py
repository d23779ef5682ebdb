"""Identifiers of tool calls in the form that a family accepts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.quirks import Target
from pollinations.quirks.ids import IdForm, form, in_form
from pollinations.routing.route import ENTER, Route
from pollinations.testing.conversations import asked, result, step, user

TARGET = Target(Route(ENTER, "any"), {}, lambda: 0, signed=False)
FORMS = {
    "openai": (form(r"\s\S", 1, 40), r"(?s).{1,40}"),
    "claude": (form("a-zA-Z0-9_-", 1, 64), r"[a-zA-Z0-9_-]{1,64}"),
    "mistral": (form("a-zA-Z0-9", 9, 9), r"[a-zA-Z0-9]{9}"),
}


def renamed(name: str, *ids: str) -> list[str]:
    """The identifiers of a step's calls in the form of *name*, each the same as its result's."""
    request = asked(step(*ids), *map(result, ids))
    first, *results = in_form(FORMS[name][0])(request, TARGET).messages
    new = [item["id"] for item in first["tool_calls"]]
    assert [item["tool_call_id"] for item in results] == new
    return new


@pytest.mark.parametrize(
    ("name", "call_id"),
    [
        ("openai", "a"),
        ("openai", "é" * 40),
        ("openai", "functions.bash:0"),
        ("claude", "toolu_01-x"),
        ("claude", "x" * 64),
        ("mistral", "aB3456789"),
    ],
)
def test_legal_ones_stay(name: str, call_id: str) -> None:
    """What is accepted is left as it is."""
    request = asked(step(call_id), result(call_id))
    assert in_form(FORMS[name][0])(request, TARGET) is request


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("call_id", ["", "x" * 41, "x" * 4572, "functions.bash:0", "call_1\n", "é"])
def test_others_become_legal(name: str, call_id: str) -> None:
    """Empty, long and strange ones get a new one, the same each time."""
    [new] = renamed(name, call_id)
    assert re.fullmatch(FORMS[name][1], new)
    assert renamed(name, call_id) == [new]


def test_the_beginning_stays_readable() -> None:
    """A log reader still sees where an identifier came from."""
    [new] = renamed("openai", "portkey-" + "0" * 36)
    assert len(new) == 40
    assert new.startswith("portkey-0000000000000000000_")


@pytest.mark.parametrize("name", FORMS)
def test_two_never_become_one(name: str) -> None:
    """However alike they begin."""
    ids = ["x" * 40 + str(n) for n in range(1000)]
    assert len(set(renamed(name, *ids))) == 1000


def test_a_new_one_is_not_one_that_is_there() -> None:
    """A client may send back what was made before, beside what it was made of."""
    [made] = renamed("openai", "x" * 41)
    assert renamed("openai", "x" * 41, made)[1] == made
    assert renamed("openai", "x" * 41, made)[0] != made


def test_one_that_comes_back_in_a_later_step_is_told_apart() -> None:
    """Claude wants every identifier once; the first keeps its own."""
    again = [step("a"), result("a"), user(), step("a"), result("a")]
    sent = in_form(FORMS["claude"][0])(asked(*again), TARGET).messages
    assert sent[0]["tool_calls"][0]["id"] == sent[1]["tool_call_id"] == "a"
    assert sent[3]["tool_calls"][0]["id"] == sent[4]["tool_call_id"] != "a"


def test_a_conversation_keeps_its_identifiers_as_it_grows() -> None:
    """What was sent once is sent the same with every later turn, so that caches hold."""
    turns = [item for n in range(9) for item in (step(f"a:{n % 3}"), result(f"a:{n % 3}"))]
    rule = in_form(FORMS["claude"][0])
    whole = rule(asked(*turns), TARGET).messages
    for length in range(2, len(turns), 2):
        assert rule(asked(*turns[:length]), TARGET).messages == whole[:length]


@given(st.lists(st.text(max_size=50), unique=True, max_size=6), st.sampled_from(list(FORMS)))
def test_any_ids(ids: list[str], name: str) -> None:
    """Always legal, always apart."""
    new = renamed(name, *ids)
    assert len(set(new)) == len(ids)
    assert all(re.fullmatch(FORMS[name][1], item) for item in new)


def test_an_identifier_that_comes_a_thousand_times_is_not_tried_a_million() -> None:
    """Some models call every step's call the same."""
    tried = 0

    class Counting(IdForm):
        def shaped(self, call_id: str, salt: int) -> str:
            nonlocal tried
            tried += 1
            return IdForm.shaped(self, call_id, salt)

    plain = FORMS["mistral"][0]
    counting = Counting(plain.legal, plain.length, plain.illegal)
    steps = [message for _ in range(1000) for message in (step("call_0"), result("call_0"))]
    in_form(counting)(asked(*steps), TARGET)
    assert tried <= 2000
