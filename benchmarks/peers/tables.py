"""Figures as tables: medians of the rounds, and what was to be reached beside what was."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from .workloads import ALL, GOALS, WORKLOADS, Goal, growth

Round = Mapping[str, Any]

COLUMNS = (
    ("CPU µs", "cpu", 2),
    ("per second", "rate", 0),
    ("first µs", "first", 0),
    ("way µs", "way", 0),
    ("99 %", "way99", 0),
    ("KiB each", "memory", 1),
    ("peak MiB", "peak", 0),
)


def report(found: Mapping[str, Any]) -> str:
    """All that was measured, as reStructuredText."""
    about = found["machine"]
    parts = [
        f"{about['model']}, {about['cores']} cores, Linux {about['kernel']}, Python"
        f" {about['python']}; {about['time']}",
        *(f"* {name}: {version}" for name, version in found["versions"].items() if version),
        "",
        goals(found["rounds"]),
    ]
    for workload in (*WORKLOADS, *growth()):
        rows = [one for one in found["rounds"] if one["workload"] == workload.name]
        if rows:
            parts += ["", f"{workload.name}: {workload.title} (a unit: {workload.unit})", ""]
            parts += [peers(rows)]
    return "\n".join(parts)


def peers(rounds: Sequence[Round]) -> str:
    """One workload's medians, a peer a line."""
    names = dict.fromkeys(one["peer"] for one in rounds)
    known = [*(one for one in ALL if one in names), *(one for one in names if one not in ALL)]
    lines = [["peer", *(title for title, _, _ in COLUMNS)]]
    for name in known:
        mine = [one for one in rounds if one["peer"] == name]
        lines.append([name, *(_median(mine, key, digits) for _, key, digits in COLUMNS)])
    return table(lines)


def goals(rounds: Sequence[Round]) -> str:
    """What was to be reached, at least and at best, and what was."""
    lines = [["", "figure", "of", "measured", "least", "to", "goal", "aim", ""]]
    for goal in GOALS:
        values = compared(goal, rounds)
        if values:
            middle = median(values)
            spread = (f"{min(values):.3g}", f"{max(values):.3g}")
            bounds = (f"{goal.most:.3g}", f"{goal.aim:.3g}")
            reached = "" if goal.reached(middle) else "missed"
            shown = f"{middle:.3g} {goal.unit}".strip()
            lines.append([goal.workload, goal.figure, goal.title, shown, *spread, *bounds, reached])
    return table(lines) if len(lines) > 1 else ""


def compared(goal: Goal, rounds: Iterable[Round]) -> list[float]:
    """The figure of *goal*, of each round that has it."""
    by_round: dict[int, dict[str, float]] = {}
    for one in rounds:
        # What one of them was not asked for here was asked in the workload that this repeats.
        if one["workload"] == goal.workload and one.get(goal.figure) is not None:
            by_round.setdefault(one["round"], {})[one["peer"]] = one[goal.figure]
    values = []
    for figures in by_round.values():
        if goal.peer in figures and (goal.against is None or goal.against in figures):
            mine, other = figures[goal.peer], figures.get(goal.against or "")
            if other is None:
                values.append(mine)
            else:
                values.append(mine / other if goal.how == "ratio" else mine - other)
    return values


def table(lines: Sequence[Sequence[str]]) -> str:
    """A simple table of reStructuredText, whose first line is its head."""
    widths = [max(2, *(len(line[at]) for line in lines)) for at in range(len(lines[0]))]
    rule = "  ".join("=" * width for width in widths)
    rows = ["  ".join(_cell(one, w) for one, w in zip(line, widths, strict=True)) for line in lines]
    return "\n".join([rule, rows[0].rstrip(), rule, *(row.rstrip() for row in rows[1:]), rule])


def _cell(text: str, width: int) -> str:
    # An empty first cell would continue the row before.
    return (text or "\\").ljust(width) if width else text


def _median(rounds: Sequence[Round], key: str, digits: int) -> str:
    values = [one[key] for one in rounds if one.get(key) is not None]
    return f"{median(values):,.{digits}f}" if values else ""
