"""
Takes the bodies of requests apart with what Twisted has for that, of which nothing is public. The
tests fail if a name goes.
"""

from collections.abc import Callable
from typing import Any

from twisted.web.http import (
    _ChunkedTransferDecoder,
    _IdentityTransferDecoder,
    _MalformedChunkedDataError,
)

from ..errors import InvalidRequest
from .head import Head, check_field

TRAILERS = 4 * 1024
"""The most bytes that may stand behind chunks. Twisted keeps each line, and would take 64 KiB."""


class IncomingBody:
    """
    The body of a request that is arriving.

    :param head: says where it ends.
    :param take: is given each piece.
    :param whole: is given what follows the last one.
    """

    def __init__(
        self, head: Head, take: Callable[[bytes], None], whole: Callable[[bytes], None]
    ) -> None:
        self._decoder: Any
        if head.length is None:
            self._decoder = _ChunkedTransferDecoder(take, whole)
            self._decoder._maxTrailerHeadersSize = TRAILERS
        else:
            self._decoder = _IdentityTransferDecoder(head.length, take, whole)

    def feed(self, data: bytes) -> None:
        """
        Take *data*.

        :raises InvalidRequest: that is no body.
        """
        try:
            self._decoder.dataReceived(data)
        except _MalformedChunkedDataError:
            raise InvalidRequest("The body is not valid HTTP.") from None

    def check_trailers(self) -> None:
        """
        Check what stands behind chunks, which Twisted drops, whatever that is.

        :raises InvalidRequest: those are no headers.
        """
        for line in getattr(self._decoder, "_trailerHeaders", ()):
            check_field(bytes(line))
