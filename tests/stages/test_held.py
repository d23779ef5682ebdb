"""What is held back is counted in bytes, and let go whole."""

import orjson

from pollinations.stages.held import Held
from pollinations.testing.chunks import chunk


def test_chunks_are_let_go_in_order() -> None:
    """And are held no longer."""
    held = Held()
    for one in (chunk("a"), chunk("b")):
        held.add(one)
    assert held.let_go() == [chunk("a"), chunk("b")]
    assert (held.chunks, held.size) == ([], 0)


def test_bytes_are_counted_as_they_came_or_would_leave() -> None:
    """What was mended is not what came."""
    held, one = Held(), chunk("a")
    held.add(one._replace(raw=b"12345"))
    assert held.size == 5
    held.add(one)
    assert held.size == 5 + len(orjson.dumps(one.data))
