"""Alternating rounds: what the machine does besides falls on all peers alike."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from .measured import Bench, NotAnswered
from .started import Peer, Running, end, running
from .workloads import LIGHT, Workload


@dataclass
class Fleet:
    """
    Peers, each started when it is measured first, and paused while it is not.

    :param stack: ends them.
    :param table: all that there are, by name.
    :param tls: the port of the encrypted upstream, if one of them needs it.
    :param warming: seconds, at least, for which each does each kind of work before it is measured.
    """

    stack: ExitStack
    bench: Bench
    table: Mapping[str, Peer]
    tls: int | None = None
    warming: float = 1.0
    _running: dict[str, Running] = field(default_factory=dict)
    _warm: set[tuple[str, str]] = field(default_factory=set)

    def measure(self, name: str, workload: Workload, seconds: float) -> dict[str, Any]:
        """One peer's figures of one round."""
        with self.awake(name, workload.fresh) as one:
            if self.warming and (workload.fresh or (name, workload.name) not in self._warm):
                self._warm.add((name, workload.name))
                with suppress(NotAnswered):
                    first = LIGHT if workload.fresh else workload
                    self.bench.measure(one, first, max(self.warming, seconds))
            return self.bench.measure(one, workload, seconds)

    @contextmanager
    def awake(self, name: str, fresh: bool = False) -> Iterator[Running]:
        """A peer, the only one that is not paused."""
        if fresh:
            with running(self.table[name], *self._place(name)) as one:
                yield one
            return
        if name not in self._running:
            started = running(self.table[name], *self._place(name))
            self._running[name] = self.stack.enter_context(started)
        self._running[name].resume()
        try:
            yield self._running[name]
        finally:
            self._end_turn(name)

    def _end_turn(self, name: str) -> None:
        one = self._running[name]
        if self.bench.settled():
            one.pause()
            return
        # It would go on reading what nobody wants, and spend time on it in the next turn.
        end(one.process)
        del self._running[name]
        self._warm = {kind for kind in self._warm if kind[0] != name}

    def _place(self, name: str) -> tuple[Any, int]:
        port = self.tls if self.table[name].tls else self.bench.upstream
        assert port is not None
        return self.bench.folder / name, port


def rounds(
    fleet: Fleet, workload: Workload, count: int, seconds: float
) -> Iterator[dict[str, Any]]:
    """Figures of *count* rounds, in each of which the peers take turns in another order."""
    for number in range(count):
        for name in order(workload.peers, number):
            try:
                found = fleet.measure(name, workload, seconds)
            except NotAnswered as wrong:
                print(wrong, file=sys.stderr)
                continue
            show(found)
            yield {**found, "round": number}


def order(names: Sequence[str], number: int) -> list[str]:
    """*names* as they take turns in a round: forwards, then backwards, each time one further."""
    first = number // 2 % len(names)
    turned = [*names[first:], *names[:first]]
    return turned[::-1] if number % 2 else turned


def show(found: Mapping[str, Any]) -> None:
    """Say what has been measured, so that one knows how far it is."""
    names = ("cpu", "busy", "first", "way", "memory", "freed", "waiting")
    figures = {name: found.get(name) for name in names}
    shown = "  ".join(f"{name} {one:.5g}" for name, one in figures.items() if one is not None)
    print(f"{found['workload']:12} {found['peer']:9} {shown}", file=sys.stderr)
