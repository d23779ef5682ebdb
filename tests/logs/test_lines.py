"""One event is one line, whatever is in it."""

import json as stdlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.logger import LogLevel
from twisted.python.failure import Failure

from pollinations.logs.lines import escaped, json, text

KEY = "sk_canary_0123456789abcdef"


def event(format: str = "{what} happens", **fields: Any) -> dict[str, Any]:
    """An event, as a logger makes it."""
    common = {
        "log_format": format,
        "log_level": LogLevel.warn,
        "log_namespace": "pollinations.x",
        "log_time": 0.25,
        "request_id": "r1",
    }
    return {**common, "what": "it", **fields}


def failure(words: str) -> Failure:
    """A failure with a traceback."""
    try:
        raise ValueError(words)
    except ValueError:
        return Failure()


def test_a_line_for_a_person() -> None:
    assert text(event()) == b"1970-01-01T00:00:00.250Z warn pollinations.x r1 it happens\n"


def test_a_line_about_no_request() -> None:
    assert b" pollinations.x - it happens" in text(event(request_id=""))


def test_a_line_for_a_program() -> None:
    """With the words and numbers that the message was made of, and nothing else."""
    found = stdlib.loads(json(event(count=3, other=object(), log_source=object())))
    assert found.pop("pid") > 0
    assert found == {
        "time": "1970-01-01T00:00:00.250Z",
        "level": "warn",
        "namespace": "pollinations.x",
        "request_id": "r1",
        "message": "it happens",
        "what": "it",
        "count": 3,
    }


@pytest.mark.parametrize("line", [text, json])
def test_an_event_that_cannot_be_formatted_is_a_line_all_the_same(line: Any) -> None:
    """A field that is missing, a format that is none."""
    assert line(event("{missing}")).endswith(b"\n")
    assert line(event("{")).endswith(b"\n")
    assert line({}).endswith(b"\n")


@pytest.mark.parametrize("line", [text, json])
def test_calls_in_formats_are_made(line: Any) -> None:
    """As Twisted's own formatting does."""
    assert b"it said 3" in line(event("it said {count()}", count=lambda: 3))


@pytest.mark.parametrize("line", [text, json])
def test_a_failure_is_told_with_its_places_and_not_with_its_words(line: Any) -> None:
    given = line(event(log_failure=failure("what was asked")))
    assert b"ValueError" in given
    assert b"test_lines.py" in given
    assert b"what was asked" not in given


@pytest.mark.parametrize("line", [text, json])
def test_what_looks_like_a_key_is_taken_out(line: Any) -> None:
    """Should anybody ever let one into an event."""
    for words in (KEY, f"Bearer {KEY}", f"a {KEY}, b"):
        assert KEY.encode() not in line(event(what=words))


@given(st.text() | st.text(st.characters(categories=["Cc", "Cs", "Zl", "Zp", "Cf"])))
def test_nothing_breaks_a_line(words: str) -> None:
    """No message can pretend to be another line, or command a terminal."""
    for line in (text, json):
        given = line(event(what=words))
        assert given.count(b"\n") == 1
        assert given.endswith(b"\n")
        assert b"\x1b" not in given


@given(st.text())
def test_escapes_are_plain(words: str) -> None:
    assert escaped(words).isprintable()


def test_numbers_without_end_are_words() -> None:
    """JSON has none of the kind that a program could read."""
    assert stdlib.loads(json(event(what=2**80)))["what"] == str(2**80)
