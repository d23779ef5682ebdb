"""What comes over a connection, whatever an upstream sends, and what becomes of the connection."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IHandshakeListener, IPushProducer, ITCPTransport
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseDone, ResponseFailed, ResponseNeverReceived
from twisted.web.http import PotentialDataLoss
from twisted.web.iweb import UNKNOWN_LENGTH, IResponse
from zope.interface import implementer
from zope.interface.verify import verifyObject

from pollinations.upstream.connection import TOGETHER, Connection
from pollinations.upstream.parser import BARREN, FIELDS, HEAD

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
CLOSED = Failure(ConnectionDone())


class Sink(Protocol):
    """Takes a body."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.ends: list[Failure] = []

    def dataReceived(self, data: bytes) -> None:
        self.pieces.append(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.ends.append(reason)

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def end(self) -> type[BaseException] | None:
        return self.ends[0].type if self.ends else None


@attrs.define(eq=False)
class Line:
    """A connection, and who looks at it."""

    idle: list[Connection] = attrs.field(factory=list)
    gone: list[Connection] = attrs.field(factory=list)
    transport: Any = attrs.field(factory=StringTransport)
    connection: Connection = attrs.field(init=False)
    asked: "Deferred[IResponse]" = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.connection = Connection(False, self.idle.append, self.gone.append)
        self.connection.makeConnection(self.transport)
        self.asked = self.connection.ask(b"head", b"body")

    @property
    def hung_up(self) -> bool:
        return bool(self.transport.disconnecting)


@attrs.frozen
class Result:
    """What a reply has led to."""

    code: int | None
    body: bytes
    end: type[BaseException] | None
    reusable: bool


def outcome(pieces: Iterable[bytes]) -> Result:
    """What the pieces of a reply lead to, when the connection is closed after them."""
    line, sink, codes, errors = Line(), Sink(), [], []

    def came(response: Any) -> None:
        codes.append(response.code)
        response.deliverBody(sink)

    line.asked.addCallbacks(came, errors.append)
    for piece in pieces:
        if line.hung_up or line.idle:
            break
        line.connection.dataReceived(piece)
    reusable = bool(line.idle) and not line.hung_up
    if not (sink.ends or errors):
        line.connection.connectionLost(CLOSED)
    assert len(sink.ends) + len(errors) == 1
    assert len(codes) <= 1
    end = errors[0].type if errors else sink.end
    return Result(codes[0] if codes else None, sink.body, end, reusable)


def done(body: bytes, code: int = 200) -> Result:
    """All of it has come, and the connection can be used again."""
    return Result(code, body, ResponseDone, True)


def last(body: bytes, code: int = 200) -> Result:
    """All of it has come, and the connection cannot be used again."""
    return Result(code, body, ResponseDone, False)


def failed(body: bytes = b"", code: int | None = None) -> Result:
    """It is no reply, or not all of one; what is valid of its body has come."""
    return Result(code, body, ResponseFailed, False)


def broken(body: bytes = b"") -> Result:
    """The same, in the body."""
    return failed(body, 200)


def until_closed(body: bytes) -> Result:
    """It was over when the connection was, as far as anybody knows."""
    return Result(200, body, PotentialDataLoss, False)


NOTHING = Result(None, b"", ResponseNeverReceived, False)

REPLIES: dict[str, tuple[bytes, Result]] = {
    # Lengths.
    "a length": (OK + b"Content-Length: 2\r\n\r\nab", done(b"ab")),
    "no body": (OK + b"Content-Length: 0\r\n\r\n", done(b"")),
    "an error": (b"HTTP/1.1 404 Not\r\nContent-Length: 1\r\n\r\nx", done(b"x", 404)),
    "no words": (b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx", done(b"x")),
    "a status of nobody": (b"HTTP/1.1 799 x\r\nContent-Length: 0\r\n\r\n", done(b"", 799)),
    "less than its length": (OK + b"Content-Length: 3\r\n\r\nab", broken(b"ab")),
    "nothing of its length": (OK + b"Content-Length: 3\r\n\r\n", broken()),
    "two lengths": (OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc", failed()),
    "a length twice": (OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", failed()),
    "a list of lengths": (OK + b"Content-Length: 2, 2\r\n\r\nab", failed()),
    "a negative length": (OK + b"Content-Length: -1\r\n\r\n", failed()),
    "a signed length": (OK + b"Content-Length: +1\r\n\r\na", failed()),
    "a hexadecimal length": (OK + b"Content-Length: 0x1\r\n\r\na", failed()),
    "an empty length": (OK + b"Content-Length:\r\n\r\na", failed()),
    "an endless length": (OK + b"Content-Length: 9999999999999999999999\r\n\r\na", failed()),
    # Chunks.
    "chunks": (CHUNKED + b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", done(b"abc")),
    "no chunk": (CHUNKED + b"0\r\n\r\n", done(b"")),
    "large letters": (CHUNKED + b"A\r\n0123456789\r\n000\r\n\r\n", done(b"0123456789")),
    "a chunk with an extension": (CHUNKED + b"1;x=y\r\na\r\n0\r\n\r\n", done(b"a")),
    "trailers": (CHUNKED + b"1\r\na\r\n0\r\nX-Sum: 7\r\n\r\n", done(b"a")),
    "a length as a trailer": (CHUNKED + b"1\r\na\r\n0\r\nContent-Length: 7\r\n\r\n", broken(b"a")),
    "chunks cut off": (CHUNKED + b"5\r\nab", broken(b"ab")),
    "chunks without an end": (CHUNKED + b"1\r\na\r\n", broken(b"a")),
    "chunks whose end is cut": (CHUNKED + b"1\r\na\r\n0\r\n", broken(b"a")),
    "a chunk that is too short": (CHUNKED + b"3\r\na\r\n0\r\n\r\n", broken(b"a\r\n")),
    "a chunk that is too long": (CHUNKED + b"1\r\nab\r\n0\r\n\r\n", broken(b"a")),
    "a size that is none": (CHUNKED + b"zz\r\n", broken()),
    "a negative size": (CHUNKED + b"-1\r\na\r\n", broken()),
    "a size with a prefix": (CHUNKED + b"0x1\r\na\r\n", broken()),
    "no size": (CHUNKED + b"\r\na\r\n", broken()),
    "an endless size": (CHUNKED + b"fffffffffffffffff\r\na", broken()),
    "a size with LF": (CHUNKED + b"1\na\r\n0\r\n\r\n", broken()),
    # Both, or others.
    "a length, then chunks": (
        OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        failed(),
    ),
    "chunks, then a length": (
        OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        failed(),
    ),
    "chunks twice": (OK + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n0\r\n\r\n", failed()),
    "compressed chunks": (OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", failed()),
    "chunks, compressed": (OK + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", failed()),
    "another coding": (OK + b"Transfer-Encoding: identity\r\n\r\nab", failed()),
    "a coding like ours": (OK + b"Transfer-Encoding: xchunked\r\n\r\nab", failed()),
    # Connections.
    "neither": (OK + b"\r\nab", until_closed(b"ab")),
    "neither, and no body": (OK + b"\r\n", until_closed(b"")),
    "a last reply": (OK + b"Connection: close\r\nContent-Length: 1\r\n\r\na", last(b"a")),
    "a last reply in chunks": (
        OK + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        last(b""),
    ),
    "both close and keep-alive": (
        OK + b"Connection: close, keep-alive\r\nContent-Length: 1\r\n\r\na",
        last(b"a"),
    ),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", last(b"a")),
    "HTTP/1.0 that goes on": (
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na",
        done(b"a"),
    ),
    "HTTP/1.0 until it ends": (b"HTTP/1.0 200 OK\r\n\r\nab", until_closed(b"ab")),
    "an upgrade offered": (
        OK + b"Upgrade: h2c\r\nConnection: upgrade\r\nContent-Length: 1\r\n\r\na",
        done(b"a"),
    ),
    # Without bodies.
    "204": (b"HTTP/1.1 204 No\r\n\r\n", done(b"", 204)),
    "204 with a length": (b"HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n", done(b"", 204)),
    "304": (b"HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n", done(b"", 304)),
    "304 in chunks": (b"HTTP/1.1 304 No\r\nTransfer-Encoding: chunked\r\n\r\n", done(b"", 304)),
    # Interim replies.
    "100 first": (b"HTTP/1.1 100 Go on\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\na", done(b"a")),
    "103 and 100 first": (
        b"HTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 C\r\n\r\n" + CHUNKED + b"0\r\n\r\n",
        done(b""),
    ),
    "100 and no more": (b"HTTP/1.1 100 Go on\r\n\r\n", failed()),
    "100 that closes": (
        b"HTTP/1.1 100 C\r\nConnection: close\r\n\r\n" + OK + b"Content-Length: 0\r\n\r\n",
        failed(),
    ),
    "101": (b"HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nx", failed()),
    "101 to nothing": (b"HTTP/1.1 101 S\r\n\r\nx", failed()),
    # What is no reply.
    "nothing": (b"", NOTHING),
    "half a line": (b"HTTP/1.1 2", failed()),
    "half a head": (OK + b"Content-Le", failed()),
    "no header's end": (OK + b"Content-Length: 0\r\n", failed()),
    "another protocol": (b"SSH-2.0-OpenSSH_9\r\n", failed()),
    "a page": (b"<html></html>", failed()),
    "a request": (b"GET / HTTP/1.1\r\n\r\n", failed()),
    "HTTP/2": (b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", failed()),
    "HTTP/0.9": (b"HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n", failed()),
    "ICY": (b"ICY 200 OK\r\n\r\n", failed()),
    "two digits": (b"HTTP/1.1 20 OK\r\n\r\n", failed()),
    "four digits": (b"HTTP/1.1 2000 OK\r\n\r\n", failed()),
    "lines with LF": (b"HTTP/1.1 200 OK\nContent-Length: 0\n\n", failed()),
    "a folded header": (OK + b"A: b\r\n c\r\nContent-Length: 0\r\n\r\n", failed()),
    "a header that begins folded": (OK + b" A: b\r\nContent-Length: 0\r\n\r\n", failed()),
    "a name with a space": (OK + b"A : b\r\nContent-Length: 0\r\n\r\n", failed()),
    "no name": (OK + b": b\r\nContent-Length: 0\r\n\r\n", failed()),
    "no colon": (OK + b"A\r\nContent-Length: 0\r\n\r\n", failed()),
    "a NUL": (OK + b"A: b\x00\r\nContent-Length: 0\r\n\r\n", failed()),
    "a bare CR": (OK + b"A: b\rC: d\r\nContent-Length: 0\r\n\r\n", failed()),
    # Too much.
    "large headers": (
        OK + b"A: %b\r\nContent-Length: 1\r\n\r\na" % (b"x" * (HEAD - 100)),
        done(b"a"),
    ),
    "too large headers": (OK + b"A: %b\r\nContent-Length: 0\r\n\r\n" % (b"x" * HEAD), failed()),
    "many headers": (OK + b"A: b\r\n" * (FIELDS - 1) + b"Content-Length: 0\r\n\r\n", done(b"")),
    "too many headers": (OK + b"A: b\r\n" * FIELDS + b"Content-Length: 0\r\n\r\n", failed()),
    "a header without end": (OK + b"A: " + b"x" * BARREN, failed()),
    "a trailer without end": (CHUNKED + b"0\r\nA: " + b"x" * BARREN, broken()),
    "an extension without end": (CHUNKED + b"1;" + b"x" * BARREN, broken()),
    "interim replies without end": (b"HTTP/1.1 100 C\r\n\r\n" * 8000, failed()),
}


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """*data* in pieces."""
    bounds = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in pairwise(bounds) if a < b]


def reads(data: bytes, size: int) -> list[bytes]:
    """*data* in pieces of a size."""
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("name", REPLIES)
@pytest.mark.parametrize("size", [65536, 1000, 7, 1], ids="in {}".format)
def test_a_reply(name: str, size: int) -> None:
    """However it is cut, the same comes of it."""
    data, expected = REPLIES[name]
    if len(data) > 5000:
        size = max(size, 1000)
    assert outcome(reads(data, size)) == expected


SMALL = [name for name, (data, _) in REPLIES.items() if len(data) < 500]


@given(st.sampled_from(SMALL), st.lists(st.integers(0, 500), max_size=12))
def test_cuts_do_not_matter(name: str, places: list[int]) -> None:
    """Wherever they are."""
    data, expected = REPLIES[name]
    assert outcome(cut(data, places)) == expected


@given(st.binary(max_size=200), st.lists(st.integers(0, 300), max_size=5))
def test_anything_may_come(rest: bytes, places: list[int]) -> None:
    """It leads to an end, and to the same one however it is cut."""
    data = OK + rest
    assert outcome(cut(data, places)) == outcome([data])


EXTRA = {
    "a byte": b"x",
    "a reply": OK + b"Content-Length: 0\r\n\r\n",
    "the beginning of one": b"HT",
    "an interim reply": b"HTTP/1.1 100 C\r\n\r\n",
    "a chunk": b"0\r\n\r\n",
}


class ReplyTests(SynchronousTestCase):
    """Tests for how a connection brings a reply."""

    def test_it_is_what_is_asked_of_it(self) -> None:
        """A response is one, and a producer for those who write its body on."""
        line = Line()
        line.connection.dataReceived(OK + b"Content-Length: 1\r\nX-A: b\r\n\r\n")
        response: Any = self.successResultOf(line.asked)
        verifyObject(IPushProducer, response)
        verifyObject(IHandshakeListener, line.connection)
        self.assertTrue(IResponse.providedBy(response))
        self.assertEqual(response.version, (b"HTTP", 1, 1))
        self.assertEqual(response.phrase, b"OK")
        self.assertEqual(response.length, 1)
        self.assertEqual(response.headers.getRawHeaders("x-a"), ["b"])
        response.setPreviousResponse(response)
        self.assertIs(response.previousResponse, response)

    def test_an_unknown_length_is_said_to_be_one(self) -> None:
        """As Twisted says it."""
        line = Line()
        line.connection.dataReceived(CHUNKED)
        self.assertIs(self.successResultOf(line.asked).length, UNKNOWN_LENGTH)

    def test_headers_of_interim_replies_and_trailers_are_nobodys(self) -> None:
        """They cannot pass for the reply's own."""
        line = Line()
        line.connection.dataReceived(b"HTTP/1.1 103 H\r\nA: b\r\n\r\n" + CHUNKED)
        response: Any = self.successResultOf(line.asked)
        response.deliverBody(Sink())
        line.connection.dataReceived(b"0\r\nC: d\r\n\r\n")
        names = [name for name, _ in response.headers.getAllRawHeaders()]
        self.assertEqual(names, [b"Transfer-Encoding"])

    def test_a_read_is_given_on_at_once(self) -> None:
        """However many chunks it holds."""
        line, sink = Line(), Sink()
        line.asked.addCallback(lambda response: response.deliverBody(sink))
        line.connection.dataReceived(CHUNKED + b"1\r\na\r\n" * 50)
        line.connection.dataReceived(b"1\r\nb\r\n" * 50 + b"1")
        self.assertEqual(sink.pieces, [b"a" * 50, b"b" * 50])

    def test_a_request_goes_out_at_once(self) -> None:
        """Its end does not wait for word of its beginning."""

        @implementer(ITCPTransport)
        class Socket(StringTransport):
            no_delay = False

            def setTcpNoDelay(self, enabled: bool) -> None:
                self.no_delay = enabled

        self.assertTrue(Line(transport=Socket()).transport.no_delay)

    def test_a_request_leaves_with_one_write(self) -> None:
        """But a large body is not copied for that."""
        for size, pieces in ((0, 1), (TOGETHER, 1), (TOGETHER + 1, 2)):
            line, body = Line(), b"x" * size
            written: list[bytes] = []
            line.transport.write = written.append
            line.connection.ask(b"head", body)
            self.assertEqual((b"".join(written), len(written)), (b"head" + body, pieces))
        self.assertIs(written[1], body)

    def test_more_than_a_reply(self) -> None:
        """The reply counts, the connection does not any more: in one read or in two."""
        for name, extra in EXTRA.items():
            with self.subTest(name):
                for pieces in ([b"a" + extra], [b"a", extra]):
                    line, sink = Line(), Sink()
                    line.asked.addCallback(lambda response, to=sink: response.deliverBody(to))
                    line.connection.dataReceived(OK + b"Content-Length: 1\r\n\r\n")
                    for piece in pieces:
                        line.connection.dataReceived(piece)
                    self.assertEqual((sink.body, sink.end), (b"a", ResponseDone))
                    self.assertTrue(line.hung_up)
                    self.assertIn(line.connection, line.gone)

    def test_what_comes_before_anything_was_asked(self) -> None:
        """Nobody wants it; a server that refuses to talk says so first."""
        transport, gone = StringTransport(), []
        connection = Connection(False, lambda _: None, gone.append)
        connection.makeConnection(transport)
        connection.dataReceived(b"HTTP/1.1 408 Timeout\r\n\r\n")
        self.assertTrue(transport.disconnecting)
        self.assertEqual(gone, [connection])

    def test_one_reply_after_the_other(self) -> None:
        """The second has nothing of the first."""
        line, bodies = Line(), []
        for body in (b"a", b"bc"):
            sink = Sink()
            line.asked.addCallback(lambda response, to=sink: response.deliverBody(to))
            length = b"Content-Length: %d\r\nX-%b: 1\r\n\r\n" % (len(body), body)
            line.connection.dataReceived(OK + length + body)
            bodies.append(sink.body)
            if body == b"a":
                line.asked = line.connection.ask(b"again", b"")
        self.assertEqual(bodies, [b"a", b"bc"])
        self.assertEqual(line.idle, [line.connection] * 2)
        self.assertEqual(line.transport.value(), b"headbodyagain")

    def test_the_next_request_may_be_asked_when_the_body_ends(self) -> None:
        """In the very call that says so."""
        line = Line()

        class Asking(Sink):
            def connectionLost(self, reason: Failure = connectionDone) -> None:
                line.asked = line.connection.ask(b"next", b"")

        line.asked.addCallback(lambda response: response.deliverBody(Asking()))
        line.connection.dataReceived(OK + b"Content-Length: 0\r\n\r\n")
        self.assertNoResult(line.asked)
        line.connection.dataReceived(OK + b"Content-Length: 0\r\n\r\n")
        self.assertEqual(self.successResultOf(line.asked).code, 200)

    def test_a_connection_that_breaks(self) -> None:
        """Without a word, in the head, in the body; a body without a length has not ended then."""
        broke = Failure(ConnectionLost())
        for data, error in (
            (b"", ResponseNeverReceived),
            (b"HTTP", ResponseFailed),
            (OK + b"\r\nab", ResponseFailed),
            (OK + b"Content-Length: 3\r\n\r\nab", ResponseFailed),
        ):
            line, sink, errors = Line(), Sink(), []
            line.asked.addCallbacks(lambda r, to=sink: r.deliverBody(to), errors.append)
            line.connection.dataReceived(data)
            line.connection.connectionLost(broke)
            [failure] = errors or sink.ends
            self.assertIs(failure.type, error)
            self.assertEqual(failure.value.reasons, [broke])
            self.assertEqual(line.gone, [line.connection])


class PaceTests(SynchronousTestCase):
    """Tests for who takes a body, and when."""

    def begun(self, data: bytes = b"") -> tuple[Line, Any]:
        """A reply whose head has come, and *data* with it."""
        line = Line()
        line.connection.dataReceived(OK + b"Content-Length: 6\r\n\r\n" + data)
        return line, self.successResultOf(line.asked)

    def test_a_body_waits_for_whoever_wants_it(self) -> None:
        """What has come already is kept, and the rest stays where it is."""
        line, response = self.begun(b"ab")
        self.assertEqual(line.transport.producerState, "paused")
        sink = Sink()
        response.deliverBody(sink)
        self.assertEqual((sink.body, line.transport.producerState), (b"ab", "producing"))
        line.connection.dataReceived(b"cdef")
        self.assertEqual((sink.body, sink.end), (b"abcdef", ResponseDone))

    def test_a_body_may_be_over_before_anybody_wants_it(self) -> None:
        """The connection serves others meanwhile, and they have nothing to fear from it."""
        line, response = self.begun(b"abcdef")
        self.assertEqual(line.idle, [line.connection])
        self.assertEqual(line.transport.producerState, "producing")
        other = line.connection.ask(b"other", b"")
        sink = Sink()
        response.deliverBody(sink)
        self.assertEqual((sink.pieces, sink.end), ([b"abcdef"], ResponseDone))
        transport: Any = sink.transport
        transport.pauseProducing()
        transport.stopProducing()
        transport.loseConnection()
        self.assertEqual(line.transport.producerState, "producing")
        self.assertFalse(line.hung_up)
        self.assertNoResult(other)

    def test_a_body_that_broke_off_before_anybody_wanted_it(self) -> None:
        """It still says so."""
        line, response = self.begun(b"ab")
        line.connection.connectionLost(CLOSED)
        sink = Sink()
        response.deliverBody(sink)
        self.assertEqual((sink.body, sink.end), (b"ab", ResponseFailed))

    def test_a_body_is_given_once(self) -> None:
        """Its bytes are not kept for others."""
        _, response = self.begun()
        response.deliverBody(Sink())
        with self.assertRaises(RuntimeError):
            response.deliverBody(Sink())

    def test_whoever_takes_the_body_sets_the_pace(self) -> None:
        """A pause is the connection's; the end of a body ends it."""
        line, response = self.begun()
        response.deliverBody(sink := Sink())
        transport: Any = sink.transport
        transport.pauseProducing()
        self.assertEqual(line.transport.producerState, "paused")
        transport.resumeProducing()
        self.assertEqual(line.transport.producerState, "producing")
        transport.pauseProducing()
        line.connection.dataReceived(b"abcdef")
        self.assertEqual(line.transport.producerState, "producing")

    def test_a_pause_at_the_first_byte_stays_one(self) -> None:
        """That byte had come before the body was wanted."""

        class Pausing(Sink):
            def dataReceived(self, data: bytes) -> None:
                super().dataReceived(data)
                self.transport.pauseProducing()  # type: ignore[union-attr]

        line, response = self.begun(b"ab")
        response.deliverBody(Pausing())
        self.assertEqual(line.transport.producerState, "paused")

    def test_hanging_up(self) -> None:
        """In each of the ways there are; nothing more comes, and the connection is not kept."""
        for way in ("stopProducing", "loseConnection", "abortConnection"):
            line, response = self.begun()
            response.deliverBody(sink := Sink())
            getattr(sink.transport, way)()
            self.assertTrue(line.hung_up)
            line.connection.dataReceived(b"abcdef")
            self.assertEqual((sink.body, sink.ends, line.idle), (b"", [], []))
            line.connection.connectionLost(Failure(ConnectionLost()))
            self.assertEqual(sink.end, ResponseFailed)

    def test_hanging_up_on_what_has_just_come(self) -> None:
        """A connection that was hung up on is not kept, though its reply is whole."""

        class Leaving(Sink):
            def dataReceived(self, data: bytes) -> None:
                self.transport.stopProducing()  # type: ignore[union-attr]

        line = Line()
        line.asked.addCallback(lambda response: response.deliverBody(Leaving()))
        line.connection.dataReceived(OK + b"Content-Length: 1\r\n\r\na")
        self.assertTrue(line.hung_up)
        self.assertEqual(line.idle, [])

    def test_cancelling_before_the_head(self) -> None:
        """It hangs up in the same turn."""
        line = Line()
        line.asked.cancel()
        self.assertTrue(line.hung_up)
        self.failureResultOf(line.asked, CancelledError)
        line.connection.dataReceived(OK + b"Content-Length: 0\r\n\r\n")
        line.connection.connectionLost(Failure(ConnectionLost()))
        self.assertEqual((line.idle, line.gone), ([], [line.connection]))


class HandshakeTests(SynchronousTestCase):
    """Tests for connections that take a handshake."""

    def setUp(self) -> None:
        self.transport, self.gone = StringTransport(), []
        self.connection = Connection(True, lambda _: None, self.gone.append)
        self.connection.makeConnection(self.transport)

    def test_nothing_is_made_before_it(self) -> None:
        """A request holds a key, and the other side may be anyone."""
        self.assertNoResult(self.connection.made)
        self.connection.handshakeCompleted()
        self.successResultOf(self.connection.made)

    def test_a_handshake_that_fails_is_a_connection_that_does(self) -> None:
        """Whatever TLS says of it."""
        self.connection.connectionLost(Failure(ConnectionLost()))
        self.failureResultOf(self.connection.made, ConnectError)
        self.assertEqual(self.gone, [self.connection])

    def test_a_name_that_is_wrong_is_found_in_the_handshake(self) -> None:
        """Twisted aborts then, and says that it is completed all the same."""
        self.transport.loseConnection()
        self.connection.handshakeCompleted()
        self.assertNoResult(self.connection.made)
        self.connection.connectionLost(Failure(ConnectionLost()))
        self.failureResultOf(self.connection.made, ConnectError)

    def test_it_can_be_given_up(self) -> None:
        """It hangs up in the same turn."""
        self.connection.made.cancel()
        self.failureResultOf(self.connection.made, CancelledError)
        self.assertTrue(self.transport.disconnecting)
