"""``docs/metrics.rst`` says what labels mean."""

import re
from pathlib import Path

import pollinations
from pollinations.metrics import labels
from pollinations.metrics.figures import FIGURES
from pollinations.routing.failure import TABLE

DOCUMENT = Path(pollinations.__file__).parents[1] / "docs" / "metrics.rst"


def test_every_label_is_described() -> None:
    """Unless its name says it all."""
    described = set(re.findall(r"^``(\w+)``", DOCUMENT.read_text(), re.M)) | {"model"}
    used = {label for figure in FIGURES for label in figure.labels}
    assert used - described == {"version", "python", "twisted"}


def test_every_word_is_described() -> None:
    """Those that are in the code, as a reader of a graph finds them."""
    written = DOCUMENT.read_text()
    causes = {row.verdict.cause for row in TABLE if row.verdict.reason}
    words = {*labels.ENDPOINTS.values(), *labels.IN_BAND, *labels.CUTS.values(), *causes}
    assert not {word for word in words if f"``{word}``" not in written}
