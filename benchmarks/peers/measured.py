"""One measurement: the load runs, and the kernel says what the peer used meanwhile."""

import json
import os
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import accounting, bodies
from .started import LOAD_CORE, Running
from .workloads import Workload

PATH = "/v1/chat/completions"
SETTLED = 3.0
"""Seconds in which a peer has let go of what its clients left behind, if it ever does."""


class NotAnswered(Exception):
    """Nothing was answered, or too much of it wrongly."""


@dataclass(frozen=True)
class Bench:
    """
    What all measurements share.

    :param load: the program.
    :param upstream: the port of the upstream.
    :param folder: where files go.
    """

    load: Path
    upstream: int
    folder: Path

    def stats(self) -> dict[str, int]:
        """What the upstream has seen."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.upstream}/stats") as page:
            found: dict[str, int] = json.load(page)
            return found

    def measure(self, running: Running, workload: Workload, seconds: float) -> dict[str, Any]:
        """
        Figures of one round: CPU in microseconds a unit, times in microseconds, memory in KiB.

        :raises NotAnswered: it does not do this work.
        """
        idle = accounting.memory(running.pids)
        with self._loading(running, workload, seconds) as load:
            _await(load, "begin")
            pids = running.pids
            open_, before = accounting.memory(pids), accounting.cpu(pids)
            _await(load, "end")
            spent = accounting.cpu(pids) - before
            peak = accounting.memory(pids, "VmHWM")
            counted = json.loads(load.stdout.read())  # type: ignore[union-attr]
        units = counted[workload.unit]
        if not units or counted["failures"] > units / 100:
            raise NotAnswered(f"{running.peer.name} fails at {workload.name}: {counted}")
        return {
            "peer": running.peer.name,
            "workload": workload.name,
            "units": units,
            "failures": counted["failures"],
            "cpu": spent / units / 1000,
            "rate": units / counted["seconds"],
            "busy": spent / counted["seconds"] / 1e9,
            "memory": (open_ - idle) / workload.connections if workload.fresh else None,
            "peak": peak / 1024 if workload.fresh else None,
            "first": counted["first"].get("p50"),
            "way": counted["way"].get("p50"),
            "way99": counted["way"].get("p99"),
            "whole": counted["whole"].get("p50"),
            "waiting": os.getloadavg()[0],
        }

    def _loading(
        self, running: Running, workload: Workload, seconds: float
    ) -> "subprocess.Popen[str]":
        peer = running.peer
        body = bodies.written(workload.body, peer.prefix, self.folder)
        numbers = (seconds * peer.slowness, workload.warm * peer.slowness, workload.ramp)
        cores = {LOAD_CORE} if peer.cores == 1 else os.sched_getaffinity(0)
        return subprocess.Popen(
            [
                *(str(self.load), str(running.port), PATH, str(workload.connections), str(body)),
                *(f"{one:g}" for one in numbers),
                *(one.replace("@UPSTREAM@", str(self.upstream)) for one in peer.headers),
            ],
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )

    def load_for(self, running: Running, workload: Workload, seconds: float) -> dict[str, Any]:
        """What the load says of *workload*, with nothing measured."""
        with self._loading(running, workload, seconds) as load:
            _await(load, "begin")
            _await(load, "end")
            counted: dict[str, Any] = json.load(load.stdout)  # type: ignore[arg-type]
            return counted

    def settled(self) -> bool:
        """Whether, soon, nothing is asked of the upstream any more."""
        until = time.monotonic() + SETTLED
        while self.stats()["in_flight"] and time.monotonic() < until:
            time.sleep(0.02)
        return not self.stats()["in_flight"]


def _await(load: "subprocess.Popen[str]", word: str) -> None:
    assert load.stdout is not None
    line = load.stdout.readline()
    if line.strip() != word:
        raise SystemExit(f"the load ended: {line}{load.stdout.read()}")
