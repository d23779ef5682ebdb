"""Headers that are known to be right are Twisted's all the same."""

import pytest
from twisted.web.http_headers import Headers
from twisted.web.test.requesthelper import DummyRequest

from pollinations.web.headers import canonical, say, take_over


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (b"x-request-id", b"X-Request-Id"),
        (b"ETAG", b"ETag"),
        (b"www-authenticate", b"WWW-Authenticate"),
        (b"x_y", b"X_y"),
    ],
)
def test_names_are_written_as_twisted_does(name: bytes, written: bytes) -> None:
    """Which is how it finds them."""
    assert canonical(name) == written
    assert dict(Headers({name: [b"a"]}).getAllRawHeaders()) == {written: [b"a"]}


def test_what_is_taken_over_is_found() -> None:
    """By any of its names."""
    headers = Headers()
    take_over(headers, {b"X-A": [b"b", b"c"]})
    assert headers.getRawHeaders(b"x-a") == [b"b", b"c"]
    assert headers == Headers({b"X-A": [b"b", b"c"]})


def test_what_is_said_replaces_what_was_said() -> None:
    """And what is added to it is not said in the next reply."""
    first, second = DummyRequest([b""]), DummyRequest([b""])
    always = {b"vary": b"Origin"}
    first.setHeader(b"Vary", b"Accept")
    say(first, always)
    first.responseHeaders.addRawHeader(b"Vary", b"Cookie")
    say(second, always)
    assert first.responseHeaders.getRawHeaders(b"vary") == [b"Origin", b"Cookie"]
    assert second.responseHeaders.getRawHeaders(b"vary") == [b"Origin"]
