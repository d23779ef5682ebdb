"""
The HTTP requests that come in, bounded in size and in the time they may take to arrive.

Twisted reads a request whole before it asks anybody, and would read one of any size; this is the
place before that.
"""

from collections.abc import Callable
from io import BytesIO
from time import time
from typing import Any
from urllib.parse import unquote_to_bytes

from twisted.python.failure import Failure
from twisted.web.http import datetimeToString
from twisted.web.resource import IResource, _IEncodingResource
from twisted.web.server import Request

from ..errors import InvalidRequest, UpstreamFailed
from ..settings.schema import Listener
from .channel import BoundedChannel
from .departing import DepartingSite
from .guard import Guard
from .head import Head, too_large
from .headers import say, take_over
from .turns import Turns

BODIES = 16
"""How many of the largest bodies may be arriving at once: memory has an end too."""


class BoundedRequest(Request):
    """A request that is refused as soon as it is known that it will not be served."""

    # What Twisted's constructor sets. Python takes six times the room for the attributes of an
    # object with more than thirty that are not named here.
    __slots__ = (
        "_parsePOSTFormSubmission",
        "client",
        "cookies",
        "host",
        "notifications",
        "queued",
        "received_cookies",
        "requestHeaders",
        "responseHeaders",
        "transport",
    )

    channel: Any
    content: Any
    admitted_by: Any = None
    """The guard that has let it in, if one has."""

    _arrived = 0

    def took(self, head: Head) -> None:
        """The head has come, or as much of it as there will be."""
        take_over(self.requestHeaders, head.fields)
        self.content = BytesIO()
        if b"Cookie" in head.fields:
            self.parseCookies()

    def refusal(self, head: Head) -> InvalidRequest | None:
        """
        Why its body need not come, or ``None``.

        :param head: the head, which has come.
        """
        self.method, self.uri = head.method, head.target
        self.path = head.target.partition(b"?")[0]
        try:
            self.channel.site.admit(self)
        except InvalidRequest as refusal:
            return refusal
        return None

    def handleContentChunk(self, data: bytes) -> None:
        """A piece of the body has come. It stays in memory: it is bounded, and prompts stay off
        the disk."""
        if not data or self.channel.refused:
            return
        site, limit = self.channel.site, self.channel.bounds.body_limit
        self._arrived += len(data)
        site.arriving += len(data)
        if self._arrived > limit:
            self._refuse(too_large(limit))
        elif site.arriving > BODIES * limit:
            words = "The proxy is already being sent as much as it can hold."
            self._refuse(UpstreamFailed("connect", 503, words, retry_after=1))
        else:
            self.content.write(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """The request is whole."""
        self._release()
        super().requestReceived(command, path, version)

    def process(self) -> None:
        """Have it answered, as Twisted's own does, but without saying which server this is."""
        self.site = site = self.channel.site
        self.prepath = []
        self.postpath = [unquote_to_bytes(one) for one in self.path[1:].split(b"/")]
        say(self, {b"Date": site.date()})
        try:
            resource = site.getResourceFor(self)
            if _IEncodingResource.providedBy(resource):
                self._encoder = resource.getEncoder(self)
            self.render(resource)
        except BaseException:
            self.processingFailed(Failure())

    def write(self, data: bytes) -> None:
        """A piece of the answer."""
        super().write(data)
        if self.channel is not None:
            self.channel.flush()

    def connectionLost(self, reason: Any) -> None:
        """The client has gone."""
        self._release()
        super().connectionLost(reason)

    def _refuse(self, error: InvalidRequest | UpstreamFailed) -> None:
        self._release()
        self.content = BytesIO()
        self.channel.refuse(error)

    def _release(self) -> None:
        self.channel.site.arriving -= self._arrived
        self._arrived = 0


class BoundedSite(DepartingSite):
    """
    A site whose connections and requests are bounded, and that writes no access log of its own.

    :param resource: what is served. A guard is asked before a body is read.
    :param bounds: gives the limits in force.

    Its ``observers`` are told path and status of each request that is refused before it has come
    whole. Of all others the guard knows.
    """

    protocol: Any = BoundedChannel
    requestFactory = BoundedRequest
    displayTracebacks = False
    noisy = False

    connections = 0
    """How many are open."""

    arriving = 0
    """How many bytes of bodies have come whose requests are not whole yet."""

    def __init__(self, resource: IResource, bounds: Callable[[], Listener], **kwargs: Any) -> None:
        super().__init__(resource, parsePOSTFormSubmission=False, **kwargs)
        self.bounds = bounds
        self.turns = Turns(self.reactor.callLater)
        self._date: tuple[int, bytes] = (-1, b"")
        self.observers: list[Callable[[str, int], None]] = []

    def admit(self, request: BoundedRequest) -> None:
        """
        Let a request send its body.

        :raises InvalidRequest: it may not come in.
        """
        if isinstance(self.resource, Guard):
            self.resource.admit(request)

    def date(self) -> bytes:
        """The time of day as answers say it, which changes once in a second."""
        now = int(time())
        if now != self._date[0]:
            self._date = now, datetimeToString(now)
        return self._date[1]

    def refused(self, path: bytes, status: int) -> None:
        """A request was refused before it had come whole."""
        for observer in self.observers:
            observer(path.decode("ascii", "replace"), status)

    def acceptableProtocols(self) -> list[bytes]:
        """HTTP/1.1, which the bounds are made for."""
        return [b"http/1.1"]

    def log(self, request: Any) -> None:
        """One line per request is logged where it is known what became of it."""
