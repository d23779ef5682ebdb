"""What there is for a client leaves in as few pieces as may be."""

from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from pollinations.web.prompt import PromptChannel


class Writes(StringTransport):
    """Keeps what was written in the pieces in which it was."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Keep it."""
        self.pieces.append(data)


class PromptChannelTests(SynchronousTestCase):
    """Tests for :class:`pollinations.web.prompt.PromptChannel`."""

    def setUp(self) -> None:
        """A head was written."""
        self.channel, self.transport = PromptChannel(), Writes()
        self.channel.makeConnection(self.transport)
        self.addCleanup(self.channel.setTimeout, None)
        headers = Headers({b"a": [b"b", b"c"], b"etag": [b"d"]})
        self.channel.writeHeaders(b"HTTP/1.1", b"200", b"OK", headers)
        self.head = b"HTTP/1.1 200 OK\r\nA: b\r\nA: c\r\nETag: d\r\n\r\n"

    def test_a_head_leaves_with_what_follows(self) -> None:
        """In one piece; and what follows then, by itself."""
        self.channel.writeSequence((b"1", b"2"))
        self.channel.write(b"3")
        self.assertEqual(self.transport.pieces, [self.head + b"12", b"3"])

    def test_a_head_leaves_alone_where_nothing_follows(self) -> None:
        """Once."""
        self.channel.flush()
        self.channel.flush()
        self.assertEqual(self.transport.pieces, [self.head])
