"""Events that differ in their text and in nothing else."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.chat import sse
from pollinations.chat.alike import CREDIT, Alike
from pollinations.chat.chunk import Chunk, read


def spelled(text: str, field: str = "content", indent: bool = False, **fields: Any) -> bytes:
    """The data of an event that says *text*."""
    choice = {"index": 0, "delta": {field: text}, "finish_reason": None}
    said = {"id": "x", "choices": [choice], **fields}
    data = orjson.dumps(said)
    return data.replace(b":", b": ") if indent else data


def events_of(*data: bytes) -> list[sse.Event]:
    return sse.EventDecoder().feed(b"".join(map(sse.encode, data)))


def learned(data: bytes) -> Alike:
    alike, raw = Alike(), sse.encode(data)
    chunk = read(data, raw)
    assert chunk is not None
    alike.learn(chunk, data)
    return alike


def one_by_one(events: list[sse.Event]) -> list[Chunk | None]:
    return [read(data or b"", raw) for raw, data in events]


def texts_of(chunk: Chunk) -> Any:
    return chunk.choices[0]["delta"]


@pytest.mark.parametrize("field", ["content", "reasoning", "reasoning_content"])
@pytest.mark.parametrize("indent", [False, True])
def test_events_that_are_alike_are_one_chunk(field: str, indent: bool) -> None:
    """It says all that they say, and leaves as the bytes that they came as."""
    events = events_of(*(spelled(text, field, indent) for text in ("a", '\\b"', "\né")))
    chunk, after = learned(spelled("first", field, indent)).read(events, 0)
    assert chunk is not None
    assert after == 3
    assert texts_of(chunk) == {field: 'a\\b"\né'}
    assert chunk.raw == b"".join(raw for raw, _ in events)


@given(st.lists(st.text(alphabet='a"\\,\n:é{}[]\u2028', min_size=1), min_size=1), st.text())
def test_its_parts_are_what_each_event_is(texts: list[str], first: str) -> None:
    """Read together or each for itself."""
    events = events_of(*map(spelled, texts))
    chunk, after = learned(spelled(first or "x")).read(events, 0)
    if chunk is None:
        return
    parts = (chunk,) if chunk.parts is None else chunk.parts()
    assert list(parts) == one_by_one(events[:after])


@pytest.mark.parametrize(
    "other",
    [
        spelled("b", id="y"),
        spelled("b", usage={"total_tokens": 3}),
        spelled("b", field="reasoning"),
        spelled(""),
        spelled("b").replace(b"null", b'"stop"'),
        b"[DONE]",
        b"{}",
    ],
)
def test_another_event_ends_them(other: bytes) -> None:
    """What differs in anything else is read for itself."""
    events = events_of(spelled("a"), other, spelled("c"))
    alike = learned(spelled("first"))
    assert alike.read(events, 0)[1] == 1
    assert alike.read(events, 1) == (None, 1)


WRONG = [
    b'a","b',
    b'a","role":"b',
    b'a"},"delta":{"content":"b',
    b"a\\",
    b"a\\\\",
    b"\xff",
    b"\\ud800",
    b"\\x",
    b"\x01",
]


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("further", [(), (b'x",["y', b'z"],"w'), (b"x\\",)])
def test_what_is_no_string_is_not_one(wrong: bytes, further: tuple[bytes, ...]) -> None:
    """Whatever stands between the same bytes: it may be no JSON at all, or another chunk."""
    strings = (wrong, *further, b"end")
    events = events_of(*(spelled("@").replace(b"@", string) for string in strings))
    assert learned(spelled("first")).read(events, 0) == (None, 0)


@given(st.text(alphabet='a"\\,\n:é{}[]\u2028'))
def test_one_that_comes_alone(text: str) -> None:
    """It is what it would be if it were parsed."""
    events = events_of(spelled(text))
    chunk, after = learned(spelled("first")).read(events, 0)
    assert (chunk, after) == ((one_by_one(events)[0], 1) if text else (None, 0))


@pytest.mark.parametrize("string", WRONG)
def test_one_that_is_no_string(string: bytes) -> None:
    """It is parsed, unless it is one after all: a backslash can end a string, escaped."""
    events = events_of(spelled("@").replace(b"@", string))
    chunk, _ = learned(spelled("first")).read(events, 0)
    assert chunk == (one_by_one(events)[0] if string == b"a\\\\" else None)


def test_a_field_with_the_same_name_is_not_the_text() -> None:
    """Elsewhere in the chunk."""
    data = b'{"x":{"content":"a"},"choices":[{"index":0,"delta":{"content":"a"}}]}'
    assert learned(data).read(events_of(data), 0) == (None, 0)


def test_a_second_choice_is_not_alike() -> None:
    """Its index is another."""
    data = spelled("a")
    assert learned(data).read(events_of(data.replace(b'"index":0', b'"index":1')), 0)[0] is None


def test_it_is_not_tried_for_ever() -> None:
    """Where each event has something of its own."""
    alike = Alike()
    for number in range(CREDIT + 1):
        data = spelled("a", id=str(number))
        chunk = read(data, sse.encode(data))
        assert chunk is not None
        alike.learn(chunk, data)
    assert alike.read(events_of(data), 0) == (None, 0)
