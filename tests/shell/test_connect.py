"""A key on its way in."""

from typing import Any

import pytest

KEY = "sk_0123456789abcdef"


@pytest.mark.parametrize("given", [KEY, f"{KEY}\n", f"  {KEY}\r\n\n", f"\ufeff{KEY}"])
def test_is_read_from_standard_input(shell: Any, given: str) -> None:
    result = shell("connect", input=given)
    assert (result.exit_code, result.output) == (0, "Done.\n")
    assert shell.asked == [["connect", KEY]]


@pytest.mark.parametrize(
    "given",
    ["", " \n", f"{KEY}\n{KEY}\n", "a key", "sk_\x00", "clé", b"\xff\xfe", "x" * 5000],
)
def test_what_is_no_key_goes_nowhere(shell: Any, given: Any) -> None:
    """And is not repeated."""
    result = shell("connect", input=given)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert KEY not in result.output
    assert shell.asked == []


@pytest.mark.parametrize(
    "arguments", [(KEY,), ("--key", KEY), (f"--key={KEY}",), ("-k", KEY), (KEY, "--json")]
)
def test_is_no_argument(shell: Any, arguments: tuple[str, ...]) -> None:
    """Other users of the machine can see arguments. It is not shown once more."""
    result = shell("connect", *arguments, input=KEY)
    assert result.exit_code == 2
    assert "pollinations connect" in result.stderr
    assert KEY not in result.output
    assert shell.asked == []
