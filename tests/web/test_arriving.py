"""A head is the same however it comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.errors import InvalidRequest
from pollinations.web.arriving import Arriving
from pollinations.web.head import FIELD, HEAD, LINE
from pollinations.web.headers import canonical

HEADS = (
    b"GET / HTTP/1.1\r\n\r\n",
    b"\r\nGET /a?b HTTP/1.0\r\nHost: here\r\n\r\n",
    b"POST /a HTTP/1.1\r\nhost:here\r\nX-A:  b c\t \r\nx-a:\r\nETAG: \xe9\r\nX_B: d\r\n\r\n",
)


@given(st.sampled_from(HEADS), st.lists(st.integers(1, 20)), st.binary(max_size=5))
def test_the_cuts_do_not_matter(sent: bytes, sizes: list[int], behind: bytes) -> None:
    """What follows it is left as it is."""
    at_once, in_pieces = Arriving(), Arriving()
    found = at_once.feed(sent + behind)
    rest = sent
    for size in sizes:
        piece, rest = rest[:size], rest[size:]
        if rest:
            assert in_pieces.feed(piece) is None
    if rest:
        head = in_pieces.feed(rest + behind)
        assert (head, in_pieces.rest) == (found, at_once.rest) == (found, behind)


def test_names_are_twisted_s() -> None:
    """Values are without the blanks around them, in the order in which they came."""
    head = Arriving().feed(HEADS[2])
    assert head is not None
    assert head.fields == {
        b"Host": [b"here"],
        b"X-A": [b"b c", b""],
        b"ETag": [b"\xe9"],
        b"X_b": [b"d"],
    }
    assert canonical(b"www-AUTHENTICATE") == b"WWW-Authenticate"


def test_one_begins_behind_another() -> None:
    """As the rest holds it."""
    arriving = Arriving()
    first = arriving.feed(HEADS[0] + HEADS[1])
    arriving.clear()
    assert first != arriving.feed(b"") is arriving.head is not None


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16", 400),
        (b"GET / HTTP/1.1\n", 400),
        (b"GET /" + b"a" * (LINE + 2), 414),
        (b"nonsense\r\n", 400),
        (b"GET / HTTP/1.1\r\nnonsense\r\nX", 400),
        (b"GET / HTTP/1.1\r\nA: b\nC", 400),
        (b"GET / HTTP/1.1\r\nA: " + b"b" * FIELD, 431),
        (b"GET / HTTP/1.1\r\n" + (b"A: " + b"b" * 1000 + b"\r\n") * 32 + b"A: " + b"b" * 700, 431),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 101, 431),
    ],
)
def test_what_cannot_become_a_head_is_refused_while_it_comes(sent: bytes, status: int) -> None:
    """Nobody waits for its end."""
    with pytest.raises(InvalidRequest) as refusal:
        Arriving().feed(sent)
    assert refusal.value.status == status


def test_what_may_become_one_is_waited_for() -> None:
    """Up to the last byte that it may have."""
    line = b"GET /" + b"a" * (LINE - 14) + b" HTTP/1.1\r"
    arriving = Arriving()
    assert arriving.feed(line) is None
    assert arriving.feed(b"\n") is None
    assert arriving.feed(b"A: " + b"b" * (FIELD - 3) + b"\r") is None
    assert arriving.feed(b"\nC: d\r\n") is None
    head = arriving.feed(b"\r\n")
    assert head is not None
    assert head.size == LINE + FIELD + 4 < HEAD
