"""
Draws how the cost grows: with the number of streams, and with the size of a request.

    python plot.py RESULTS.json PICTURE.svg
"""

import json
import sys
from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib
from matplotlib import pyplot
from matplotlib.ticker import NullFormatter, StrMethodFormatter

PEERS = ("nginx", "haproxy", "node", "aiohttp", "naive", "ours")

PANELS = (
    ("streams", "cpu", 1.0, "CPU for an event, µs", "streams (2,000 events a second in all)"),
    ("streams", "way", 1.0, "an event's way, median, µs", "streams (2,000 events a second in all)"),
    ("body", "cpu", 1000.0, "CPU for a request, ms", "KiB of the request"),
)


def line(
    rounds: Sequence[Mapping[str, Any]], kind: str, peer: str, figure: str
) -> list[tuple[int, float]]:
    """Medians of *figure* of one peer, by what grows."""
    found: dict[int, list[float]] = {}
    for one in rounds:
        name, _, number = one["workload"].partition("-")
        if name == kind and one["peer"] == peer and one[figure] is not None:
            found.setdefault(int(number), []).append(one[figure])
    return [(number, median(values)) for number, values in sorted(found.items())]


def draw(found: Mapping[str, Any], picture: Path) -> None:
    """Three panels beside each other."""
    matplotlib.rcParams.update({"svg.hashsalt": "pollinations", "font.size": 9})
    figure, panels = pyplot.subplots(1, len(PANELS), figsize=(12, 4), layout="constrained")
    for axes, (kind, key, scale, title, grows) in zip(panels, PANELS, strict=True):
        for peer in PEERS:
            points = line(found["rounds"], kind, peer, key)
            width = 2.5 if peer == "ours" else 1.2
            values = [value / scale for _, value in points]
            axes.plot([n for n, _ in points], values, marker="o", lw=width, ms=3, label=peer)
        axes.set(xscale="log", yscale="log", xlabel=grows, title=title)
        low, high = axes.get_ylim()
        axes.set_ylim(10 ** floor(log10(low)), 10 ** ceil(log10(high)))
        axes.grid(True, alpha=0.3)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(StrMethodFormatter("{x:g}"))
            axis.set_minor_formatter(NullFormatter())
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=6)
    figure.savefig(picture, metadata={"Date": None})


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
