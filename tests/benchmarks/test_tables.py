"""How rounds become figures."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ModuleType:
    """A module of the benchmark, which is no part of the package."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module(f"peers.{request.param}")


def measured(workload: str, **cpu: float) -> list[dict[str, object]]:
    """A round in which these peers had this CPU time."""
    return [
        {"workload": workload, "round": 0, "peer": peer, "cpu": value}
        for peer, value in cpu.items()
    ]


@pytest.mark.parametrize("module", ["tables"], indirect=True)
def test_ratios_are_taken_within_a_round(module: ModuleType) -> None:
    """A round that lacks one of the two counts for nothing."""
    goal = next(one for one in module.GOALS if (one.peer, one.against) == ("ours", "node"))
    first = measured(goal.workload, ours=6.0, node=2.0)
    second = [{**one, "round": 1} for one in measured(goal.workload, ours=5.0, nginx=1.0)]
    assert module.compared(goal, [*first, *second]) == [3.0]


@pytest.mark.parametrize("module", ["tables"], indirect=True)
def test_a_missed_goal_is_said(module: ModuleType) -> None:
    """And one that was reached is not."""
    assert "missed" in module.goals(measured("B1", ours=9.0, node=1.0))
    assert "missed" not in module.goals(measured("B1", ours=2.0, node=1.0))


@pytest.mark.parametrize("module", ["tables"], indirect=True)
def test_what_never_ends_is_never(module: ModuleType) -> None:
    """A peer that does not let go has no number of milliseconds."""
    left = [{"workload": "B10a", "round": 0, "peer": "ours", "freed": float("inf")}]
    figure = next(one for one in module.FIGURES if one.key == "freed")
    assert "never" in module.peers(left, figure)


@pytest.mark.parametrize("module", ["rounds"], indirect=True)
def test_nobody_is_always_first(module: ModuleType) -> None:
    """Over the rounds each has each place as often as the others, as far as it goes."""
    turns = [module.order(("a", "b", "c"), number) for number in range(6)]
    assert all(sorted(one[place] for one in turns) == list("aabbcc") for place in range(3))


@pytest.mark.parametrize("module", ["bodies"], indirect=True)
def test_requests_are_as_large_as_was_asked(module: ModuleType) -> None:
    """Within a tenth; and only those whose answer is JSON are no streams."""
    body = module.chat("s5", 1 << 20, messages=400)
    assert abs(len(str(body)) / (1 << 20) - 1) < 0.1
    assert body["stream"]
    assert module.chat("gemini-s5")["stream"]
    assert not module.chat("n1024")["stream"]
