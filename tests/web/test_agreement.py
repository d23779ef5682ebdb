"""What is served here, another strict server reads the same way: no request hides in another."""

from typing import Any

import h11
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.web.resource import Resource

from pollinations.settings.schema import Listener
from pollinations.web.request import BoundedSite

Read = list[tuple[bytes, bytes, bytes]]
"""Method, target and body of each request."""

GET = b"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /b?c=d HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n"
WHOLE = [
    GET,
    POST + b"Content-Length: 5\r\n\r\nhello" + GET,
    POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + GET,
    POST + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
]
PIECES = [
    *(b"\r", b"\n", b"\r\n", b" ", b"\t", b"\x00", b"\x0b", b"\x0c", b"\x85", b"\xa0", b"\xff"),
    *(b":", b",", b";", b"_", b"-", b"+", b"0", b"1", b"0x", b'"', b"%", b"#", b"?", b"chunked"),
    *(b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Host: x\r\n", GET),
]


class Recorder(Resource):
    """Answers everything, and remembers what it was asked."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.read: Read = []

    def render(self, request: Any) -> bytes:
        self.read.append((request.method, request.uri, request.content.read()))
        return b"."


def ours(sent: bytes) -> Read:
    """The requests that are served here."""
    clock, recorder = Clock(), Recorder()
    site = BoundedSite(recorder, Listener, reactor=clock)
    channel: Any = site.buildProtocol(None)
    channel.makeConnection(StringTransport(lenient=True))
    channel.dataReceived(sent)
    clock.pump([0] * 4)
    return recorder.read


def theirs(sent: bytes) -> Read:
    """Those that h11 reads before it refuses one, or has to wait."""
    connection, read = h11.Connection(h11.SERVER), []
    connection.receive_data(sent)
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError:
            return read
        if isinstance(event, h11.Request):
            method, target, body = event.method, event.target, b""
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            read.append((method, target, body))
            connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
            connection.send(h11.EndOfMessage())
            if connection.our_state is h11.MUST_CLOSE:
                return read
            connection.start_next_cycle()
        else:
            return read


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Requests, with something put in, taken out or replaced here and there."""
    sent = draw(st.sampled_from(WHOLE))
    for _ in range(draw(st.integers(1, 3))):
        at, gone = draw(st.integers(1, len(sent))), draw(st.integers(0, 3))
        sent = sent[:at] + draw(st.sampled_from([b"", *PIECES])) + sent[at + gone :]
    return sent


@settings(max_examples=200)
@given(damaged())
def test_what_is_served_is_read_elsewhere_too(sent: bytes) -> None:
    """With the same method, target and body, and in the same order."""
    served = ours(sent)
    assert served == theirs(sent)[: len(served)]


def test_they_agree_on_what_is_whole() -> None:
    """So that the comparison compares something."""
    for sent in WHOLE:
        assert ours(sent) == theirs(sent) != []
