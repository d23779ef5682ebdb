"""Markdown for those who read it without a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.shell.plain import clean, plain

CASES = [
    ("", ""),
    ("One line.", "One line."),
    ("Mode: **pro**.", "Mode: pro."),
    ("*Type* `usage full` for more.", "Type usage full for more."),
    ("_Type_ this", "Type this"),
    ("### 🌸 Title", "🌸 Title"),
    ("> ⚠️ **Safety Net**: x", "⚠️ Safety Net: x"),
    ("- `a`: 1\n- `b`: 2", "- a: 1\n- b: 2"),
    ("status_gui and logs_gui", "status_gui and logs_gui"),
    ("2 * 3 * 4", "2 * 3 * 4"),
    ("`**kept**`", "**kept**"),
    ("a \\* b \\_ c", "a * b _ c"),
    ("[the site](https://enter.pollinations.ai)", "the site (https://enter.pollinations.ai)"),
    ("```\ncode\n```", "code"),
    ("# 1 of 2 #", "1 of 2 #"),
    ("enter/openai/gpt-5.4", "enter/openai/gpt-5.4"),
]

TABLE = """\
| Model | Price |
|:------|------:|
| `enter/a` | 1 |
| 💎 enter/abcdef | 10.5 |
| a\\|b | |
"""


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_marks_go_and_words_stay(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_a_table_becomes_columns() -> None:
    """They line up by what a terminal shows, in which some characters are two wide."""
    assert plain(TABLE).splitlines() == [
        "Model            Price",
        "enter/a          1",
        "💎 enter/abcdef  10.5",
        "a|b",
    ]


def test_a_table_stands_between_paragraphs() -> None:
    lines = plain(f"Before\n\n{TABLE}\nAfter").splitlines()
    assert (lines[0], lines[1], lines[-2], lines[-1]) == ("Before", "", "", "After")


def test_nothing_that_a_terminal_obeys_is_left() -> None:
    """A model's name, or an upstream's, may hold anything."""
    hostile = "a\x1b]0;title\x07b\x9b31mc\u202ed\r\ne\tf\ng"
    assert clean(hostile) == "a�]0;title�b�31mc�d\ne\tf\ng"


@given(st.text())
def test_any_text_can_be_shown(text: str) -> None:
    assert not set(plain(clean(text))) & set(map(chr, (*range(9), *range(14, 32), 127)))


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), min_size=1))
def test_no_word_is_lost(words: list[str]) -> None:
    """Neither from a line nor from a table."""
    assert plain(" ".join(words)).split() == " ".join(words).split()
    row = f"| {' | '.join(words)} |"
    assert plain(f"{row}\n|---|\n{row}").split() == [*words, *words]
