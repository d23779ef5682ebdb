"""
A reply as it comes: bytes in, a head and pieces of a body out.

The rule of this file: no grammar of ours. What reads is llhttp, which is Node's, and strict; here
stands what it leaves open: how much may come, and which framings of a body we take.
"""

from typing import Final

import attrs
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from twisted.web.http_headers import Headers

HEAD: Final = 64 * 1024
"""The most bytes that the names and values of a reply's headers may have together."""

FIELDS: Final = 256
"""The most headers that it may have, trailers and those of interim replies included."""

BARREN: Final = 2 * HEAD
"""The most bytes in a row that may bring nothing of a body."""

_VERSIONS: Final = {"1.1": (b"HTTP", 1, 1), "1.0": (b"HTTP", 1, 0)}


class BadReply(Exception):
    """What came is not a reply that we understand."""


@attrs.frozen
class ResponseHead:
    """
    The beginning of a reply.

    :param length: bytes of the body, or ``None`` when only its end will show.
    :param chunked: whether the body itself says where it ends.
    """

    version: tuple[bytes, int, int]
    code: int
    phrase: bytes
    headers: Headers
    length: int | None
    chunked: bool


class ResponseParser:
    """Takes in one reply, of which nothing has come yet."""

    head: ResponseHead | None = None
    """The beginning, once it is there. Interim replies (100 to 199) are passed over."""

    begun = False
    """Whether any of it has come."""

    whole = False
    """Whether all of it has come."""

    reusable = False
    """Whether the connection may serve another request, once this is whole."""

    def __init__(self) -> None:
        self._phrase = b""
        self._headers = Headers()
        self._size = self._fields = self._barren = 0
        self._pieces: list[bytes] = []
        # Called for each piece: nothing is faster than what does just that.
        self.on_body = self._pieces.append
        self._parser = HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """
        Take in some bytes. What came before an error can still be taken out.

        :raises BadReply: they are not what should come.
        """
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self.reusable = False
            if not self.whole:
                raise BadReply(str(error)) from error
        self._barren = 0 if self._pieces else self._barren + len(data)
        if self._barren > BARREN and not self.whole:
            raise BadReply("Too much has come that is no body.")

    def take(self) -> bytes:
        """What has come of the body since the last time."""
        pieces = self._pieces
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        return data

    # What the parser calls.

    def on_message_begin(self) -> None:
        """A reply begins; after the one that was asked for, nobody knows what it is."""
        self.begun = True
        if self.whole:
            self.reusable = False

    def on_status(self, status: bytes) -> None:
        """Some of the first line's words have come."""
        self._phrase += status

    def on_header(self, name: bytes, value: bytes) -> None:
        """
        A header has come, or a trailer, which nobody asked for.

        :raises BadReply: there are too many.
        """
        self._size += len(name) + len(value)
        self._fields += 1
        if self._size > HEAD or self._fields > FIELDS:
            raise BadReply("There are too many headers.")
        if self.head is None:
            self._headers.addRawHeader(name, value)

    def on_headers_complete(self) -> None:
        """
        The headers are whole.

        :raises BadReply: nobody could tell for sure where the body ends.
        """
        code = self._parser.get_status_code()
        if self.whole or (100 <= code < 200 and code != 101):
            return
        version = _VERSIONS.get(self._parser.get_http_version())
        codings = self._headers.getRawHeaders(b"transfer-encoding")
        chunked = codings is not None and [one.lower() for one in codings] == [b"chunked"]
        if code == 101 or version is None or (codings is not None and not chunked):
            raise BadReply("Nobody asked for that.")
        lengths = self._headers.getRawHeaders(b"content-length")
        length = int(lengths[0]) if lengths else None
        if code in (204, 304):
            length = 0
        self.head = ResponseHead(version, code, self._phrase, self._headers, length, chunked)

    def on_message_complete(self) -> None:
        """It is whole; or it was an interim one."""
        if self.head is None:
            self._phrase, self._headers = b"", Headers()
        elif not self.whole:
            self.whole = True
            self.reusable = self._parser.should_keep_alive()
