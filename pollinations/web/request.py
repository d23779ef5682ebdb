"""
The HTTP requests that come in, bounded in size and in the time they may take to arrive.

Twisted reads a request whole before it asks anybody, and would read one of any size; this is the
place before that.
"""

from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from typing import Any, cast

import orjson
from twisted.internet.interfaces import IDelayedCall
from twisted.web.resource import IResource
from twisted.web.server import Request, Site

from ..chat.envelope import envelope
from ..settings.schema import Listener
from .guard import request_id

LINGER = 5.0
"""Seconds for which a client that was refused may go on sending, so that it reads the refusal."""


class BoundedRequest(Request):
    """A request that is refused as soon as it is known to be too large or too slow."""

    channel: Any
    content: Any
    _arrived = 0
    _refused = False
    _deadline: IDelayedCall | None = None

    def __init__(self, channel: Any, *args: Any, **kwargs: Any) -> None:
        # This is when the first line has come.
        super().__init__(channel, *args, **kwargs)
        self._deadline = channel.callLater(self._bounds.arrival, self._too_slow)

    def gotLength(self, length: int | None) -> None:
        """The headers have come. Bodies stay in memory: they are bounded, and prompts stay off
        the disk."""
        self.content = BytesIO()
        if length is not None and length > self._bounds.body_limit:
            self._too_large()

    def handleContentChunk(self, data: bytes) -> None:
        """A piece of the body has come."""
        self._arrived += len(data)
        if self._refused:
            return
        if self._arrived > self._bounds.body_limit:
            self._too_large()
        else:
            self.content.write(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """The request is whole."""
        self._stop_waiting()
        if self._refused:
            self.channel.loseConnection()
        else:
            super().requestReceived(command, path, version)

    def connectionLost(self, reason: Any) -> None:
        """The client has gone."""
        self._stop_waiting()
        super().connectionLost(reason)

    @property
    def _bounds(self) -> Listener:
        return cast(Listener, self.channel.site.bounds())

    def _too_large(self) -> None:
        limit = self._bounds.body_limit
        self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is over {limit} bytes.")

    def _too_slow(self) -> None:
        self._deadline = None
        if self._refused:
            self.channel.forceAbortClient()
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The request took too long to arrive.")

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        self._refused = True
        self.content = BytesIO()
        body = orjson.dumps(envelope(message, "invalid_request_error"))
        self.responseHeaders.setRawHeaders(b"Content-Type", [b"application/json"])
        self.responseHeaders.setRawHeaders(b"Content-Length", [b"%d" % len(body)])
        self.responseHeaders.setRawHeaders(b"Connection", [b"close"])
        self.responseHeaders.setRawHeaders(b"x-request-id", [request_id(self)])
        code, phrase = b"%d" % status, status.phrase.encode()
        self.channel.writeHeaders(b"HTTP/1.1", code, phrase, self.responseHeaders)
        self.channel.write(body)
        self._stop_waiting()
        self._deadline = self.channel.callLater(LINGER, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None


class BoundedSite(Site):
    """
    A site whose requests are bounded, and that writes no access log of its own.

    :param resource: what is served.
    :param bounds: gives the limits in force.
    """

    requestFactory = BoundedRequest
    displayTracebacks = False
    noisy = False

    def __init__(self, resource: IResource, bounds: Callable[[], Listener], **kwargs: Any) -> None:
        super().__init__(resource, parsePOSTFormSubmission=False, **kwargs)
        self.bounds = bounds

    def acceptableProtocols(self) -> list[bytes]:
        """HTTP/1.1, which the bounds are made for."""
        return [b"http/1.1"]

    def log(self, request: Any) -> None:
        """One line per request is logged where it is known what became of it."""
