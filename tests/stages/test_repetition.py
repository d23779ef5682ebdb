"""A text that repeats itself without end is found, and one that says a thing often is not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.stages.repetition import LONGEST, PATIENCE, STEP, TIMES, RepetitionWatch


def ends(*pieces: str, in_code: bool = False) -> int | None:
    """After how many characters of *pieces* the text must end; ``None`` for not at all."""
    watch, read = RepetitionWatch(lambda at: in_code), 0
    for piece in pieces:
        passing = watch.feed(piece)
        if watch.found:
            return read + passing
        assert passing == len(piece)
        read += len(piece)
    return None


def prose(words: int, seed: int = 1) -> str:
    chance = random.Random(seed)
    return " ".join("".join(chance.choices("abcdefghij", k=6)) for _ in range(words))


EIGHT = "one two three four five six seven eight "

REPEATED = [
    pytest.param("again\n", id="a line"),
    pytest.param("I will now read the file.\n\n", id="a line and a blank one"),
    pytest.param("| a | b |\n| c | d |\n", id="two lines"),
    pytest.param(EIGHT, id="eight words"),
    pytest.param("Let me check. " * 3 + "Wait, let me think again. ", id="twelve words"),
    pytest.param(prose(100) + " ", id="a hundred words"),
    pytest.param("".join(map(chr, range(0x4E00, 0x4E32))), id="no spaces"),
]


@pytest.mark.parametrize("block", REPEATED)
@pytest.mark.parametrize("before", ["", "It begins well.\n" + prose(50)])
def test_repeated(block: str, before: str) -> None:
    """Thirty times are too many, give or take a step; a few less are not."""
    end = ends(before + block * 100)
    assert end is not None
    assert end - len(before) >= TIMES * len(block) - len(block)
    assert end - len(before) <= TIMES * len(block) + 2 * STEP
    assert ends(before + block * (TIMES - 2)) is None


@pytest.mark.parametrize(("block", "most"), [("no ", 30), ("na na ", 30), ("ab", 550), ("= ", 200)])
def test_short_words_need_more(block: str, most: int) -> None:
    """Thirty times eight of them, or as many characters where nothing separates words."""
    assert ends(prose(20) + block * most) is None
    assert ends(prose(20) + block * 2000) is not None


CODE = [
    pytest.param("    null,\n", id="a line"),
    pytest.param("0x00, ", id="a word"),
    pytest.param("ab", id="no spaces"),
]


@pytest.mark.parametrize("block", CODE)
def test_code_needs_more(block: str) -> None:
    """Ten times as much of the same, which still has an end."""
    least, most = ends(block * 7000), ends(block * 7000, in_code=True)
    assert least is not None
    assert most is not None
    assert PATIENCE * (least - 2 * STEP) <= most <= PATIENCE * least + 2 * STEP


def test_a_row_of_one_character_needs_more() -> None:
    """A rule or padding, wherever it stands; white space without end is never wanted."""
    for character in "=A0-":
        assert ends(prose(20) + character * 11_000) is None
        assert ends(prose(20) + character * 13_000) is not None
    assert ends(" " * 1300) is not None
    assert ends("\n" * 1300) is not None


ORDINARY = [
    pytest.param(prose(5000), id="prose"),
    pytest.param(
        "".join(f"- Step {i}: I will read the file and check it.\n" for i in range(500)), id="steps"
    ),
    pytest.param("".join(f'    "key_{i}": {{"type": "string"}},\n' for i in range(500)), id="JSON"),
    pytest.param(
        "".join(f'<td class="px-4 py-2 text-sm">{i}</td>\n' for i in range(500)), id="HTML"
    ),
    pytest.param("}\n" * 20 + prose(50) + "\n" + "}\n" * 20, id="braces"),
    pytest.param(("-" * 80 + "\n" + prose(20) + "\n") * 5, id="rules"),
    pytest.param("A" * 6000, id="zeros in base64"),
    pytest.param("|" + "---|" * 100, id="a table's rule"),
    pytest.param("import os\n" * 25, id="twenty-five lines"),
    pytest.param((prose(300) + "\n\n") * 20, id="twenty paragraphs"),
    pytest.param(" " * 1000, id="white space"),
    pytest.param((prose(LONGEST // 5) + " ") * 40, id="a block too long to be seen"),
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary(text: str) -> None:
    """Lists, tables, code, and what is said twenty times."""
    assert ends(text) is None


@given(
    st.sampled_from(["again\n", EIGHT, "no ", prose(30) + " ", "xy"]),
    st.integers(0, 200),
    st.lists(st.integers(1, 400), min_size=1, max_size=5),
)
def test_cuts_do_not_matter(block: str, before: int, sizes: list[int]) -> None:
    """The text ends at the same place, in whatever pieces it came."""
    text = prose(100)[:before] + block * 700
    pieces, at = [], 0
    while at < len(text):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(text[at : at + size])
        at += size
    assert ends(*pieces) == ends(text)


def test_long_texts_take_linear_time() -> None:
    """A megabyte, of prose and of what is nearly a repetition."""
    assert ends(prose(140_000)) is None
    assert ends(
        ("a" * 47 + "b") * 10 + "".join("a" * 47 + chr(200 + i % 50) for i in range(10_000))
    )
