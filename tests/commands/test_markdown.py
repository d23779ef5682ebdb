"""What others have written, in Markdown."""

import pytest

from pollinations.commands import markdown


@pytest.mark.parametrize(
    ("text", "code", "plain"),
    [
        ("openai/gpt-5.4", "`openai/gpt-5.4`", "openai/gpt-5.4"),
        ("a|b`c", "`a¦b'c`", "a¦b'c"),
        ("two\nlines", "`twolines`", "two lines"),
        ("\x1b[31mred", "`[31mred`", "[31mred"),
        ("", "–", "–"),
        (" \n", "–", "–"),
    ],
)
def test_what_others_wrote_breaks_no_table(text: str, code: str, plain: str) -> None:
    """No bar, no line, no backtick, and nothing for terminals."""
    assert markdown.code(text) == code
    assert markdown.plain(text) == plain


def test_a_row_is_as_wide_as_it_has_cells() -> None:
    """Nothing in them adds one."""
    assert markdown.row(markdown.code("a|b"), markdown.plain("c|d")) == "| `a¦b` | c¦d |"
