"""What is measured, and what we want to reach."""

from dataclasses import dataclass, replace
from typing import Any

from . import bodies


@dataclass(frozen=True)
class Workload:
    """
    A load, on each of some peers in turn.

    :param peers: those that it is for; of these, those that were asked for are measured.
    :param unit: what CPU time is counted by: ``responses`` or ``events``.
    :param body: what each request is; its model says what the answer is (``upstream.c``).
    :param ramp: seconds in which the connections begin.
    :param warm: seconds that are not counted, the ramp's among them.
    :param fresh: whether memory is measured, for which each round takes a new process.
    """

    name: str
    title: str
    peers: tuple[str, ...]
    unit: str
    connections: int
    body: dict[str, Any]
    ramp: float = 0.0
    warm: float = 0.3
    fresh: bool = False


@dataclass(frozen=True)
class Goal:
    """
    What a figure of ours is to be, in comparison with a figure of the same round.

    :param workload: by name, as is the one of *against*, which is by default the same.
    :param figure: what is compared: ``cpu``, ``first``, ``way``, ``memory``, ``rate``, ``peak``.
    :param against: another peer; ``None`` compares with nothing.
    :param how: ``ratio`` or ``difference``.
    :param most: what it may be at most; for ``rate`` what it must be at least.
    """

    workload: str
    figure: str
    peer: str
    against: str | None
    how: str
    most: float
    aim: float
    unit: str = ""

    @property
    def title(self) -> str:
        """What is compared with what."""
        sign = {"ratio": "/", "difference": "−"}[self.how]
        return f"{self.peer} {sign} {self.against}" if self.against else self.peer

    def reached(self, value: float) -> bool:
        """Whether *value* is as good as it has to be."""
        return value >= self.most if self.figure == "rate" else value <= self.most


ALL = ("nginx", "haproxy", "node", "aiohttp", "naive", "litellm", "portkey", "ours")
FAST = ("nginx", "haproxy", "node", "aiohttp", "naive", "ours")
BUSY = ("nginx", "haproxy", "node", "aiohttp", "naive", "portkey", "ours")

WHOLE = bodies.chat("n1024", 1024)
BURST = bodies.chat("s200", 1024)
SHORT = bodies.chat("s5", 1024)
PACED = bodies.chat("s1000000-p20000", 1024)
SPARSE = bodies.chat("s1000000-p1000000", 1024)
LARGE = bodies.chat("s5", 4 << 20, messages=1600)
TOOLS = bodies.chat("gemini-s5", 1024, tools=500)

WORKLOADS = (
    Workload("B1", "JSON answers of 1 KiB, 32 connections", ALL, "responses", 32, WHOLE),
    Workload("B2", "bursts of 200 events, 16 connections", ALL, "events", 16, BURST),
    Workload("B3", "100 streams, 50 events a second each", BUSY, "events", 100, PACED, 0.4, 1.5),
    Workload("B4", "50 streams, 50 events a second each", FAST, "events", 50, PACED, 0.4, 1.5),
    Workload("B5", "streams of 5 events, one after the other", ALL, "responses", 1, SHORT),
    Workload("B6", "1,000 open streams", FAST, "events", 1000, SPARSE, 3.0, 5.0, fresh=True),
    Workload("B7a", "4 MiB, 1,600 messages", FAST, "responses", 1, LARGE),
    Workload("B7b", "500 tools for gemini", FAST, "responses", 1, TOOLS),
    Workload("B11a", "B1, upstream encrypted", ("ours-tls", "ours"), "responses", 32, WHOLE),
    Workload(
        "B11b", "B3, upstream encrypted", ("ours-tls", "ours"), "events", 100, PACED, 0.4, 1.5
    ),
    Workload("B12", "B1, 64 connections", ("ours-two", "ours-one"), "responses", 64, WHOLE),
    Workload(
        "B13", "4 MiB bodies: the most memory", FAST, "responses", 1, LARGE, 0, 1.5, fresh=True
    ),
)

GOALS = (
    Goal("B1", "cpu", "ours", "node", "ratio", 3.0, 1.3),
    Goal("B1", "cpu", "ours", "nginx", "ratio", 30.0, 12.0),
    Goal("B1", "cpu", "ours", "litellm", "ratio", 1 / 30, 1 / 60),
    Goal("B2", "cpu", "ours", "node", "ratio", 1.3, 0.95),
    Goal("B3", "cpu", "ours", "nginx", "ratio", 3.5, 2.5),
    Goal("B4", "way", "ours", "nginx", "difference", 30.0, 10.0, "µs"),
    Goal("B5", "first", "ours", "nginx", "ratio", 3.5, 2.0),
    Goal("B6", "memory", "ours", None, "ratio", 22.0, 17.0, "KiB"),
    Goal("B7a", "cpu", "ours", "aiohttp", "ratio", 1.3, 1.05),
    Goal("B7b", "cpu", "ours", "aiohttp", "ratio", 3.0, 2.0),
    Goal("B9", "memory", "ours", None, "ratio", 2.0, 1.0, "MiB"),
    Goal("B10a", "freed", "ours", None, "ratio", 20.0, 6.0, "ms"),
    Goal("B10b", "freed", "ours", None, "ratio", 20.0, 6.0, "ms"),
    Goal("B11a", "cpu", "ours-tls", "ours", "ratio", 1.3, 1.15),
    Goal("B11b", "cpu", "ours-tls", "ours", "ratio", 1.8, 1.4),
    Goal("B12", "rate", "ours-two", "ours-one", "ratio", 1.75, 1.9),
    Goal("B13", "peak", "ours", None, "ratio", 90.0, 75.0, "MiB"),
)

LIGHT = Workload("light", "to have everything loaded", FAST, "responses", 1, SHORT)
"""What a new process does before its memory is measured."""

QUICK = ("B1", "B2", "B3", "B5")
QUICK_PEERS = ("nginx", "node", "naive", "ours")


def growth() -> tuple[Workload, ...]:
    """The same work at 1 to 2,000 streams, 2,000 events a second in all, and with larger bodies."""
    streams = [
        Workload(
            f"streams-{count}",
            f"{count:,} streams, 2,000 events a second in all",
            FAST,
            "events",
            count,
            bodies.chat(f"s1000000-p{500 * count}", 1024),
            ramp=max(0.2, count / 200),
            warm=max(0.5, count / 200 + 1.5),
        )
        for count in (1, 10, 100, 500, 1000, 2000)
    ]
    sized = [
        Workload(
            f"body-{kib}",
            f"bodies of {kib} KiB",
            FAST,
            "responses",
            1,
            bodies.chat("s5", kib << 10, messages=max(1, kib * 1600 // 4096)),
        )
        for kib in (1, 16, 64, 256, 1024, 4096)
    ]
    return (*streams, *sized)


def only(workload: Workload, peers: tuple[str, ...]) -> Workload:
    """*workload* for those of *peers* that it is for, in their order."""
    kept = tuple(one for one in peers if one in workload.peers or one == "before")
    return replace(workload, peers=kept)
