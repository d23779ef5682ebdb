"""Figures as tables: medians of the rounds, and what was to be reached beside what was."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from .workloads import ALL, GOALS, WORKLOADS, Goal, growth

Round = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """
    One table: a workload a row, a peer a column.

    :param key: what is shown of each round.
    :param names: of the workloads that it is shown of; a hyphen at the end stands for all that
        begin so, and no name for all that have it.
    """

    title: str
    key: str
    digits: int
    names: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    def holds(self, name: str) -> bool:
        """Whether it is shown of this workload."""
        if not self.names:
            return name not in self.but
        return any(name == one or (one[-1] == "-" and name.startswith(one)) for one in self.names)


FIGURES = (
    Figure("CPU, µs for a request or an event", "cpu", 1, but=("B6", "B12", "B13")),
    Figure("Requests a second", "rate", 0, ("B1", "B12")),
    Figure("Time to the first event, median, µs", "first", 0, ("B5", "body-")),
    Figure("An event's way, median, µs", "way", 0, ("B3", "B4", "streams-")),
    Figure("An event's way, 99 of 100, µs", "way99", 0, ("B3", "B4", "streams-")),
    Figure("Memory for an open stream, KiB", "memory", 1, ("B6",)),
    Figure("The most memory, MiB", "peak", 0, ("B13",)),
    Figure("Memory for a client that does not read, MiB", "memory", 1, ("B9",)),
    Figure("Until the upstream is let go, ms", "freed", 1, ("B10a", "B10b")),
)

TITLES = {
    **{one.name: one.title for one in (*WORKLOADS, *growth())},
    "B9": "300 MB, and the client reads nothing for 3 s",
    "B10a": "the client leaves a stream",
    "B10b": "the client leaves before the first byte",
}


def report(found: Mapping[str, Any]) -> str:
    """All that was measured, as reStructuredText."""
    about, rounds = found["machine"], found["rounds"]
    versions = ", ".join(version for version in found["versions"].values() if version)
    waiting = median(one["waiting"] for one in rounds if "waiting" in one) if rounds else 0
    parts = [
        "{time}: {model}, {cores} cores, Linux {kernel}, Python {python};".format(**about)
        + f"\n{waiting:.0f} processes wanted to run, in the median. {versions}.",
        goals(rounds),
    ]
    for figure in FIGURES:
        rows = [one for one in rounds if one.get(figure.key) is not None]
        rows = [one for one in rows if figure.holds(one["workload"])]
        if rows:
            parts += [f"{figure.title}:", peers(rows, figure)]
    return "\n\n".join(part for part in parts if part)


def peers(rounds: Sequence[Round], figure: Figure) -> str:
    """Medians of one figure."""
    there = dict.fromkeys(one["peer"] for one in rounds)
    names = [*(one for one in ALL if one in there), *(one for one in there if one not in ALL)]
    lines = [["", *names, ""]]
    for workload in sorted({one["workload"] for one in rounds}, key=[*TITLES].index):
        mine = [one for one in rounds if one["workload"] == workload]
        cells = [_median([one for one in mine if one["peer"] == peer], figure) for peer in names]
        lines.append([workload, *cells, TITLES[workload]])
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


def _median(rounds: Sequence[Round], figure: Figure) -> str:
    values = [one[figure.key] for one in rounds]
    if not values:
        return ""
    middle = median(values)
    return "never" if middle == float("inf") else f"{middle:,.{figure.digits}f}"
