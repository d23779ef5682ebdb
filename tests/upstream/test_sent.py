"""What is sent, and what is refused for what it would be read as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.error import ConnectError
from twisted.web.http_headers import Headers

from pollinations.upstream.sent import Address, Fixed, Unsendable, address_of, head_of

ADDRESSES = {
    b"http://example.org": Address(False, "example.org", 80, b"example.org", b"/"),
    b"http://example.org:80/a?b=c": Address(False, "example.org", 80, b"example.org", b"/a?b=c"),
    b"https://example.org:443/": Address(True, "example.org", 443, b"example.org", b"/"),
    b"https://example.org:80/": Address(True, "example.org", 80, b"example.org:80", b"/"),
    b"http://127.0.0.1:9/": Address(False, "127.0.0.1", 9, b"127.0.0.1:9", b"/"),
    b"http://[::1]:9/": Address(False, "::1", 9, b"[::1]:9", b"/"),
    b"http://[::1]/": Address(False, "::1", 80, b"[::1]", b"/"),
    b"http://[::80]/": Address(False, "::80", 80, b"[::80]", b"/"),
    b"http://a_b.internal/x#y": Address(False, "a_b.internal", 80, b"a_b.internal", b"/x"),
}

NO_ADDRESSES = [
    b"",
    b"example.org",
    b"ftp://example.org/",
    b"http://",
    b"http:///x",
    b"http://user@example.org/",
    b"http://user:word@example.org/",
    b"http://a:b/",
    b"http://a b/",
    b"http://a\r\nb/",
    b"http://a/b c",
    b"http://a/b\x00",
    b"http://a/\xff",
]


@pytest.mark.parametrize("uri", ADDRESSES)
def test_an_address(uri: bytes) -> None:
    """Server, host header and target."""
    assert address_of(uri) == ADDRESSES[uri]


@pytest.mark.parametrize("uri", NO_ADDRESSES)
def test_no_address(uri: bytes) -> None:
    """It fails as a connection does."""
    with pytest.raises(Unsendable) as raised:
        address_of(uri)
    assert isinstance(raised.value, ConnectError)


ADDRESS = address_of(b"http://example.org/x")


def test_how_a_request_is_sent_is_not_for_headers_to_say() -> None:
    """There is one length and one host, whatever the caller says."""
    said = ("Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect")
    headers = Headers({name: ["x"] for name in (*said, "Accept-Encoding", "Accept")})
    lines = head_of(b"POST", ADDRESS, headers, 7).split(b"\r\n")
    assert lines == [
        b"POST /x HTTP/1.1",
        b"Host: example.org",
        b"Accept-Encoding: identity",
        b"Accept: x",
        b"Content-Length: 7",
        b"",
        b"",
    ]


@pytest.mark.parametrize("method", [b"", b"get", b"GE T", b"GET\r\n"])
def test_no_method(method: bytes) -> None:
    """A method is a word."""
    with pytest.raises(Unsendable):
        head_of(method, ADDRESS, None, None)


class Loose(Headers):
    """Headers that let everything through."""

    __slots__ = ("given",)

    def getAllRawHeaders(self):  # type: ignore[no-untyped-def]
        return iter(self.given)


@pytest.mark.parametrize(
    "value", [b"a\r\nB: c", b"a\nB: c", b"a\rB: c", b"a\r\n\r\nGET / HTTP/1.1", b"a\x00", b"\x7f"]
)
def test_a_header_is_one_line(value: bytes) -> None:
    """Even if nobody has looked at it before."""
    headers = Loose()
    headers.given = [(b"A", [value])]
    with pytest.raises(Unsendable):
        head_of(b"GET", ADDRESS, headers, None)


def test_lines_that_stay_are_made_once() -> None:
    """For every request with these headers, and no other."""
    made = {"A": ["b"], "Host": ["x"], "C": ["d", "e"]}
    fixed = Fixed(made)
    for length in (None, 0, 12):
        assert head_of(b"POST", ADDRESS, fixed, length) == head_of(
            b"POST", ADDRESS, Headers(made), length
        )
    assert fixed.lines is fixed.lines
    other = fixed.copy()
    other.setRawHeaders("A", ["z"])
    assert b"A: z\r\n" in head_of(b"POST", ADDRESS, other, None)


def test_lines_that_stay_are_not_shown() -> None:
    """One of them may hold a key."""
    assert repr(Fixed({"Authorization": ["Bearer secret"]})) == "Fixed([b'Authorization'])"


@given(st.binary(max_size=60))
def test_one_request_is_one(value: bytes) -> None:
    """Whatever a header's value is, it ends no line and begins no other request."""
    headers = Headers()
    headers.addRawHeader(b"A", value)
    try:
        head = head_of(b"GET", ADDRESS, headers, None)
    except Unsendable:
        return
    assert head.count(b"\n") == head.count(b"\r\n") == 5
    assert head.count(b"\r") == 5
    assert head.find(b"\r\n\r\n") == len(head) - 4
