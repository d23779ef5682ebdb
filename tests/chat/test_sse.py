"""Server-sent events are whole however the network cut them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.chat.sse import EventDecoder, encode, is_comment, is_error
from pollinations.errors import UpstreamFailed

EVENTS = [
    pytest.param(b"data: {}\n\n", [(b"data: {}\n\n", b"{}")], id="one"),
    pytest.param(b"data:{}\n\n", [(b"data:{}\n\n", b"{}")], id="no blank after the colon"),
    pytest.param(b"data\n\n", [(b"data\n\n", b"")], id="no colon"),
    pytest.param(b"data: \n\n", [(b"data: \n\n", b"")], id="no data"),
    pytest.param(
        b"data: a\n\ndata: b\n\n",
        [(b"data: a\n\n", b"a"), (b"data: b\n\n", b"b")],
        id="two",
    ),
    pytest.param(b"data: a\ndata: b\n\n", [(b"data: a\ndata: b\n\n", b"a\nb")], id="two lines"),
    pytest.param(b"data: a\r\n\r\n", [(b"data: a\r\n\r\n", b"a")], id="CRLF"),
    pytest.param(
        b"data: a\n\r\ndata: b\r\n\n",
        [(b"data: a\n\r\n", b"a"), (b"data: b\r\n\n", b"b")],
        id="mixed",
    ),
    pytest.param(
        b"data: a\r\rdata: b\n\n", [(b"data: a\r\r", b"a"), (b"data: b\n\n", b"b")], id="CR"
    ),
    pytest.param(b": hi\n\n", [(b": hi\n\n", None)], id="comment"),
    pytest.param(b"id: 7\nretry: 3\n\n", [(b"id: 7\nretry: 3\n\n", None)], id="no data at all"),
    pytest.param(
        b"event: x\nid: 1\ndata: a\n\n", [(b"event: x\nid: 1\ndata: a\n\n", b"a")], id="all fields"
    ),
    pytest.param(
        b"data: a\n\n\ndata: b\n\n",
        [(b"data: a\n\n", b"a"), (b"\ndata: b\n\n", b"b")],
        id="an empty line too many",
    ),
    pytest.param(b"\xef\xbb\xbfdata: a\n\n", [(b"\xef\xbb\xbfdata: a\n\n", b"a")], id="BOM"),
    pytest.param(b"database: a\n\n", [(b"database: a\n\n", None)], id="another field"),
]


@pytest.mark.parametrize(("data", "events"), EVENTS)
def test_events(data: bytes, events: list[tuple[bytes, bytes | None]]) -> None:
    """An event keeps its bytes and says what its data is."""
    assert EventDecoder().feed(data) == events


def fed(data: bytes, cuts: list[int]) -> list[tuple[bytes, bytes | None]]:
    decoder, events, start = EventDecoder(), [], 0
    for cut in [*sorted(cuts), len(data)]:
        events += decoder.feed(data[start:cut])
        start = max(start, cut)
    return [*events, *decoder.close()]


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"event: error\ndata: x\n\n", True),
        (b"event:error\r\ndata: x\r\n\r\n", True),
        (b"data: x\nevent: error\n\n", True),
        (b"event: ping\ndata: error\n\n", False),
        (b"event: error\nevent: ping\ndata: x\n\n", False),
        (b"data: event: error\n\n", False),
        (b"event\ndata: error\n\n", False),
    ],
)
def test_an_event_may_be_called_an_error(raw: bytes, error: bool) -> None:
    """By its last name."""
    assert is_error(raw) is error


LINES = st.lists(
    st.sampled_from(
        [b"data: caf\xc3\xa9", b"data:{}", b": c", b"id: 1", b"\n", b"\r\n", b"\r", b"\n\n", b"x"]
    ),
    max_size=12,
).map(b"".join)


@given(LINES, st.lists(st.integers(0, 80), max_size=12))
def test_cuts_do_not_matter(data: bytes, cuts: list[int]) -> None:
    """The same events come out wherever the bytes were cut, one byte at a time included."""
    whole = fed(data, [])
    assert fed(data, [cut for cut in cuts if cut <= len(data)]) == whole
    assert fed(data, list(range(len(data)))) == whole


@given(LINES)
def test_no_byte_is_lost(data: bytes) -> None:
    """What comes out is what went in, up to the end of the last whole event."""
    decoder = EventDecoder()
    out = b"".join(raw for raw, _ in decoder.feed(data))
    assert data.startswith(out)
    assert b"\n\n" not in data[len(out) :]


@given(st.binary(max_size=40).filter(lambda data: not set(b"\r\n") & set(data)))
def test_encode_round_trips(data: bytes) -> None:
    """A decoder reads what was encoded."""
    assert EventDecoder().feed(encode(data)) == [(encode(data), data)]


def test_an_event_without_its_blank_line_is_given_at_the_end() -> None:
    """It gets the blank line, so that another event may follow it."""
    decoder = EventDecoder()
    assert decoder.feed(b"data: a\r\n") == []
    assert decoder.close() == [(b"data: a\n\n", b"a")]
    assert decoder.close() == []


def test_comments_are_told_from_other_events_without_data() -> None:
    """Only what is nothing but comments may be passed on for its own sake."""
    assert is_comment(b": one\n: two\n\n")
    assert not is_comment(b": one\nid: 7\n\n")
    assert not is_comment(b"\n\n")


@pytest.mark.parametrize("piece", [b"x" * 11, b"data: 12345\n\n", b"data: 12345\r\n\r\n"])
def test_an_event_over_the_limit_is_an_error(piece: bytes) -> None:
    """Whether it comes whole or never ends."""
    with pytest.raises(UpstreamFailed, match="larger than 10 bytes"):
        EventDecoder(limit=10).feed(piece)


def test_the_limit_is_on_one_event_and_not_on_what_comes_at_once() -> None:
    """A busy upstream's events may come by the thousand."""
    assert len(EventDecoder(limit=10).feed(b"data: 1\n\n" * 1000)) == 1000


@pytest.mark.parametrize("line", [b"\r", b"\n", b"x"])
def test_bytes_one_at_a_time_take_linear_time(line: bytes) -> None:
    """Nothing that was kept is looked at again, whatever it is."""
    decoder = EventDecoder()
    for _ in range(30_000):
        assert not any(map(decoder.feed, (b"x", line, b"y")))
