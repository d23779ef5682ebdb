"""Those who wait go on one after another, each time that the reactor turns."""

from collections.abc import Callable

import pytest

from pollinations.web.turns import Turns

Calls = list[Callable[[], None]]


@pytest.fixture
def calls() -> Calls:
    """What the reactor will call when it turns."""
    return []


@pytest.fixture
def turns(calls: Calls) -> Turns:
    """Nobody waits yet."""
    return Turns(lambda _, call: calls.append(call))


def test_one_at_a_time_in_order(turns: Turns, calls: Calls) -> None:
    """Whoever has had a turn waits behind the others for the next."""
    seen = ""

    def greedy() -> None:
        nonlocal seen
        seen += "g"
        if len(seen) < 4:
            turns.wait(greedy)

    def modest() -> None:
        nonlocal seen
        seen += "m"

    turns.wait(greedy)
    turns.wait(modest)
    for so_far in ("", "g", "gm", "gmg", "gmgg"):
        assert seen == so_far
        assert len(calls) <= 1
        for call in (calls.pop() for _ in list(calls)):
            call()
    assert not calls


def test_nobody_waits_for_a_bug(turns: Turns, calls: Calls) -> None:
    """One that fails takes no turn but its own."""
    seen: list[int] = []
    turns.wait(lambda: seen.append(1 // 0))
    turns.wait(lambda: seen.append(1))
    with pytest.raises(ZeroDivisionError):
        calls.pop()()
    calls.pop()()
    assert seen == [1]
