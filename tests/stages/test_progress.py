"""An answer is whole when every choice that has begun has ended."""

import pytest

from pollinations.errors import UpstreamFailed
from pollinations.stages.progress import CHOICE_LIMIT, Progress
from pollinations.testing.chunks import chunk, counted

END, OTHER = chunk(finish="stop"), chunk("Hi", index=1)


def after(*chunks):
    progress = Progress()
    for one in chunks:
        progress.received(one)
    return progress


@pytest.mark.parametrize(
    ("chunks", "begun", "whole", "missing"),
    [
        ([], False, False, []),
        ([counted(total_tokens=1)], False, False, []),
        ([chunk("Hi")], True, False, [0]),
        ([chunk("Hi"), END], True, True, []),
        ([END, chunk("late")], True, True, []),
        ([chunk("Hi"), OTHER, END], True, False, [1]),
        ([chunk("Hi"), OTHER], True, False, [0, 1]),
    ],
)
def test_choices(chunks, begun, whole, missing) -> None:
    """Each counts for itself, and has ended once it has said so."""
    progress = after(*chunks)
    assert (progress.begun, progress.whole) == (begun, whole)
    assert [one.choices[0]["index"] for one in progress.missing()] == missing
    assert all(one.choices[0]["finish_reason"] == "stop" for one in progress.missing())


def test_the_last_usage_counts() -> None:
    """As upstreams that count all the time mean it."""
    told = after(chunk("Hi", usage={"total_tokens": 1}), END, counted(total_tokens=2))
    assert told.usage == {"total_tokens": 2}
    assert after(END).usage is None


def test_choices_have_a_limit() -> None:
    """They would take memory without end."""
    progress = after(*[chunk("Hi", index=index) for index in range(CHOICE_LIMIT)])
    with pytest.raises(UpstreamFailed, match="too many choices"):
        progress.received(chunk("Hi", index=CHOICE_LIMIT))
