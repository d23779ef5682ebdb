"""Bodies end where their heads say."""

import pytest

from pollinations.errors import InvalidRequest
from pollinations.web.arriving import Arriving
from pollinations.web.bodies import IncomingBody


class Reader:
    """Takes a body."""

    def __init__(self, framing: bytes) -> None:
        head = Arriving().feed(b"POST / HTTP/1.1\r\nHost: a\r\n%b\r\n\r\n" % framing)
        assert head is not None
        head.end(100)
        self.taken, self.behind = b"", None
        self.body = IncomingBody(head, self.take, self.whole)

    def take(self, data: bytes) -> None:
        """Keep a piece."""
        self.taken += data

    def whole(self, rest: bytes) -> None:
        """Keep what is behind it."""
        self.body.check_trailers()
        self.behind = rest


@pytest.mark.parametrize(
    ("framing", "sent", "taken"),
    [
        (b"Content-Length: 3", b"abc", b"abc"),
        (b"Content-Length: 0", b"", b""),
        (b"X-A: none", b"", b""),
        (b"Transfer-Encoding: chunked", b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", b"abc"),
        (b"Transfer-Encoding: chunked", b"3\r\nabc\r\n0\r\nX-A: b\r\n\r\n", b"abc"),
    ],
)
@pytest.mark.parametrize("behind", [b"", b"GET /"])
def test_is_whole_where_it_ends(framing: bytes, sent: bytes, taken: bytes, behind: bytes) -> None:
    """What follows is somebody else's."""
    reader = Reader(framing)
    reader.body.feed(sent + behind)
    assert (reader.taken, reader.behind) == (taken, behind)


def test_waits_for_what_is_missing() -> None:
    """In pieces of any size."""
    reader = Reader(b"Content-Length: 3")
    for piece in (b"", b"a", b"b"):
        reader.body.feed(piece)
        assert reader.behind is None
    reader.body.feed(b"cd")
    assert (reader.taken, reader.behind) == (b"abc", b"d")


@pytest.mark.parametrize("sent", [b"x\r\n", b"1\r\nabc\r\n", b"0\r\nno trailer\r\n\r\n"])
def test_what_is_no_body_is_refused(sent: bytes) -> None:
    """Nor are trailers that are none."""
    with pytest.raises(InvalidRequest):
        Reader(b"Transfer-Encoding: chunked").body.feed(sent)
