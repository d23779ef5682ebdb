"""The command. ``benchmarks/run --help`` says what it takes."""

import argparse
import json
import os
import platform
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from . import installed, peers, tables, workloads
from .hazards import ask, hazards
from .measured import Bench
from .rounds import Fleet, rounds
from .started import running, upstream
from .workloads import Workload


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks/run", description=__doc__)
    add = parser.add_argument
    add("--quick", action="store_true", help="two minutes: B1, B2, B3, B5 and four peers")
    add("--only", metavar="B1,B2", help="these workloads; 'growth' is all that is for the plot")
    add("--peers", metavar="NAME,…", help="these peers: " + ", ".join(workloads.ALL))
    add("--before", metavar="FOLDER", help="another checkout, measured as the peer 'before'")
    add("--rounds", type=int, help="how often each is measured (5; of memory and growth, 3)")
    add("--seconds", type=float, help="how long each time (2; 0.8 if quick)")
    out = installed.BUILD / "results.json"
    add("--out", type=Path, metavar="JSON", default=out, help="where the figures go")
    add("--plot", type=Path, metavar="SVG", help="draw what 'growth' has measured")
    add("--tables", type=Path, nargs="+", metavar="JSON", help="only show what earlier runs found")
    add("--check", action="store_true", help="only whether all of the quick form can be measured")
    add("--nice", type=int, default=0, help="as nice(1) has it; -10 helps where others run too")
    add("--python", type=Path, help="an interpreter that has what the peers import")
    asked = parser.parse_args()
    asked.quick |= asked.check
    return asked


def chosen(asked: argparse.Namespace) -> list[Workload]:
    """The workloads that were asked for, each with the peers that were."""
    names = asked.only.split(",") if asked.only else list(workloads.QUICK) if asked.quick else None
    wanted = asked.peers.split(",") if asked.peers else None
    if wanted is None and asked.quick:
        wanted = list(workloads.QUICK_PEERS)
    known = (*workloads.WORKLOADS, *workloads.growth())
    kept = [one for one in known if names is None or _group(one, names)]
    order = [
        *([] if asked.before is None else ["before"]),
        *(wanted or (*workloads.ALL, "ours-tls", "ours-two", "ours-one")),
    ]
    return [one for each in kept if (one := workloads.only(each, tuple(order))).peers]


def _group(one: Workload, names: list[str]) -> bool:
    grows = "-" in one.name
    return one.name in names or one.name.rstrip("ab") in names or (grows and "growth" in names)


def check(asked: argparse.Namespace, folder: Path) -> None:
    """Build both programs, and have one stream and one JSON answer of each peer of *asked*."""
    programs = installed.compiled(folder)
    names = dict.fromkeys(name for one in chosen(asked) for name in one.peers)
    with ExitStack() as stack:
        port = stack.enter_context(upstream(programs["upstream"]))
        bench = Bench(programs["load"], port, folder)
        fleet = Fleet(stack, bench, peers.every(asked.python))
        for name in names:
            with fleet.awake(name, fresh=True) as one:
                for body in (workloads.SHORT, workloads.WHOLE):
                    ask(bench, one, body)
                print(f"{name}: {bench.load_for(one, workloads.LIGHT, 0.1)['failures']} failures")


def machine() -> dict[str, Any]:
    """What all of this ran on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return {
        "cores": len(models),
        "model": models[0] if models else platform.machine(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "time": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    }


def run(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All figures."""
    programs = installed.compiled()
    table = peers.every(asked.python)
    if asked.before:
        table["before"] = peers.ours("before", Path(asked.before).resolve(), asked.python)
    picked = chosen(asked)
    with ExitStack() as stack:
        port = stack.enter_context(upstream(programs["upstream"]))
        tls = None
        if any("ours-tls" in one.peers for one in picked):
            terminator = running(peers.terminator(), folder / "terminator", port)
            tls = stack.enter_context(terminator).port
        bench = Bench(programs["load"], port, folder)
        fleet = Fleet(stack, bench, table, tls)
        found = list(_figures(asked, fleet, picked))
    names = dict.fromkeys(one["peer"] for one in found)
    versions = {name: table[name].version() for name in names}
    return {"machine": machine(), "versions": versions, "rounds": found}


def _figures(
    asked: argparse.Namespace, fleet: Fleet, picked: list[Workload]
) -> Iterator[dict[str, Any]]:
    for workload in picked:
        # Memory is the same each time, and what grows has many points.
        count = asked.rounds or (3 if workload.fresh or "-" in workload.name else 5)
        seconds = asked.seconds or (0.8 if asked.quick else 2.0)
        yield from rounds(fleet, workload, count, seconds)
    if {"B9", "B10"} & set((asked.only or "B9").split(",")) and not asked.quick:
        yield from hazards(fleet, ("nginx", "node", "aiohttp", "naive", "ours"), asked.rounds or 3)


def merged(files: list[Path]) -> dict[str, Any]:
    """What several runs found. What a later one measured again counts for all of that workload."""
    found: dict[str, Any] = {}
    for file in files:
        later = json.loads(file.read_text())
        again = {one["workload"] for one in later["rounds"]}
        kept = [one for one in found.get("rounds", ()) if one["workload"] not in again]
        versions = found.get("versions", {}) | later["versions"]
        found = {**later, "versions": versions, "rounds": [*kept, *later["rounds"]]}
    return found


def go_before(nice: int) -> None:
    """Have ourselves, and all that we start, scheduled as *nice* says."""
    if nice:
        os.nice(nice)
        # Where each session is a group of its own, it is groups that share the processors.
        os.setsid()
        group = Path("/proc/self/autogroup")
        if group.exists():
            group.write_text(str(nice))


def main() -> None:
    """Measure, keep, show."""
    asked = arguments()
    go_before(asked.nice)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="peers") as folder:
        if asked.check:
            check(asked, Path(folder))
            return
        found = merged(asked.tables) if asked.tables else run(asked, Path(folder))
    print(tables.report(found))
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(found, indent=1))
    if asked.plot:
        plotted = (installed.python("plot"), installed.HERE / "plot.py", asked.out, asked.plot)
        subprocess.run([str(one) for one in plotted], check=True)


if __name__ == "__main__":
    main()
