"""What a failure means."""

from collections.abc import Mapping, Sequence
from typing import Any

from pollinations.routing.failure import TABLE, Row

from .text import literal, meaning, table

_PHASES: Mapping[str, str] = {
    "connect": "no connection",
    "first_byte": "no answer began",
    "reply": "what came is no answer",
    "stream": "the answer broke off",
}
_COOLING: Mapping[str, str] = {
    "none": "no",
    "model": "for some seconds",
    "held": "until there is pollen to spend",
}


def failures() -> str:
    """The table by which the proxy decides, row by row."""
    header = ("failure", "when", "asked again", "another takes over, saying", "left alone")
    return table(header, map(_row, TABLE))


def _row(row: Row) -> Sequence[str]:
    verdict = row.verdict
    return (
        verdict.kind,
        "; ".join(filter(None, _conditions(row))) or "anything else",
        "yes" if verdict.retry else "no",
        literal(verdict.reason) if verdict.reason else "no",
        _COOLING[verdict.cooling],
    )


def _conditions(row: Row) -> Sequence[str]:
    """What must be so, for a person; empty where it does not matter."""
    codes: Any = row.codes
    universes: Any = row.universes
    phases = (words for phase, words in _PHASES.items() if row.phases and phase in row.phases)
    return (
        " or ".join(phases),
        _statuses(row.statuses),
        ", ".join(map(literal, codes)),
        "".join(f"``{universe}`` only" for universe in universes),
        meaning(row.asked).rstrip("."),
    )


def _statuses(statuses: Any) -> str:
    if isinstance(statuses, range):
        return f"{statuses.start} to {statuses.stop - 1}"
    return ", ".join(map(str, statuses))
