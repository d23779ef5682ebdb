"""What ``/metrics`` shows."""

from collections.abc import Sequence

from pollinations.metrics.figures import FIGURES, Figure

from .text import literal, table


def figures() -> str:
    """All figures, in their order."""
    return table(("name", "kind", "labels", "together", "meaning"), map(_row, FIGURES))


def _row(figure: Figure) -> Sequence[str]:
    labels = ", ".join(map(literal, figure.labels)) or "–"
    together = figure.joined if figure.kind == "gauge" else "sum"
    return literal(figure.full_name), figure.kind, labels, together, figure.meaning
