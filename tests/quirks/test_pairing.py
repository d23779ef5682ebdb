"""Tool calls and their results."""

from cProfile import Profile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.quirks.pairing import NO_RESULT, paired
from pollinations.testing.conversations import assistant, call, result, step, user


def none(call_id: str) -> dict[str, object]:
    """The result that stands for none."""
    return result(call_id, NO_RESULT)


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param(
            [step("a", "b"), result("b", "B"), result("a", "A")],
            [step("a", "b"), result("a", "A"), result("b", "B")],
            id="results are in the order of the calls",
        ),
        pytest.param(
            [step("a"), user(), result("a")],
            [step("a"), result("a"), user()],
            id="results are right after their calls",
        ),
        pytest.param(
            [step("a"), step("b"), result("a", "A"), result("b", "B")],
            [step("a"), result("a", "A"), step("b"), result("b", "B")],
            id="late results go back to their step",
        ),
        pytest.param(
            [step("a", "b"), result("b")],
            [step("a", "b"), none("a"), result("b")],
            id="a missing result is made",
        ),
        pytest.param(
            [user(), step("a")], [user(), step("a"), none("a")], id="at the end of all, too"
        ),
        pytest.param(
            [user(), result("a"), assistant()], [user(), assistant()], id="an orphan is dropped"
        ),
        pytest.param(
            [step("a"), result("a", 1), result("a", 2)],
            [step("a"), result("a", 1)],
            id="a second result is dropped",
        ),
        pytest.param(
            [step("a"), result("x")], [step("a"), result("a")], id="an unknown one takes its place"
        ),
        pytest.param(
            [step("a"), result(None)], [step("a"), result("a")], id="so does one without any"
        ),
        pytest.param(
            [step("a", "b"), result("x", "A"), result("y", "B")],
            [step("a", "b"), result("a", "A"), result("b", "B")],
            id="and several, each its own",
        ),
        pytest.param(
            [step("a", "b"), result("b", "B"), result("x", "A")],
            [step("a", "b"), result("a", "A"), result("b", "B")],
            id="or the first that waits, where its place is taken",
        ),
        pytest.param(
            [step("a"), result("x"), result("y")],
            [step("a"), result("a")],
            id="more than there are calls are dropped",
        ),
        pytest.param(
            [step("a"), result("a", 1), step("a"), result("a", 2)],
            [step("a"), result("a", 1), step("a"), result("a", 2)],
            id="an identifier may come back in a later step",
        ),
        pytest.param(
            [step("a"), step("a"), result("a", 2), result("a", 1)],
            [step("a"), result("a", 1), step("a"), result("a", 2)],
            id="the latest step is answered first",
        ),
        pytest.param(
            [step("a", "a"), result("a", 1), result("a", 2)],
            [step("a", "call_0_1"), result("a", 1), result("call_0_1", 2)],
            id="one that is there twice in a step is told apart",
        ),
        pytest.param(
            [user(), step("", ""), result("", 1), result("", 2)],
            [user(), step("call_1_0", "call_1_1"), result("call_1_0", 1), result("call_1_1", 2)],
            id="empty ones are filled",
        ),
        pytest.param(
            [step("call_0_1", "call_0_1"), result("call_0_1")],
            [step("call_0_1", "call_0_1_"), result("call_0_1"), none("call_0_1_")],
            id="a new one is not one that was there",
        ),
        pytest.param(
            [user(), result("a"), step("a"), assistant()],
            [user(), step("a"), result("a"), assistant()],
            id="a result before its call goes after it",
        ),
        pytest.param(
            [step("z"), result("z"), result("b", "B"), step("a"), step("b"), result("a", "A")],
            [step("z"), result("z"), step("a"), result("a", "A"), step("b"), result("b", "B")],
            id="also from another step",
        ),
        pytest.param(
            [step("z"), result("a", "A"), result("x", "X"), step("a")],
            [step("z"), result("z", "X"), step("a"), result("a", "A")],
            id="where it takes nobody's place",
        ),
        pytest.param(
            [result("a", 1), result("a", 2), step("a"), result("a", 3)],
            [step("a"), result("a", 3)],
            id="unless another comes in time",
        ),
        pytest.param(
            [step("a"), result("a", 1), result("a", 2), step("a")],
            [step("a"), result("a", 1), step("a"), none("a")],
            id="a second result is no early one",
        ),
        pytest.param(
            [step(""), result("call_0_0", 1)],
            [step("call_0_0"), none("call_0_0")],
            id="an identifier that was made is nobody's before",
        ),
    ],
)
def test_every_call_has_its_result(messages, expected) -> None:
    """One each, in order, and at once."""
    assert paired(messages) == expected


def test_b17_parallel_results_keep_their_identifiers() -> None:
    """The results of two calls are not both given to the first."""
    messages = [step("c1", "c2"), result("c1"), result("c2")]
    assert [m.get("tool_call_id") for m in paired(messages)] == [None, "c1", "c2"]


def test_what_is_in_order_is_left_as_it_is() -> None:
    """Not even copied."""
    messages = [user(), step("a", "b"), result("a"), result("b"), assistant(), step()]
    assert all(new is old for new, old in zip(paired(messages), messages, strict=True))


IDS = st.sampled_from(["", "a", "b", "c", "call_0_0"])
MESSAGES = st.lists(
    st.builds(step, IDS, IDS) | st.builds(result, IDS, st.integers()) | st.builds(user), max_size=12
)


@given(MESSAGES)
def test_any_conversation_can_be_paired(messages) -> None:
    """Whatever is sent, each step is followed by exactly its own results, and pairing it again
    changes nothing."""
    out = paired(messages)
    for place, message in enumerate(out):
        if message["role"] == "assistant":
            ids = [item["id"] for item in message["tool_calls"]]
            results = out[place + 1 : place + 1 + len(ids)]
            assert [item.get("tool_call_id") for item in results] == ids
            assert len(set(ids)) == len(ids)
    results = [m for m in out if m["role"] == "tool"]
    assert len(results) == sum(len(m["tool_calls"]) for m in out if m["role"] == "assistant")
    assert [m for m in out if m["role"] == "user"] == [m for m in messages if m["role"] == "user"]
    assert paired(out) == out


def test_time_is_linear() -> None:
    """A step of twenty thousand calls, answered by as many results of unknown calls."""
    calls = [call(f"c{n}") for n in range(20_000)]
    strays = [result(f"x{n}") for n in range(20_000)]
    profile = Profile()
    assert len(profile.runcall(paired, [step(*calls), *strays])) == 20_001
    assert sum(each.callcount for each in profile.getstats()) < 50 * 40_000
