"""``deploy/grafana.json`` asks for figures that there are."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import pollinations
from pollinations.metrics.figures import FIGURES
from pollinations.testing.together import Together

DASHBOARD: Any = json.loads(
    (Path(pollinations.__file__).parents[1] / "deploy" / "grafana.json").read_text()
)
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
TARGETS = [(panel["title"], target) for panel in PANELS for target in panel["targets"]]
EXPRESSIONS = [target["expr"] for _, target in TARGETS]

# Prometheus itself adds these to everything that it collects.
ADDED = {"job", "instance"}
WORDS = {
    *("sum", "max", "min", "topk", "by", "or", "rate", "increase", "vector"),
    "histogram_quantile",
}
VARIABLES = {"$job", "$instance", "$__rate_interval", "$datasource"}

_SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\{([^}]*)\}")
_MATCHER = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"')
_GROUPING = re.compile(r"\bby \(([\w, ]+)\)")
_RANGE = re.compile(r"\[[^\]]+\]")


def series(proxy: Together) -> dict[str, dict[str, set[str]]]:
    """The names of all samples, with their labels and the values of these."""
    found: dict[str, dict[str, set[str]]] = {}
    for family in proxy.api.metrics.snapshot():
        for name, labels in family.samples:
            known = found.setdefault(name, {})
            for label, value in labels:
                known.setdefault(label, set()).add(value)
    return found


def selectors(expression: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The figures that *expression* asks for, and what it wants their labels to be."""
    return [(name, _MATCHER.findall(said)) for name, said in _SELECTOR.findall(expression)]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_query_asks_for_what_there_is(driven: Together, expression: str) -> None:
    """Names, labels, and the values that are named, in a proxy that has met everything."""
    known = series(driven)
    asked = selectors(expression)
    assert asked
    grouped = {label for found in _GROUPING.findall(expression) for label in found.split(", ")}
    for name, matchers in asked:
        assert name in known
        assert {label for label, _ in matchers} <= known[name].keys() | ADDED
        assert grouped <= known[name].keys() | ADDED
        for label, value in matchers:
            if label not in ADDED and value != "none":
                assert set(value.split("|")) <= known[name][label]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_query_is_well_formed(expression: str) -> None:
    """Brackets close, and nothing is left that no part of the language is."""
    for opening, closing in ("()", "{}", "[]"):
        assert expression.count(opening) == expression.count(closing)
    rest = _RANGE.sub("", _SELECTOR.sub("", _GROUPING.sub("by", expression)))
    assert set(re.findall(r"[a-zA-Z_]\w*", rest)) <= WORDS
    assert set(re.findall(r"\$\w+", expression)) <= VARIABLES


@pytest.mark.parametrize(("title", "target"), TARGETS)
def test_every_legend_names_a_label(title: str, target: dict[str, str]) -> None:
    """One that the query leaves."""
    named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
    kept = {label for found in _GROUPING.findall(target["expr"]) for label in found.split(", ")}
    assert named == kept - {"le"}, title


def test_rates_are_of_counts(driven: Together) -> None:
    """A rate of a gauge, or a count as it is, would be a graph of nothing."""
    kinds = {
        name: family.kind for family in driven.api.metrics.snapshot() for name, _ in family.samples
    }
    for expression in EXPRESSIONS:
        rated = re.findall(r"(?:rate|increase)\((\w+)\{", expression)
        for name, _ in selectors(expression):
            assert (kinds[name] != "gauge") == (name in rated), expression


def test_every_figure_is_shown() -> None:
    """What nobody looks at need not be counted."""
    asked = {name for expression in EXPRESSIONS for name, _ in selectors(expression)}
    for figure in FIGURES:
        ending = "_bucket" if figure.kind == "histogram" else ""
        assert figure.full_name + ending in asked


def test_panels_do_not_overlap() -> None:
    """Each has its place, of which Grafana knows 24 to a line."""
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert at["x"] + at["w"] <= 24
        assert not cells & taken
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
