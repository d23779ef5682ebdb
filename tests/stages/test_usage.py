"""Usage is told once, at the end, and is the last that the upstream told."""

from typing import Any

import pytest

from pollinations.chat.chunk import Chunk
from pollinations.stages.usage import Usage, estimate
from pollinations.testing.chunks import chunk, context, counted, passed

ONE, TWO = {"total_tokens": 1}, {"total_tokens": 2}
END = chunk(finish="stop")

HABITS = [
    pytest.param([chunk("a"), END, counted(**TWO)], [chunk("a"), END, counted(**TWO)], id="OpenAI"),
    pytest.param(
        [chunk("a"), chunk(finish="stop", usage=TWO)],
        [chunk("a"), chunk(finish="stop", usage=TWO)],
        id="with the end",
    ),
    pytest.param(
        [chunk("a", usage=ONE), chunk("b", usage=ONE), chunk(finish="stop", usage=TWO)],
        [chunk("a"), chunk("b"), chunk(finish="stop", usage=TWO)],
        id="on every chunk",
    ),
    pytest.param(
        [chunk("a", usage=ONE), chunk("b", usage=TWO), END],
        [chunk("a"), chunk("b"), END, counted(**TWO)],
        id="on every chunk but the last",
    ),
    pytest.param(
        [counted(**ONE), chunk("a"), counted(**TWO), END],
        [chunk("a"), END, counted(**TWO)],
        id="before the end",
    ),
    pytest.param(
        [chunk(finish="stop", usage=TWO), counted(**TWO)],
        [chunk(finish="stop", usage=TWO)],
        id="twice the same",
    ),
    pytest.param(
        [chunk(finish="stop", usage=ONE), counted(**TWO)],
        [chunk(finish="stop", usage=ONE), counted(**TWO)],
        id="corrected",
    ),
    pytest.param([chunk("a"), END], [chunk("a"), END], id="never"),
]


@pytest.mark.parametrize(("chunks", "given"), HABITS)
def test_habits(chunks: list[Chunk], given: list[Chunk]) -> None:
    """Of upstreams, and what a client sees of each."""
    assert passed(Usage(context()), *chunks) == given


def test_what_is_kept_for_the_end_keeps_its_bytes() -> None:
    """It comes later, and unchanged."""
    early = counted(**ONE)._replace(raw=b"raw")
    assert passed(Usage(context()), early, END) == [END, early]


def test_all_choices_must_end_first() -> None:
    """When several were asked for."""
    ends = [chunk(finish="stop", index=i, usage=ONE) for i in (0, 1)]
    assert passed(Usage(context(n=2)), *ends) == [chunk(finish="stop"), ends[1]]


GUESS = {"total_tokens": 9, "estimated": True}


@pytest.mark.parametrize(
    ("chunks", "given"),
    [
        ([chunk("a"), chunk(finish="stop", usage=GUESS)], [chunk("a"), END, GUESS]),
        ([chunk("a", usage=ONE), chunk(finish="stop", usage=GUESS)], [chunk("a"), END, ONE]),
    ],
)
def test_an_estimate_is_given_only_where_nobody_has_counted(
    chunks: list[Chunk], given: list[Any]
) -> None:
    """What the upstream has counted so far is the truth about an answer that was cut."""
    *rest, usage = given
    assert passed(Usage(context()), *chunks) == [*rest, END.bare(usage=usage)]


@pytest.mark.parametrize(
    ("body", "prompt"),
    [
        ({"messages": [{"role": "user", "content": "x" * 40}]}, 10),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "x" * 40}]}]}, 10),
        ({"messages": [{"role": "user", "content": [{"image_url": "x" * 40}, 7]}]}, 0),
        ({"messages": [{"role": "assistant", "content": None}]}, 0),
        ({"messages": [{"role": "user", "content": "x"}], "tools": [{"a": "b"}]}, 3),
    ],
)
def test_estimates(body: dict[str, Any], prompt: int) -> None:
    """Four characters a token, and marked for what they are."""
    assert estimate(context(**body).request, 41) == {
        "prompt_tokens": prompt,
        "completion_tokens": 11,
        "total_tokens": prompt + 11,
        "estimated": True,
    }


@pytest.mark.parametrize(("depth", "prompt"), [(400, 603), (100_000, 2)])
def test_deep_tools_are_no_obstacle(depth: int, prompt: int) -> None:
    """They count for nothing where nobody can write them."""
    tool: dict[str, Any] = {}
    deep = tool
    for _ in range(depth):
        deep["a"] = deep = {}
    assert estimate(context(tools=[tool]).request, 0)["prompt_tokens"] == prompt
    while tool:
        # Freed level by level: the interpreter would do it recursively.
        tool = tool.pop("a")
