"""What ``/metrics`` shows."""

from collections.abc import Sequence

from pollinations.metrics.figures import FIGURES, Figure

from .text import literal, table


def figures() -> str:
    """All figures, in their order."""
    return table(("name", "kind, and labels", "meaning"), map(_row, FIGURES))


def _row(figure: Figure) -> Sequence[str]:
    kind = f"{figure.kind} ({figure.joined})" if figure.kind == "gauge" else figure.kind
    labels = ", ".join(map(literal, figure.labels))
    return literal(figure.full_name), f"{kind}: {labels}" if labels else kind, figure.meaning
