"""Memory that is free goes back to the system."""

import os
from pathlib import Path
from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SkipTest, SynchronousTestCase

from pollinations.life.trimming import EVERY, of_glibc, trim_often

PIECE = 64 * 1024


class Reactor(Clock):
    """A clock that runs already."""

    def callWhenRunning(self, call: Any, *args: Any, **kwargs: Any) -> None:
        call(*args, **kwargs)


def resident() -> int:
    """The bytes of memory that this process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class TrimmingTests(SynchronousTestCase):
    """Tests for :mod:`pollinations.life.trimming`."""

    def test_it_is_done_again_and_again(self) -> None:
        """And not while the process starts."""
        reactor, left = Reactor(), []
        trim_often(reactor, lambda spare: left.append(spare) or 1)
        self.assertEqual(left, [])
        reactor.pump([EVERY] * 3)
        self.assertEqual(left, [0, 0, 0])

    def test_where_nothing_is_kept_nothing_is_done(self) -> None:
        """As with other C libraries than GNU's."""
        reactor = Reactor()
        trim_often(reactor, None)
        self.assertEqual(reactor.getDelayedCalls(), [])

    def test_what_was_freed_goes_back(self) -> None:
        """Also what lies below a piece that is still in use."""
        trim = of_glibc()
        if trim is None:
            raise SkipTest("needs the GNU C library")
        pieces = [b"x" * (PIECE + n) for n in range(500)]
        kept = pieces.pop()
        del pieces
        before = resident()
        trim(0)
        self.assertLess(resident(), before - 200 * PIECE)
        self.assertGreater(len(kept), PIECE)
