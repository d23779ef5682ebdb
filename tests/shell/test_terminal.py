"""Markdown as a person sees it."""

import io

import pytest
from rich.console import Console

from pollinations.shell.terminal import write

TABLE = """\
| Model | Name | Can |
|---|---|---:|
| `enter/google/gemini-3.1-pro-preview` | Google Gemini 3.1 Pro Preview | tools, reasoning, vision |
"""


def seen(text: str, width: int = 100) -> list[str]:
    """The lines on a terminal of this width."""
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    write(text, console)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_each_line_means_its_end() -> None:
    assert seen("One.\nTwo.") == ["One.", "Two."]
    lines = [line for line in seen("- one\n  → advice\n- two") if line]
    assert lines == [" • one", "   → advice", " • two"]


@pytest.mark.parametrize("width", [100, 80, 60, 45])
def test_nothing_in_a_table_is_cut_off(width: int) -> None:
    """A model's name is in one piece, so that it can be copied."""
    shown = "\n".join(seen(TABLE, width))
    assert "enter/google/gemini-3.1-pro-preview" in shown
    assert "…" not in shown


def test_a_table_that_is_too_wide_becomes_a_list() -> None:
    """Each row in two lines, with no word broken."""
    assert [line.strip() for line in seen(TABLE, 60) if line.strip(" ━─")] == [
        "Model",
        "Name · Can",
        "enter/google/gemini-3.1-pro-preview",
        "Google Gemini 3.1 Pro Preview · tools, reasoning, vision",
    ]


def test_a_table_that_fits_stays_a_table() -> None:
    assert any("pro-preview" in line and "vision" in line for line in seen(TABLE, 100))
